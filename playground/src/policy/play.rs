//! A poller of a policy, in virtual time, under the events of the view.

use core::time::Duration;

use asyncpoll::{Decision, Outcome, Policy, Poller, Reason};

use super::event::{Event, Kind};

/// The most polls of one poller that are played.
pub(crate) const MOST: usize = 400;

/// One poller from its start to its end.
#[derive(Clone, Debug)]
pub(crate) struct Life {
    pub(crate) polls: Vec<Poll>,
    pub(crate) end: End,
}

/// A poll: when, and what it hears.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Poll {
    pub(crate) at: Duration,
    pub(crate) heard: Heard,
}

/// What a poll hears.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Heard {
    Pending,
    Done,
    Told(Event),
}

/// How a poller ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum End {
    Done,
    GaveUp(Reason),
    /// It polls on, but no more of it is played.
    GoesOn,
}

impl Life {
    /// Plays a poller under events, which are in the order in which they happen.
    pub(crate) fn of(policy: Policy, seed: u64, events: &[Event]) -> Self {
        let done = events.iter().find(|event| event.kind == Kind::Done).map(|event| event.at);
        let mut told = events.iter().filter(|event| event.kind != Kind::Done).peekable();
        let mut now = Duration::ZERO;
        let mut poller = Poller::seeded(policy, seed, now);
        let mut polls = Vec::new();
        while polls.len() < MOST {
            let (heard, outcome) = if done.is_some_and(|done| done <= now) {
                (Heard::Done, Outcome::Done(()))
            } else if let Some(event) = told.next_if(|event| event.at <= now) {
                (Heard::Told(*event), outcome(event.kind))
            } else {
                (Heard::Pending, Outcome::pending())
            };
            polls.push(Poll { at: now, heard });
            let end = match poller.step(outcome, now) {
                Decision::Sleep(wait) => match now.checked_add(wait) {
                    Some(next) => {
                        now = next;
                        continue;
                    }
                    None => End::GoesOn,
                },
                Decision::Done(()) | Decision::Failed(()) => End::Done,
                Decision::GaveUp(gave_up) => End::GaveUp(gave_up.reason),
            };
            return Self { polls, end };
        }
        Self { polls, end: End::GoesOn }
    }

    /// Returns when the poller found the operation done.
    pub(crate) fn noticed(&self) -> Option<Duration> {
        self.polls.last().filter(|poll| poll.heard == Heard::Done).map(|poll| poll.at)
    }

    /// Returns the shortest time from a refused poll to the next.
    pub(crate) fn back_after_refusal(&self) -> Option<Duration> {
        let is_refused = |poll: &Poll| matches!(poll.heard, Heard::Told(Event { kind: Kind::Refusal(_), .. }));
        self.polls.windows(2).filter(|pair| is_refused(&pair[0])).map(|pair| pair[1].at.saturating_sub(pair[0].at)).min()
    }
}

fn outcome(kind: Kind) -> Outcome<(), ()> {
    match kind {
        Kind::Done => Outcome::Done(()),
        Kind::Refusal(wait) => Outcome::throttled(()).retry_after(Some(wait)),
        Kind::Hint(wait) => Outcome::pending().retry_after(Some(wait)),
        Kind::Error => Outcome::transient(()),
    }
}
