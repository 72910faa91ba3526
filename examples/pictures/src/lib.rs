//! The pictures of the documentation, drawn from what the crate does.
#![expect(
    clippy::cast_precision_loss,
    clippy::float_arithmetic,
    reason = "a picture is of places, and a pixel is exact enough"
)]

mod fitting;
mod noticed;
mod refusals;
mod schedule;
mod spread;

use asyncpoll_fit::drawing::{Axis, Drawing, Place};

/// Where the pictures are.
///
/// ```
/// assert!(std::path::Path::new(pictures::FOLDER).join("schedule.svg").exists());
/// ```
pub const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/pictures");

/// The width of all pictures, which is that of a page on a forge.
const WIDTH: f64 = 860.0;

/// Where titles begin, and where charts begin and end.
const MARGIN: f64 = 20.0;
const LEFT: f64 = 204.0;
const RIGHT: f64 = WIDTH - 36.0;

/// Draws all pictures, each with the name of its file.
///
/// ```
/// let names = pictures::all().map(|(name, _)| name);
/// assert_eq!(names[0], "schedule.svg");
/// ```
pub fn all() -> [(&'static str, Drawing); 5] {
    [
        ("schedule.svg", schedule::draw()),
        ("spread.svg", spread::draw()),
        ("refusals.svg", refusals::draw()),
        ("noticed.svg", noticed::draw()),
        ("fitting.svg", fitting::draw()),
    ]
}

/// Returns the outline of columns, one a second.
fn steps(seconds: &[u32], across: &Axis, up: &Axis) -> Vec<Place> {
    let mut places = Vec::new();
    let mut second = 0;
    for alike in seconds.chunk_by(|one, other| one == other) {
        let y = up.at(f64::from(alike[0]));
        places.push((across.at(second as f64), y));
        second += alike.len();
        places.push((across.at(second as f64), y));
    }
    places
}
