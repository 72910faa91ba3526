//! What the page asks: the settings in its address, what was changed in the form, and what was done to the picture.

use serde::Deserialize;

/// A question of the page.
#[derive(Debug, Deserialize)]
pub(crate) struct Question {
    /// The part of the address after `#`.
    #[serde(default)]
    pub(crate) fragment: String,
    /// The fields of the form, as they stand there; the address says the rest.
    #[serde(default)]
    pub(crate) set: Vec<(String, String)>,
    /// What was done to the picture, in that order.
    #[serde(default)]
    pub(crate) acts: Vec<Act>,
    /// The log that somebody has put into the page: it is too long for an address.
    #[serde(default)]
    pub(crate) log: String,
    /// The width that the picture has, in pixels.
    #[serde(default = "wide")]
    pub(crate) width: f64,
}

/// What was done to the picture of a policy.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Act {
    /// An event was put where somebody clicked: so many pixels from the left.
    Click(f64),
    /// An event was put in the middle, by a key.
    Add,
    /// An event, by its number, was dragged to so many pixels from the left.
    Drag(usize, f64),
    /// An event was moved by so many pixels, by a key.
    Move(usize, f64),
    /// An event was removed.
    Remove(usize),
    /// All events were removed.
    Clear,
    /// Another seed was asked for, and this is it, from the browser.
    Seed(u32),
}

impl Question {
    /// The width of a question that says none.
    pub(crate) const WIDE: f64 = 860.0;

    /// The narrowest picture and the widest: no screen has any other.
    const WIDTHS: (f64, f64) = (240.0, 4_000.0);

    /// Below this width the picture is compact: it stays in sight on a telephone.
    const COMPACT: f64 = 560.0;

    pub(crate) fn width(&self) -> f64 {
        if self.width.is_finite() { self.width.clamp(Self::WIDTHS.0, Self::WIDTHS.1) } else { Self::WIDE }
    }

    pub(crate) fn is_compact(&self) -> bool {
        self.width() < Self::COMPACT
    }
}

const fn wide() -> f64 {
    Question::WIDE
}
