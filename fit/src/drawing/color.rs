//! Colours, what is done with them, and the rules of the style sheet that say them.

use core::fmt::Write;

/// A colour, which is another on a dark ground.
///
/// ```
/// use asyncpoll_fit::drawing::{Color, Fill, Stroke};
///
/// assert_ne!(Fill::Solid(Color::Blue), Fill::Soft(Color::Blue));
/// assert_ne!(Stroke::new(Color::Blue), Stroke::new(Color::Green));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Color {
    /// That of text.
    Ink,
    /// Of what is beside the matter: axes and their values.
    Muted,
    /// Of what is hardly seen: lines of a grid.
    Faint,
    /// Of a series, as the next three are.
    Grey,
    /// Of a series.
    Blue,
    /// Of a series.
    Orange,
    /// Of a series.
    Green,
}

/// What an area is filled with.
///
/// ```
/// use asyncpoll_fit::drawing::{Color, Drawing, Fill};
///
/// let svg = |fill| {
///     let mut drawing = Drawing::new(40.0, 40.0, "A square", "It is filled");
///     drawing.rectangle(fill, (5.0, 5.0), (35.0, 35.0));
///     drawing.to_string()
/// };
/// assert!(svg(Fill::Solid(Color::Blue)).contains(r#"<path class="fill-blue""#));
/// assert!(svg(Fill::Soft(Color::Blue)).contains(r#"<path class="soft-blue""#));
/// assert!(svg(Fill::Hatched(Color::Blue)).contains(r#"<path class="line stroke-blue""#));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fill {
    /// The colour itself.
    Solid(Color),
    /// A tint of it, on which text can be read.
    Soft(Color),
    /// Lines of it from the lower left to the upper right, on a tint of it.
    Hatched(Color),
}

/// How a line is drawn.
///
/// ```
/// use asyncpoll_fit::drawing::{Color, Stroke};
///
/// let plain = Stroke::new(Color::Ink);
/// assert!(plain != plain.wide() && plain != plain.dashed());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use]
pub struct Stroke {
    color: Color,
    is_wide: bool,
    is_dashed: bool,
}

impl Stroke {
    /// Returns a line a pixel wide.
    ///
    /// ```
    /// use asyncpoll_fit::drawing::{Color, Drawing, Stroke};
    ///
    /// let mut drawing = Drawing::new(40.0, 40.0, "A line", "It goes down");
    /// drawing.line(Stroke::new(Color::Ink), &[(5.0, 5.0), (5.0, 35.0)]);
    /// assert!(drawing.to_string().contains(r#"class="line stroke-ink""#));
    /// ```
    pub const fn new(color: Color) -> Self {
        Self { color, is_wide: false, is_dashed: false }
    }

    /// Returns the same, twice as wide.
    ///
    /// ```
    /// use asyncpoll_fit::drawing::{Color, Drawing, Stroke};
    ///
    /// let mut drawing = Drawing::new(40.0, 40.0, "A line", "It goes down");
    /// drawing.line(Stroke::new(Color::Ink).wide(), &[(5.0, 5.0), (5.0, 35.0)]);
    /// assert!(drawing.to_string().contains(r#"class="line wide stroke-ink""#));
    /// ```
    pub const fn wide(self) -> Self {
        Self { is_wide: true, ..self }
    }

    /// Returns the same, dashed.
    ///
    /// ```
    /// use asyncpoll_fit::drawing::{Color, Drawing, Stroke};
    ///
    /// let mut drawing = Drawing::new(40.0, 40.0, "A line", "It goes down");
    /// drawing.line(Stroke::new(Color::Ink).dashed(), &[(5.0, 5.0), (5.0, 35.0)]);
    /// assert!(drawing.to_string().contains(r#"class="line dashed stroke-ink""#));
    /// ```
    pub const fn dashed(self) -> Self {
        Self { is_dashed: true, ..self }
    }

    pub(super) fn class(self) -> String {
        let [wide, dashed] =
            [(self.is_wide, " wide"), (self.is_dashed, " dashed")].map(|(is, class)| if is { class } else { "" });
        format!("line{wide}{dashed} stroke-{}", self.color.name())
    }
}

