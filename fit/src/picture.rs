//! The picture: when operations are done, when each policy polls, and what that costs.

mod costs;
mod hills;
mod times;

use crate::{
    Fitted, Report,
    drawing::{Color, Drawing, Form},
    seconds::show,
};

/// The least width, and the width below which names stand above what they name.
const LEAST_WIDTH: f64 = 320.0;
const WIDE: f64 = 760.0;

/// Draws a report, so wide, or 320 pixels if that is less.
///
/// Above is when operations are done, by the estimate, and below it a row for each policy, with a mark at each poll. Below that is what
/// each policy costs, and what policies fitted to other numbers of polls do.
///
/// # Example
///
/// ```
/// use asyncpoll::Policy;
/// use asyncpoll_fit::{Fit, Log, Report, estimate, picture};
/// use core::time::Duration;
///
/// let log = Log::read(b"20s..65s\n19s..60s\n63s..201s\n5s..21s\n", None)?;
/// let times = estimate(&log.records, 600.0)?;
/// let fit = Fit::new(&times, Policy::default(), None, Duration::from_secs(1))?;
/// let drawing = picture(&Report { log: &log, times: &times, fit: &fit, warnings: &[] }, 390.0);
/// assert!(drawing.is_within_frame() && drawing.width() == 390.0);
/// assert!(drawing.to_string().contains("fitted policy"));
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
pub fn picture(report: &Report<'_>, width: f64) -> Drawing {
    let frame = Frame::new(width);
    let times = times::Chart::new(report, &frame, 0.0);
    let costs = costs::Chart::new(report, &frame, times.foot());
    let mut drawing = Drawing::new(frame.width, costs.foot(), "A policy fitted to a log", &description(report));
    times.draw(&mut drawing);
    costs.draw(&mut drawing);
    drawing
}

/// What both charts share.
#[derive(Clone, Copy, Debug)]
struct Frame {
    width: f64,
    /// Where titles begin.
    margin: f64,
    /// Where charts begin and end.
    left: f64,
    right: f64,
    is_narrow: bool,
}

impl Frame {
    fn new(width: f64) -> Self {
        // A width that is not a number is the least.
        let width = width.max(LEAST_WIDTH);
        let is_narrow = width < WIDE;
        let (margin, left) = if is_narrow { (12.0, 62.0) } else { (20.0, 132.0) };
        Self { width, margin, left, right: width - 36.0, is_narrow }
    }
}

/// How each policy is drawn, in the order of [`Report::policies`].
const LOOKS: [(Form, Color); 3] = [(Form::Circle, Color::Grey), (Form::Square, Color::Orange), (Form::Diamond, Color::Green)];

fn description(report: &Report<'_>) -> String {
    let says = |(name, Fitted { policy, cost }): (&str, &Fitted)| {
        format!("{name}, {policy}: {:.2} polls, {} late in the mean", cost.polls, show(cost.delay))
    };
    format!("When operations are done, when policies poll, and what that costs. {}.", report.policies().map(says).join("; "))
}
