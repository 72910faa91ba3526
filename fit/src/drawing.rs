//! Pictures as SVG text, without a program that plots.
//!
//! A [`Drawing`] is seen as it is meant in a browser, in librsvg and in Inkscape, on a light ground and on a dark one: its colours
//! stand in the rules of a style sheet, and once more in those for `prefers-color-scheme: dark`. It needs no colours to be read:
//! series differ in [`Form`], dashes or hatching as well.
//!
//! An SVG may stand inline in a page. Its rules are for what is in an element of the class `asyncpoll-drawing` alone, and it has no
//! identifier that could occur twice.
//!
//! Lengths and places are in pixels, from the upper left corner. What is drawn later lies above what was drawn before.
//!
//! # Example
//!
//! ```
//! use asyncpoll_fit::drawing::{Axis, Color, Drawing, Form, Stroke, Text};
//!
//! let mut drawing = Drawing::new(320.0, 100.0, "Three polls", "After 0, 5 and 20 seconds");
//! let axis = Axis::linear(0.0..20.0, 20.0..280.0).of_times();
//! drawing.axis_below(&axis, 70.0, None);
//! drawing.line(Stroke::new(Color::Blue).dashed(), &[(axis.at(0.0), 40.0), (axis.at(20.0), 40.0)]);
//! for seconds in [0.0, 5.0, 20.0] {
//!     drawing.form(Form::Circle, Color::Blue, (axis.at(seconds), 40.0));
//! }
//! drawing.text(Text::new("polls").bold().middle(), (160.0, 24.0));
//! assert!(drawing.is_within_frame());
//! let svg = drawing.to_string();
//! assert!(svg.starts_with("<svg ") && svg.contains(">20 s</text>"));
//! ```

mod axis;
mod color;
mod extent;
mod form;
mod hatching;
mod legend;
mod number;
mod text;

use core::fmt::{self, Display, Formatter, Write};

pub use axis::Axis;
pub use color::{Color, Fill, Stroke};
pub use form::Form;
pub use legend::Key;
pub use number::number;
pub use text::Text;

use self::{extent::Extent, text::escaped};

/// A place: how far from the left and from the top.
pub type Place = (f64, f64);

/// How far the marks of an axis reach out.
const MARK: f64 = 5.0;

/// The least distance between two marks of an axis from left to right, and of one upwards.
const ROOM_ACROSS: f64 = 62.0;
const ROOM_UP: f64 = 26.0;

/// A picture that is being drawn; [`Display`] writes it as SVG.
///
/// # Example
///
/// ```
/// use asyncpoll_fit::drawing::{Color, Drawing, Fill};
///
/// let mut drawing = Drawing::new(100.0, 50.0, "A bar", "It is half as wide as the picture");
/// drawing.area(Fill::Solid(Color::Green), &[(0.0, 10.0), (50.0, 10.0)], 40.0);
/// assert!(drawing.to_string().contains("<title>A bar</title>"));
/// ```
#[derive(Clone, Debug)]
pub struct Drawing {
    width: f64,
    height: f64,
    title: String,
    description: String,
    body: String,
    extent: Extent,
}

impl Drawing {
    /// Starts a picture of this width and height. The title and the description are for those who do not see it.
    ///
    /// ```
    /// use asyncpoll_fit::drawing::Drawing;
    ///
    /// let drawing = Drawing::new(100.0, 50.0, "Nothing", "An empty picture");
    /// assert_eq!((drawing.width(), drawing.height()), (100.0, 50.0));
    /// ```
    pub fn new(width: f64, height: f64, title: &str, description: &str) -> Self {
        let (title, description) = (title.to_owned(), description.to_owned());
        Self { width, height, title, description, body: String::new(), extent: Extent::default() }
    }

    /// Returns the width.
    ///
    /// ```
    /// use asyncpoll_fit::drawing::Drawing;
    ///
    /// assert_eq!(Drawing::new(100.0, 50.0, "Nothing", "An empty picture").width(), 100.0);
    /// ```
    pub const fn width(&self) -> f64 {
        self.width
    }

    /// Returns the height.
    ///
    /// ```
    /// use asyncpoll_fit::drawing::Drawing;
    ///
    /// assert_eq!(Drawing::new(100.0, 50.0, "Nothing", "An empty picture").height(), 50.0);
    /// ```
    pub const fn height(&self) -> f64 {
        self.height
    }

    /// Returns whether all that was drawn lies within the frame. The width of a text is estimated, as in a wide typeface.
    ///
    /// ```
    /// use asyncpoll_fit::drawing::{Drawing, Text};
    ///
    /// let mut drawing = Drawing::new(100.0, 50.0, "Words", "A word that is cut off");
    /// drawing.text(Text::new("short"), (10.0, 20.0));
    /// assert!(drawing.is_within_frame());
    /// drawing.text(Text::new("not so short"), (40.0, 40.0));
    /// assert!(!drawing.is_within_frame());
    /// ```
    pub fn is_within_frame(&self) -> bool {
        self.extent.is_within(self.width, self.height)
    }

