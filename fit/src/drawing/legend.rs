//! Legends: what is meant by a form, a line or an area.

use super::{Color, Drawing, Fill, Form, Place, Stroke, Text};

/// How wide a key is, and how far its words are from it.
const KEY: f64 = 18.0;
const GAP: f64 = 6.0;

/// The distance from the words of a key to the next key, and of two lines.
const APART: f64 = 18.0;
const LINE: f64 = 18.0;

/// What words of a legend stand beside.
///
/// ```
/// use asyncpoll_fit::drawing::{Color, Drawing, Key, Stroke};
///
/// let mut drawing = Drawing::new(200.0, 40.0, "A legend", "A dashed line is an estimate");
/// drawing.legend(&[(Key::Line(Stroke::new(Color::Ink).dashed()), "an estimate")], (10.0, 25.0), 190.0);
/// assert!(drawing.to_string().contains(">an estimate</text>"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Key {
    /// A form.
    Form(Form, Color),
    /// A line from left to right.
    Line(Stroke),
    /// A short upright line.
    Tick(Stroke),
    /// An area.
    Area(Fill),
}

impl Key {
    fn width(self) -> f64 {
        match self {
            Self::Form(..) | Self::Tick(_) => 2.0 * Form::REACH,
            Self::Line(_) | Self::Area(_) => KEY,
        }
    }

    fn draw(self, drawing: &mut Drawing, (left, y): Place) {
        let (middle, right) = (left + self.width() / 2.0, left + self.width());
        // The middle of small letters is above the line that they stand on.
        let height = y - 4.0;
        match self {
            Self::Form(form, color) => drawing.form(form, color, (middle, height)),
            Self::Line(stroke) => drawing.line(stroke, &[(left, height), (right, height)]),
            Self::Tick(stroke) => drawing.line(stroke, &[(middle, height - 6.0), (middle, height + 6.0)]),
            Self::Area(fill) => drawing.rectangle(fill, (left, height - 6.0), (right, height + 6.0)),
        }
    }
}

pub(super) fn draw(drawing: &mut Drawing, keys: &[(Key, &str)], (left, mut y): Place, right: f64) -> f64 {
    let mut x = left;
    for &(key, words) in keys {
        let text = Text::new(words).small().color(Color::Muted);
        let width = key.width() + GAP + text.width();
        if x > left && x + width > right {
            (x, y) = (left, y + LINE);
        }
        key.draw(drawing, (x, y));
        drawing.text(text, (x + key.width() + GAP, y));
        x += width + APART;
    }
    y
}
