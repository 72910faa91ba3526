//! One page on which people understand polling in a minute, with asyncpoll itself behind it.
//!
//! The page asks a question in JSON: the settings in its address, and what was done to the form and to the picture. [`answer`] plays
//! them with the crate, and writes all that the page shows: sentences, tables, code and the picture as SVG. So the page needs little
//! JavaScript, and each view is tested without a browser.
//!
//! The program of this package makes the page, one file, and serves it: `cargo run --package asyncpoll-playground -- --serve`.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::float_arithmetic,
    reason = "places in a picture and means are floating point"
)]

#[cfg(any(target_arch = "wasm32", test))]
mod abi;
mod address;
mod answer;
mod field;
mod fit;
mod fleet;
mod policy;
mod question;
mod ticker;
mod words;

pub use {field::forms, policy::presets};

use crate::{
    address::Address,
    answer::{Answer, Refusal},
    field::View,
    question::Question,
};

/// The views, in the order of their tabs.
static VIEWS: &[View] = &[policy::VIEW, fleet::VIEW, fit::VIEW, ticker::VIEW];

/// Answers a question of the page: JSON to JSON.
///
/// ```
/// use serde_json::json;
///
/// let answer = asyncpoll_playground::answer(r#"{"fragment": "v=1&view=policy&jitter=none&max_wait=1m"}"#);
/// let answer: serde_json::Value = serde_json::from_str(&answer)?;
/// assert_eq!(answer["texts"][2], json!(["line", "5s x3 <=5m +-0% 1m"]));
/// assert_eq!(answer["texts"][4], json!(["times", "0.000 s, 5.000 s, 20.000 s, 60.000 s"]));
///
/// let refused = asyncpoll_playground::answer(r#"{"fragment": "v=1&view=policy&multiplier=0.5"}"#);
/// let refused: serde_json::Value = serde_json::from_str(&refused)?;
/// assert_eq!(refused["refusal"]["field"], "multiplier");
/// assert_eq!(refused["refusal"]["sentence"], "multiplier is 5/10; it must be at least 1/1");
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn answer(question: &str) -> String {
    let answer = match serde_json::from_str(question) {
        Ok(question) => reply(&question),
        Err(error) => Answer { refusal: Some(Refusal::new("", error.to_string())), ..Answer::default() },
    };
    serde_json::to_string(&answer).unwrap_or_default()
}

fn reply(question: &Question) -> Answer {
    let mut address = Address::read(&question.fragment, VIEWS);
    for (name, value) in &question.set {
        address.set(name, value);
    }
    let shown = (address.view.show)(&mut address, question);
    let (shown, refusal) = match shown {
        Ok(shown) => (Some(shown), None),
        Err(refusal) => (None, Some(refusal)),
    };
    Answer {
        view: address.view.name,
        fragment: address.write(),
        values: address.values().clone(),
        notes: address.notes,
        refusal,
        shown,
    }
}