    /// Writes a text. The place is that of its start, middle or end, as the text has it, on the line that letters stand on.
    ///
    /// ```
    /// use asyncpoll_fit::drawing::{Drawing, Text};
    ///
    /// let mut drawing = Drawing::new(100.0, 50.0, "Words", "A few words");
    /// drawing.text(Text::new("5 < 6").end(), (90.0, 20.0));
    /// assert!(drawing.to_string().contains(r#"text-anchor="end" x="90" y="20">5 &lt; 6</text>"#));
    /// ```
    pub fn text(&mut self, text: Text<'_>, place: Place) {
        for corner in text.corners(place) {
            self.extent.add(corner);
        }
        text.write(&mut self.body, place);
    }

    /// Draws a line through these places.
    ///
    /// ```
    /// use asyncpoll_fit::drawing::{Color, Drawing, Stroke};
    ///
    /// let mut drawing = Drawing::new(100.0, 50.0, "A line", "It goes up");
    /// drawing.line(Stroke::new(Color::Blue).wide(), &[(10.0, 40.0), (90.0, 10.5)]);
    /// assert!(drawing.to_string().contains(r#"d="M10 40L90 10.5""#));
    /// ```
    pub fn line(&mut self, stroke: Stroke, places: &[Place]) {
        let mut path = String::new();
        for (index, &place) in places.iter().enumerate() {
            self.extent.add(place);
            path.push(if index == 0 { 'M' } else { 'L' });
            push(&mut path, place);
        }
        self.path(stroke, &path);
    }

    /// Draws short lines that are alike: from each place, so far to the right and so far down.
    ///
    /// ```
    /// use asyncpoll_fit::drawing::{Color, Drawing, Stroke};
    ///
    /// let mut drawing = Drawing::new(100.0, 50.0, "Ticks", "Two of them");
    /// drawing.ticks(Stroke::new(Color::Blue), &[(10.0, 20.0), (30.0, 20.0)], (0.0, 8.5));
    /// assert!(drawing.to_string().contains(r#"d="M10 20l0 8.5M30 20l0 8.5""#));
    /// ```
    pub fn ticks(&mut self, stroke: Stroke, places: &[Place], reach: Place) {
        let mut path = String::new();
        for &(x, y) in places {
            self.extent.add((x, y));
            self.extent.add((x + reach.0, y + reach.1));
            path.push('M');
            push(&mut path, (x, y));
            path.push('l');
            push(&mut path, reach);
        }
        if !path.is_empty() {
            self.path(stroke, &path);
        }
    }

    /// Fills what is between the line through these places, from left to right, and the height `foot` below them.
    ///
    /// ```
    /// use asyncpoll_fit::drawing::{Color, Drawing, Fill};
    ///
    /// let mut drawing = Drawing::new(100.0, 50.0, "A roof", "It is as wide as the picture");
    /// drawing.area(Fill::Soft(Color::Orange), &[(0.0, 40.0), (50.0, 10.0), (100.0, 40.0)], 45.0);
    /// assert!(drawing.to_string().contains(r#"d="M0 45L0 40L50 10L100 40L100 45z""#));
    /// ```
    pub fn area(&mut self, fill: Fill, places: &[Place], foot: f64) {
        let (Some(&(from, _)), Some(&(to, _))) = (places.first(), places.last()) else { return };
        let mut path = String::from("M");
        push(&mut path, (from, foot));
        for &place in places {
            self.extent.add(place);
            path.push('L');
            push(&mut path, place);
        }
        self.extent.add((to, foot));
        path.push('L');
        push(&mut path, (to, foot));
        let _ = writeln!(self.body, "<path class=\"{}\" d=\"{path}z\"/>", fill.class());
        if let Fill::Hatched(color) = fill {
            let lines = hatching::lines(places, foot);
            let mut path = String::new();
            for (from, to) in lines {
                path.push('M');
                push(&mut path, from);
                path.push('L');
                push(&mut path, to);
            }
            if !path.is_empty() {
                self.path(Stroke::new(color), &path);
            }
        }
    }

    /// Fills a rectangle between two corners.
    ///
    /// ```
    /// use asyncpoll_fit::drawing::{Color, Drawing, Fill};
    ///
    /// let mut drawing = Drawing::new(100.0, 50.0, "A rectangle", "It is told from others by its hatching");
    /// drawing.rectangle(Fill::Hatched(Color::Orange), (10.0, 10.0), (30.0, 40.0));
    /// assert!(drawing.to_string().contains("stroke-orange"));
    /// ```
    pub fn rectangle(&mut self, fill: Fill, from: Place, to: Place) {
        self.area(fill, &[(from.0.min(to.0), from.1.min(to.1)), (from.0.max(to.0), from.1.min(to.1))], from.1.max(to.1));
    }

    /// Draws a form around a place.
    ///
    /// ```
    /// use asyncpoll_fit::drawing::{Color, Drawing, Form};
    ///
    /// let mut drawing = Drawing::new(100.0, 50.0, "A point", "A circle around a place");
    /// drawing.form(Form::Circle, Color::Blue, (20.0, 20.0));
    /// assert!(drawing.to_string().contains(r#"<circle class="fill-blue" cx="20" cy="20""#));
    /// ```
    pub fn form(&mut self, form: Form, color: Color, (x, y): Place) {
        self.extent.add((x - Form::REACH, y - Form::REACH));
        self.extent.add((x + Form::REACH, y + Form::REACH));
        form.write(&mut self.body, color, (x, y));
    }