impl Fill {
    pub(super) fn class(self) -> String {
        match self {
            Self::Solid(color) => format!("fill-{}", color.name()),
            Self::Soft(color) | Self::Hatched(color) => format!("soft-{}", color.name()),
        }
    }
}

/// What a colour is on one ground: itself, and its tint.
struct Shade {
    full: &'static str,
    soft: &'static str,
}

impl Color {
    const ALL: [Self; 7] = [Self::Ink, Self::Muted, Self::Faint, Self::Grey, Self::Blue, Self::Orange, Self::Green];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Ink => "ink",
            Self::Muted => "muted",
            Self::Faint => "faint",
            Self::Grey => "grey",
            Self::Blue => "blue",
            Self::Orange => "orange",
            Self::Green => "green",
        }
    }

    const fn light(self) -> Shade {
        let (full, soft) = match self {
            Self::Ink => ("#1b1f24", "#d8dbdf"),
            Self::Muted => ("#5b6470", "#e3e6ea"),
            Self::Faint => ("#e3e7ec", "#f3f5f7"),
            Self::Grey => ("#6b7280", "#dde1e7"),
            Self::Blue => ("#1d4ed8", "#cddafb"),
            Self::Orange => ("#b45309", "#fbe3c8"),
            Self::Green => ("#047857", "#c6ebdc"),
        };
        Shade { full, soft }
    }

    const fn dark(self) -> Shade {
        let (full, soft) = match self {
            Self::Ink => ("#e6e9ed", "#3a4048"),
            Self::Muted => ("#9aa3ad", "#2b3138"),
            Self::Faint => ("#2a3038", "#1c2127"),
            Self::Grey => ("#a3abb5", "#343b44"),
            Self::Blue => ("#85a9ff", "#253a6e"),
            Self::Orange => ("#f0a04b", "#553516"),
            Self::Green => ("#4cc79a", "#15463a"),
        };
        Shade { full, soft }
    }
}

/// The ground, in light and in dark.
const GROUNDS: [&str; 2] = ["#ffffff", "#14181d"];

/// Rules without colours.
const PLAIN: &str = "\
.asyncpoll-drawing { max-width: 100%; height: auto; font-family: system-ui, sans-serif; font-size: 13px; }
.asyncpoll-drawing .small { font-size: 12px; }
.asyncpoll-drawing .title { font-size: 15px; font-weight: 600; }
.asyncpoll-drawing .bold { font-weight: 600; }
.asyncpoll-drawing .halo { paint-order: stroke; stroke-width: 4px; stroke-linejoin: round; }
.asyncpoll-drawing .line { fill: none; stroke-width: 1px; stroke-linejoin: round; }
.asyncpoll-drawing .wide { stroke-width: 2px; }
.asyncpoll-drawing .dashed { stroke-dasharray: 5 4; }
";

/// Returns the rules for what is drawn. Some programs that draw SVG know no variables of CSS, so colours stand in each rule.
pub(super) fn rules(body: &str) -> String {
    let mut rules = String::from(PLAIN);
    rules.push_str(&colored(body, GROUNDS[0], Color::light, ""));
    rules.push_str("@media (prefers-color-scheme: dark) {\n");
    rules.push_str(&colored(body, GROUNDS[1], Color::dark, "  "));
    rules.push_str("}\n");
    rules
}

fn colored(body: &str, ground: &str, shade: fn(Color) -> Shade, indent: &str) -> String {
    let mut rules = format!("{indent}.asyncpoll-drawing .ground {{ fill: {ground}; }}\n");
    if body.contains("halo") {
        let _ = writeln!(rules, "{indent}.asyncpoll-drawing .halo {{ stroke: {ground}; }}");
    }
    for color in Color::ALL {
        let (name, Shade { full, soft }) = (color.name(), shade(color));
        for (class, property, value) in [("fill", "fill", full), ("soft", "fill", soft), ("stroke", "stroke", full)] {
            if body.contains(&format!("{class}-{name}")) {
                let _ = writeln!(rules, "{indent}.asyncpoll-drawing .{class}-{name} {{ {property}: {value}; }}");
            }
        }
    }
    rules
}
