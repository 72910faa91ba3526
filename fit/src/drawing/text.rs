//! Texts: how they look, and how wide they are.

use core::fmt::Write;

use super::{Color, Place, tenths};

/// How high letters are, as a part of their size, and how far they reach below their line.
const HEIGHT: f64 = 0.8;
const DEPTH: f64 = 0.22;

/// A text to be written, and how it looks: of the usual size, in the colour of ink, and to the right of its place.
///
/// ```
/// use asyncpoll_fit::drawing::{Drawing, Text};
///
/// let mut drawing = Drawing::new(200.0, 40.0, "Words", "Two words");
/// drawing.text(Text::new("Two words").title(), (10.0, 25.0));
/// assert!(drawing.to_string().contains(">Two words</text>"));
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Text<'a> {
    words: &'a str,
    look: Look,
    anchor: Anchor,
    color: Color,
    has_halo: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Look {
    Small,
    Usual,
    Bold,
    Title,
}

#[derive(Clone, Copy, Debug)]
enum Anchor {
    Start,
    Middle,
    End,
}

impl<'a> Text<'a> {
    /// Returns a text of these words.
    ///
    /// ```
    /// use asyncpoll_fit::drawing::Text;
    ///
    /// assert!(Text::new("a longer text").width() > Text::new("a text").width());
    /// ```
    pub const fn new(words: &'a str) -> Self {
        Self { words, look: Look::Usual, anchor: Anchor::Start, color: Color::Ink, has_halo: false }
    }

    /// Returns the same in smaller letters, as the values of an axis have.
    ///
    /// ```
    /// use asyncpoll_fit::drawing::Text;
    ///
    /// assert!(Text::new("words").small().width() < Text::new("words").width());
    /// ```
    pub const fn small(self) -> Self {
        Self { look: Look::Small, ..self }
    }

    /// Returns the same in bold letters.
    ///
    /// ```
    /// use asyncpoll_fit::drawing::Text;
    ///
    /// assert!(Text::new("words").bold().width() > Text::new("words").width());
    /// ```
    pub const fn bold(self) -> Self {
        Self { look: Look::Bold, ..self }
    }

    /// Returns the same in the letters of a title.
    ///
    /// ```
    /// use asyncpoll_fit::drawing::Text;
    ///
    /// assert!(Text::new("words").title().width() > Text::new("words").bold().width());
    /// ```
    pub const fn title(self) -> Self {
        Self { look: Look::Title, ..self }
    }

    /// Returns the same, with its middle at its place.
    ///
    /// ```
    /// use asyncpoll_fit::drawing::{Drawing, Text};
    ///
    /// let mut drawing = Drawing::new(100.0, 40.0, "Words", "One word");
    /// drawing.text(Text::new("middle").middle(), (50.0, 25.0));
    /// assert!(drawing.is_within_frame());
    /// ```
    pub const fn middle(self) -> Self {
        Self { anchor: Anchor::Middle, ..self }
    }

    /// Returns the same, with its end at its place.
    ///
    /// ```
    /// use asyncpoll_fit::drawing::{Drawing, Text};
    ///
    /// let mut drawing = Drawing::new(100.0, 40.0, "Words", "One word");
    /// drawing.text(Text::new("end").end(), (100.0, 25.0));
    /// assert!(drawing.is_within_frame());
    /// ```
    pub const fn end(self) -> Self {
        Self { anchor: Anchor::End, ..self }
    }

    /// Returns the same in another colour.
    ///
    /// ```
    /// use asyncpoll_fit::drawing::{Color, Drawing, Text};
    ///
    /// let mut drawing = Drawing::new(100.0, 40.0, "Words", "One word");
    /// drawing.text(Text::new("blue").color(Color::Blue), (10.0, 25.0));
    /// assert!(drawing.to_string().contains(r#"class="fill-blue""#));
    /// ```
    pub const fn color(self, color: Color) -> Self {
        Self { color, ..self }
    }

    /// Returns the same with a rim in the colour of the ground, so that it is read across lines.
    ///
    /// ```
    /// use asyncpoll_fit::drawing::{Drawing, Text};
    ///
    /// let mut drawing = Drawing::new(100.0, 40.0, "Words", "One word");
    /// drawing.text(Text::new("seen").halo(), (10.0, 25.0));
    /// assert!(drawing.to_string().contains(r#"class="halo fill-ink""#));
    /// ```
    pub const fn halo(self) -> Self {
        Self { has_halo: true, ..self }
    }

    /// Returns how wide it is, as in `DejaVu Sans`, which is wider than other typefaces that a screen may have.
    ///
    /// ```
    /// use asyncpoll_fit::drawing::Text;
    ///
    /// let width = Text::new("ten digits").width();
    /// assert!((60.0..75.0).contains(&width), "{width}");
    /// ```
    pub fn width(self) -> f64 {
        let bold = if matches!(self.look, Look::Bold | Look::Title) { 1.1 } else { 1.0 };
        self.words.chars().map(part).sum::<f64>() * self.size() * bold
    }

    /// As the style sheet has it.
    const fn size(self) -> f64 {
        match self.look {
            Look::Small => 12.0,
            Look::Usual | Look::Bold => 13.0,
            Look::Title => 15.0,
        }
    }

    pub(super) fn corners(self, (x, y): Place) -> [Place; 2] {
        let left = x - self.width()
            * match self.anchor {
                Anchor::Start => 0.0,
                Anchor::Middle => 0.5,
                Anchor::End => 1.0,
            };
        [(left, y - HEIGHT * self.size()), (left + self.width(), y + DEPTH * self.size())]
    }

    pub(super) fn write(self, body: &mut String, (x, y): Place) {
        let look = match self.look {
            Look::Small => "small ",
            Look::Usual => "",
            Look::Bold => "bold ",
            Look::Title => "title ",
        };
        let halo = if self.has_halo { "halo " } else { "" };
        let anchor = match self.anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let (color, x, y) = (self.color.name(), tenths(x), tenths(y));
        let words = escaped(self.words);
        let _ = writeln!(body, "<text class=\"{look}{halo}fill-{color}\"{anchor} x=\"{x}\" y=\"{y}\">{words}</text>");
    }
}

/// Returns the width of a letter as a part of its size.
const fn part(letter: char) -> f64 {
    match letter {
        'i' | 'j' | 'l' | '\'' | '|' => 0.28,
        ' ' | '.' | ',' | ':' | ';' | '!' => 0.34,
        'f' | 'r' | 't' | '(' | ')' | '/' | '-' => 0.42,
        'm' | 'M' | 'w' | 'W' | '%' | '±' | '→' => 0.98,
        'A'..='Z' | '=' | '+' | '<' | '>' | '≤' => 0.78,
        _ => 0.64,
    }
}

/// Returns a text as XML has it. A space stands for what no XML may hold.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            letter if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => escaped.push(' '),
            letter => escaped.push(letter),
        }
    }
    escaped
}