    /// Draws an axis from left to right at the height `foot`, with its marks and their values below it. `top` is how high lines of
    /// a grid reach, if there are any.
    ///
    /// ```
    /// use asyncpoll_fit::drawing::{Axis, Drawing};
    ///
    /// let mut drawing = Drawing::new(400.0, 50.0, "An axis", "From 0 to 10 minutes");
    /// drawing.axis_below(&Axis::linear(0.0..600.0, 20.0..370.0).of_times(), 20.0, Some(5.0));
    /// assert!(drawing.to_string().contains(">10 min</text>") && drawing.is_within_frame());
    /// ```
    pub fn axis_below(&mut self, axis: &Axis, foot: f64, top: Option<f64>) {
        let marks = axis.marks(ROOM_ACROSS);
        if let Some(top) = top {
            for &(value, _) in &marks {
                self.line(Stroke::new(Color::Faint), &[(axis.at(value), top), (axis.at(value), foot)]);
            }
        }
        self.line(Stroke::new(Color::Muted), &[(axis.start(), foot), (axis.end(), foot)]);
        for (value, words) in marks {
            let x = axis.at(value);
            self.line(Stroke::new(Color::Muted), &[(x, foot), (x, foot + MARK)]);
            self.text(Text::new(&words).small().color(Color::Muted).middle(), (x, foot + 19.0));
        }
    }

    /// Draws an axis upwards at `left`, with its marks and their values on the left of it. `right` is how far lines of a grid
    /// reach, if there are any.
    ///
    /// ```
    /// use asyncpoll_fit::drawing::{Axis, Drawing};
    ///
    /// let mut drawing = Drawing::new(100.0, 200.0, "An axis", "From 1 to 1,000");
    /// drawing.axis_left(&Axis::logarithmic(1.0..1000.0, 180.0..20.0), 60.0, Some(90.0));
    /// assert!(drawing.to_string().contains(">1,000</text>") && drawing.is_within_frame());
    /// ```
    pub fn axis_left(&mut self, axis: &Axis, left: f64, right: Option<f64>) {
        let marks = axis.marks(ROOM_UP);
        if let Some(right) = right {
            for &(value, _) in &marks {
                self.line(Stroke::new(Color::Faint), &[(left, axis.at(value)), (right, axis.at(value))]);
            }
        }
        self.line(Stroke::new(Color::Muted), &[(left, axis.start()), (left, axis.end())]);
        for (value, words) in marks {
            let y = axis.at(value);
            self.line(Stroke::new(Color::Muted), &[(left - MARK, y), (left, y)]);
            self.text(Text::new(&words).small().color(Color::Muted).end(), (left - MARK - 4.0, y + 4.0));
        }
    }

    /// Writes what keys stand for, side by side from `place` on and, if there is no room before `right`, on further lines. Returns the
    /// height of the last line.
    ///
    /// ```
    /// use asyncpoll_fit::drawing::{Color, Drawing, Fill, Form, Key};
    ///
    /// let mut drawing = Drawing::new(200.0, 80.0, "A legend", "A circle is a poll, and an area a wait");
    /// let keys = [(Key::Form(Form::Circle, Color::Blue), "poll"), (Key::Area(Fill::Hatched(Color::Grey)), "time between polls")];
    /// assert_eq!(drawing.legend(&keys, (10.0, 20.0), 190.0), 38.0);
    /// assert!(drawing.is_within_frame());
    /// ```
    pub fn legend(&mut self, keys: &[(Key, &str)], place: Place, right: f64) -> f64 {
        legend::draw(self, keys, place, right)
    }

    fn path(&mut self, stroke: Stroke, path: &str) {
        let _ = writeln!(self.body, "<path class=\"{}\" d=\"{path}\"/>", stroke.class());
    }
}

impl Display for Drawing {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { width, height, body, .. } = self;
        writeln!(
            f,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"asyncpoll-drawing\" viewBox=\"0 0 {width} {height}\" \
             width=\"{width}\" height=\"{height}\" role=\"img\">"
        )?;
        writeln!(f, "<title>{}</title>\n<desc>{}</desc>", escaped(&self.title), escaped(&self.description))?;
        writeln!(f, "<style>\n{}</style>", color::rules(body))?;
        writeln!(f, "<rect class=\"ground\" width=\"{width}\" height=\"{height}\" rx=\"8\"/>\n{body}</svg>")
    }
}

/// Adds a place to a path or a list of places, to a tenth of a pixel.
fn push(path: &mut String, (x, y): Place) {
    let _ = write!(path, "{} {}", tenths(x), tenths(y));
}

/// Rounds to a tenth of a pixel, which no eye tells apart. Programs read it back as the same number.
fn tenths(length: f64) -> f64 {
    // Adding zero makes zero of what is a little below it.
    (length * 10.0).round() / 10.0 + 0.0
}
