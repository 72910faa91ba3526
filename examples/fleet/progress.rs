//! How far it has come: a bar in the terminal, and a line at the end.

use core::{cell::RefCell, time::Duration};
use std::{
    io::{self, Write},
    process::ExitCode,
    rc::Rc,
    time::Instant,
};

use asyncpoll::{Decision, Outcome};
use indicatif::{ProgressBar, ProgressStyle};

const GAVE_UP: u8 = 2;
const INTERRUPTED: u8 = 130;

/// Counts what is polled, and shows it. A clone counts to the same.
#[derive(Clone)]
pub(crate) struct Progress {
    bar: ProgressBar,
    counts: Rc<RefCell<Counts>>,
}

struct Counts {
    started: Instant,
    orders: usize,
    issued: usize,
    given_up: usize,
    polls: usize,
    refused: usize,
    /// The time between two polls that was found, if any was.
    spacing: Option<Duration>,
}

impl Progress {
    pub(crate) fn start(orders: usize) -> Self {
        let template = "{bar:30} {pos} of {len} issued in {elapsed}: {msg}";
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        let (started, spacing) = (Instant::now(), None);
        let counts = Counts { started, orders, issued: 0, given_up: 0, polls: 0, refused: 0, spacing };
        Self { bar: ProgressBar::new(orders as u64).with_style(style), counts: Rc::new(counts.into()) }
    }

    /// Counts a poll, and what it found, if its answer came.
    pub(crate) fn polled(&self, found: Option<&Outcome<(), String>>) {
        let mut counts = self.counts.borrow_mut();
        counts.polls += 1;
        counts.refused += usize::from(matches!(found, Some(Outcome::Transient { retry_after: Some(_), .. })));
    }

    /// Counts an end.
    pub(crate) fn decided<T, E>(&self, decision: &Decision<T, E>) {
        let mut counts = self.counts.borrow_mut();
        match decision {
            Decision::Sleep(_) => {}
            Decision::Done(_) => counts.issued += 1,
            Decision::Failed(_) | Decision::GaveUp(_) => counts.given_up += 1,
        }
    }

    /// Shows how far it is, and the time between two polls that was found.
    pub(crate) fn show(&self, spacing: Option<Duration>) {
        let mut counts = self.counts.borrow_mut();
        counts.spacing = spacing;
        self.bar.set_position(counts.issued as u64);
        self.bar.set_message(counts.words());
    }

    /// Says how it ended, and returns that as an exit status.
    pub(crate) fn end(&self, is_interrupted: bool, out: &mut impl Write) -> io::Result<ExitCode> {
        self.bar.finish_and_clear();
        let counts = self.counts.borrow();
        let Counts { orders, issued, given_up, .. } = *counts;
        let seconds = counts.started.elapsed().as_secs_f64();
        let how = if is_interrupted { "interrupted" } else { "done" };
        let left = orders - issued - given_up;
        writeln!(
            out,
            "{how} after {seconds:.1} s: {issued} of {orders} issued, {given_up} given up, {left} left; {}",
            counts.words()
        )?;
        Ok(match (is_interrupted, issued == orders) {
            (true, _) => INTERRUPTED.into(),
            (false, true) => ExitCode::SUCCESS,
            (false, false) => GAVE_UP.into(),
        })
    }
}

impl Counts {
    fn words(&self) -> String {
        let Self { polls, refused, .. } = *self;
        let percent = 100.0 * refused as f64 / polls.max(1) as f64;
        let pace = match self.spacing {
            Some(spacing) => format!("{:.0} polls a second found", 1.0 / spacing.as_secs_f64()),
            None => "no pace".into(),
        };
        format!("{polls} polls, {refused} refused ({percent:.1} %), {pace}")
    }
}
