//! How far it has come: a bar in the terminal, and lines.

use core::{cell::RefCell, fmt, time::Duration};
use std::{
    io::{self, Write},
    process::ExitCode,
    rc::Rc,
};

use asyncpoll::{Outcome, PollError, Reason};
use indicatif::{ProgressBar, ProgressStyle};
use tokio::time::Instant;

const GAVE_UP: u8 = 2;
const INTERRUPTED: u8 = 130;

/// How the polling of an order ends.
pub(crate) type End = Result<(), PollError<String>>;

/// Counts what is polled, and shows it. A clone counts to the same.
#[derive(Clone)]
pub(crate) struct Progress {
    bar: ProgressBar,
    counts: Rc<RefCell<Counts>>,
    out: Rc<RefCell<dyn Write>>,
}

struct Counts {
    started: Instant,
    orders: usize,
    issued: usize,
    given_up: usize,
    cancelled: usize,
    requests: usize,
    /// Those of them that were refused.
    refused: usize,
    polls: usize,
    /// Those of them without an answer.
    lost: usize,
    /// The time between two requests that was found, if any was.
    spacing: Option<Duration>,
}

impl Progress {
    /// Starts with no order. Lines go to `out`.
    pub(crate) fn start(out: impl Write + 'static) -> Self {
        let template = "{bar:30} {pos} of {len} issued in {elapsed}: {msg}";
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        let counts = Counts {
            started: Instant::now(),
            orders: 0,
            issued: 0,
            given_up: 0,
            cancelled: 0,
            requests: 0,
            refused: 0,
            polls: 0,
            lost: 0,
            spacing: None,
        };
        Self { bar: ProgressBar::new(0).with_style(style), counts: Rc::new(counts.into()), out: Rc::new(RefCell::new(out)) }
    }

    /// Counts an order that is to be polled.
    pub(crate) fn started(&self) {
        self.counts.borrow_mut().orders += 1;
    }

    /// Counts a request with so many polls, and what they have found. What a poll has not found, because it panicked, is lost.
    pub(crate) fn answered(&self, polls: usize, found: &[Outcome<(), String>]) {
        let mut counts = self.counts.borrow_mut();
        counts.requests += 1;
        counts.refused += usize::from(found.iter().any(|found| matches!(found, Outcome::Throttled { .. })));
        counts.polls += polls;
        counts.lost += polls.saturating_sub(found.len());
    }

    /// Counts an end, and says how an order has ended that is not issued.
    pub(crate) fn ended(&self, name: &str, end: End) -> io::Result<()> {
        let mut counts = self.counts.borrow_mut();
        let error = match end {
            Ok(()) => {
                counts.issued += 1;
                return Ok(());
            }
            Err(error) => error,
        };
        match &error {
            PollError::GaveUp(gave_up) if gave_up.reason == Reason::Cancelled => counts.cancelled += 1,
            PollError::GaveUp(_) | PollError::Failed(_) => counts.given_up += 1,
        }
        drop(counts);
        let last_error = error.error().map(|last| format!("; its last error is: {last}")).unwrap_or_default();
        self.say(format_args!("{name}: {error}{last_error}"))
    }

    /// Prints a line.
    pub(crate) fn say(&self, line: impl fmt::Display) -> io::Result<()> {
        self.bar.suspend(|| writeln!(self.out.borrow_mut(), "{line}"))
    }

    /// Shows how far it is, and the time between two requests that was found.
    pub(crate) fn show(&self, spacing: Option<Duration>) {
        let mut counts = self.counts.borrow_mut();
        counts.spacing = spacing;
        self.bar.set_length(counts.orders as u64);
        self.bar.set_position(counts.issued as u64);
        self.bar.set_message(counts.polls());
    }

    /// Says how it ended, and returns that as an exit status.
    pub(crate) fn end(&self, is_interrupted: bool) -> io::Result<ExitCode> {
        self.bar.finish_and_clear();
        let how = if is_interrupted { "interrupted" } else { "done" };
        self.say(format_args!("{how} after {self}"))?;
        Ok(match (is_interrupted, self.counts.borrow().given_up) {
            (true, _) => INTERRUPTED.into(),
            (false, 0) => ExitCode::SUCCESS,
            (false, _) => GAVE_UP.into(),
        })
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = self.counts.borrow();
        write!(f, "{}; {}", counts.orders(), counts.polls())
    }
}

impl Counts {
    fn orders(&self) -> String {
        let Self { started, orders, issued, given_up, cancelled, .. } = *self;
        let seconds = started.elapsed().as_secs_f64();
        let left = orders - issued - given_up - cancelled;
        format!("{seconds:.1} s: {issued} of {orders} issued, {given_up} given up, {cancelled} cancelled, {left} left")
    }

    fn polls(&self) -> String {
        let Self { requests, refused, polls, lost, .. } = *self;
        let percent = 100.0 * refused as f64 / requests.max(1) as f64;
        let pace = match self.spacing {
            Some(spacing) => format!("{:.0} requests a second found", 1.0 / spacing.as_secs_f64()),
            None => "no pace".into(),
        };
        format!("requests: {requests}, refused: {refused} ({percent:.1} %), polls: {polls}, lost: {lost}; {pace}")
    }
}
