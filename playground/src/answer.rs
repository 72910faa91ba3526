//! What the page is answered: all that it shows, as text.

use serde::Serialize;

/// Things by their names. A map would be more code than it saves, in a program that is sent with the page.
pub(crate) type Pairs<T> = Vec<(&'static str, T)>;

/// An answer, to be shown as it is.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Answer {
    /// The view that is shown.
    pub(crate) view: &'static str,
    /// The address that leads here again.
    pub(crate) fragment: String,
    /// What each field of the form holds.
    pub(crate) values: Pairs<String>,
    /// What is to be said of the address.
    pub(crate) notes: Vec<String>,
    /// Why there is nothing to show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) refusal: Option<Refusal>,
    /// What there is to show.
    #[serde(flatten)]
    pub(crate) shown: Option<Shown>,
}

/// A value that is refused.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct Refusal {
    /// The field that has it.
    pub(crate) field: String,
    /// What is wrong with it, in a sentence.
    pub(crate) sentence: String,
}

/// What a view shows.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Shown {
    /// The answer to "so what?": a sentence with figures, as HTML.
    pub(crate) says: String,
    /// The picture, as SVG.
    pub(crate) picture: String,
    /// Sliders over the picture, as HTML.
    pub(crate) sliders: String,
    /// Texts by their places in the page.
    pub(crate) texts: Pairs<String>,
    /// Tables by their places in the page: the heads, and the rows.
    pub(crate) tables: Pairs<Vec<Vec<String>>>,
    /// Links by their places in the page: the address that each leads to.
    pub(crate) links: Pairs<String>,
}

impl Refusal {
    pub(crate) fn new(field: impl Into<String>, sentence: impl Into<String>) -> Self {
        Self { field: field.into(), sentence: sentence.into() }
    }
}
