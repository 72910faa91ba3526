//! Forms by which points of several series are told apart.

use core::fmt::Write;

use super::{Color, Place, tenths};

/// The form of a point.
///
/// ```
/// use asyncpoll_fit::drawing::{Color, Drawing, Form};
///
/// let mut drawing = Drawing::new(100.0, 40.0, "Forms", "Four of them");
/// for (form, x) in [(Form::Circle, 20.0), (Form::Square, 40.0), (Form::Diamond, 60.0), (Form::Triangle, 80.0)] {
///     drawing.form(form, Color::Ink, (x, 20.0));
/// }
/// assert_eq!(drawing.to_string().matches(r#"class="fill-ink""#).count(), 4);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Form {
    /// A circle.
    Circle,
    /// A square.
    Square,
    /// A square on its corner.
    Diamond,
    /// A triangle that points upwards.
    Triangle,
}

impl Form {
    /// How far a form reaches from its middle.
    pub(super) const REACH: f64 = 6.0;

    pub(super) fn write(self, body: &mut String, color: Color, (x, y): Place) {
        let class = format!("fill-{}", color.name());
        let (left, top, x, y) = (tenths(x - 4.5), tenths(y - 4.5), tenths(x), tenths(y));
        let _ = match self {
            Self::Circle => writeln!(body, "<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"5\"/>"),
            Self::Square => writeln!(body, "<rect class=\"{class}\" x=\"{left}\" y=\"{top}\" width=\"9\" height=\"9\"/>"),
            Self::Diamond => writeln!(body, "<path class=\"{class}\" d=\"M{x} {}l6 6l-6 6l-6 -6z\"/>", tenths(y - 6.0)),
            Self::Triangle => writeln!(body, "<path class=\"{class}\" d=\"M{x} {}l6 11l-12 0z\"/>", tenths(y - 6.0)),
        };
    }
}
