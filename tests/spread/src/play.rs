//! A fleet played through in virtual time, to see when its pollers poll.

use std::{ops::Range, time::Duration};

use asyncpoll::{Decision, Policy, Poller, Reason, rand_core::Rng};

use crate::{
    crowding::{self, Crowd, Span},
    draws::{EvenDraws, Told},
    fleet::{Fleet, Found},
};

/// The most crowded polls of a fleet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shares {
    /// Of the last polls that the promise is about.
    pub(crate) last: Share,
    /// Of the polls of one number, the first and the last polls apart.
    pub(crate) other: Share,
}

/// What share of the polls, in percent, is made in the most crowded stretch.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Share {
    pub(crate) percent: f64,
    /// What part of the fleet these percent are of.
    pub(crate) of: f64,
    /// The start of the stretch, in nanoseconds.
    pub(crate) start: u64,
    /// The number of the poll; none if it is the last.
    pub(crate) poll: Option<u32>,
}

/// Plays a fleet of as many pollers as there are draws for. Where a last poll is made in its window is not drawn: it is spread
/// over all of it.
pub(crate) fn evenly(fleet: &Fleet, policy: Policy, draws: &EvenDraws) -> Shares {
    let mut polls = Polls::default();
    for draw in draws.pollers() {
        let told = Told::default();
        let poller = Poller::new(policy, &told, Duration::ZERO);
        if let Some(mut last) = polls.follow(fleet, poller, |poll| told.tell(draw(poll), u64::MIN)) {
            told.tell(draw(last.after), u64::MAX);
            let Decision::Sleep(latest) = last.before.step(fleet.outcome(last.found), last.since) else {
                unreachable!("it slept after the same poll before")
            };
            polls.last.push(Span { earliest: last.at, latest: nanos(last.since + latest) });
        }
    }
    polls.shares(fleet)
}

/// Plays a fleet as programs run it: with a seed for each poller.
pub(crate) fn seeded(fleet: &Fleet, policy: Policy, seeds: Range<u64>) -> Shares {
    let mut polls = Polls::default();
    for seed in seeds {
        let poller = Poller::seeded(policy, seed, Duration::ZERO);
        if let Some(last) = polls.follow(fleet, poller, |_| ()) {
            polls.last.push(Span { earliest: last.at, latest: last.at });
        }
    }
    polls.shares(fleet)
}

/// When the polls of a fleet were made.
#[derive(Default)]
struct Polls {
    pollers: u32,
    last: Vec<Span>,
    /// By their numbers, from the second poll on.
    others: Vec<Vec<u64>>,
}

/// The last poll of a poller, and what came before it.
struct Last<R> {
    at: u64,
    exempt: bool,
    /// The poll before it: its number, what it found, when it was made, and the poller as it was then.
    after: u32,
    found: Found,
    since: Duration,
    before: Poller<Duration, R>,
}

impl Polls {
    /// Follows a poller to its end. Returns its last poll, if `MaxWait` is the reason and the promise is about it.
    fn follow<R: Rng + Clone>(
        &mut self,
        fleet: &Fleet,
        mut poller: Poller<Duration, R>,
        before_poll: impl Fn(u32),
    ) -> Option<Last<R>> {
        self.pollers += 1;
        let mut last: Option<Last<R>> = None;
        let mut now = Duration::ZERO;
        for number in 1.. {
            before_poll(number);
            let found = fleet.found(number);
            let before = poller.clone();
            let decision = poller.step(fleet.outcome(found), now);
            if matches!(&decision, Decision::GaveUp(gave_up) if gave_up.reason == Reason::MaxWait) {
                return last.filter(|last| !last.exempt).map(|last| Last { at: nanos(now), ..last });
            }
            if number > 1 {
                let index = number as usize - 2;
                self.others.resize_with(self.others.len().max(index + 1), Vec::new);
                self.others[index].push(nanos(now));
            }
            let Decision::Sleep(wait) = decision else { break };
            let exempt = fleet.is_exempt(number, found, nanos(poller.remaining(now)?));
            last = Some(Last { at: 0, exempt, after: number, found, since: now, before });
            now += wait;
        }
        None
    }

    fn shares(mut self, fleet: &Fleet) -> Shares {
        let stretch = fleet.stretch();
        let pollers = f64::from(self.pollers);
        let share = |crowd: Crowd, of: f64, poll| {
            let percent = 100.0 * crowd.size / (of * pollers);
            Share { percent, of, start: crowd.start, poll }
        };
        // Two are a large share of a few, but no crowd.
        let of = (self.last.len() as f64 / pollers).max(0.1);
        let last = share(crowding::of_spans(&self.last, stretch), of, None);
        let mut other = Share::default();
        for (times, number) in self.others.iter_mut().zip(2..) {
            let next = share(crowding::of_times(times, stretch), 1.0, Some(number));
            if next.percent > other.percent {
                other = next;
            }
        }
        Shares { last, other }
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
