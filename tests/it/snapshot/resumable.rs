//! The promise that a poller put away and taken out again behaves as one that was not.

use asyncpoll::{Decision, Elapsed, GaveUp, Instant, Poller, Snapshot, WaitKind};
use core::time::Duration;
use proptest::prelude::*;

use crate::{
    poller::promises::{Event, events, tapes},
    support::{
        Tape,
        poller_model::{Found, Settings},
        strategies,
    },
};

/// A reading of one of many clocks, each with a zero of its own.
#[derive(Clone, Copy, Debug)]
struct Reading {
    clock: usize,
    since_zero: Duration,
}

impl Instant for Reading {
    fn saturating_duration_since(&self, earlier: Self) -> Duration {
        assert_eq!(self.clock, earlier.clock, "readings of two clocks are compared");
        self.since_zero.saturating_sub(earlier.since_zero)
    }
}

/// All that a poller says of itself at a time.
type Account = (Option<Duration>, Option<WaitKind>, u32, bool, Duration, Option<Duration>, Option<Duration>);

/// A poller, the clock it is read by, and its latest reading.
struct Polled {
    poller: Poller<Reading>,
    clock: usize,
    latest: Duration,
}

impl Polled {
    fn start(settings: &Settings, seed: u64) -> Self {
        let start = Reading { clock: 0, since_zero: Duration::ZERO };
        Self { poller: Poller::seeded(settings.policy(), seed, start), clock: 0, latest: Duration::ZERO }
    }

    fn read(&mut self, now: Duration) -> Reading {
        self.latest = now;
        Reading { clock: self.clock, since_zero: now }
    }

    /// Does what the event says to the poller, and returns what came of it.
    fn meet(&mut self, event: Event, now: Duration) -> (Option<Decision<(), ()>>, Option<GaveUp>) {
        match event {
            Event::Found(found) => (Some(self.read_and(now, |poller, now| poller.step(found.outcome(), now))), None),
            Event::Look(found) => (Some(self.read_and(now, |poller, now| poller.look(found.outcome(), now))), None),
            Event::WaitFirst(hint) => (
                Some(self.read_and(now, |poller, now| match poller.wait_first(hint, now) {
                    Ok(wait) => Decision::Sleep(wait),
                    Err(gave_up) => Decision::GaveUp(gave_up.map_err(|error| match error {})),
                })),
                None,
            ),
            Event::Cancel => (None, Some(self.read_and(now, Poller::cancel))),
            Event::Reset => {
                self.poller.reset_backoff();
                (None, None)
            }
            Event::SetBackoff(base) => {
                self.poller.set_backoff(base);
                (None, None)
            }
            Event::WakeUp(_) | Event::Jump(_) => (None, None),
        }
    }

    fn read_and<T>(&mut self, now: Duration, act: impl FnOnce(&mut Poller<Reading>, Reading) -> T) -> T {
        let now = self.read(now);
        act(&mut self.poller, now)
    }

    fn put_away(&self) -> Snapshot {
        self.poller.snapshot(Reading { clock: self.clock, since_zero: self.latest })
    }

    /// Puts the poller away, and takes it out where another clock runs.
    fn move_on(&mut self) {
        let snapshot = Snapshot::from_bytes(self.put_away().as_bytes()).unwrap();
        self.clock += 1;
        let now = Reading { clock: self.clock, since_zero: self.latest };
        self.poller = Poller::restore(&snapshot, *self.poller.policy(), now, Elapsed(snapshot.elapsed())).unwrap();
    }

    fn account(&self, now: Duration) -> Account {
        let (poller, now) = (&self.poller, Reading { clock: self.clock, since_zero: now });
        let (remaining, until_next_poll) = (poller.remaining(now), poller.until_next_poll(now));
        let (elapsed, is_finished) = (poller.elapsed(now), poller.is_finished());
        (poller.due(), poller.wait_kind(), poller.polls(), is_finished, elapsed, remaining, until_next_poll)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn resumable_put_away_and_taken_out_at_every_step_it_behaves_as_before(
        settings in strategies::settings(), events in events(), seed: u64, asleep: bool,
    ) {
        let (mut whole, mut moved) = (Polled::start(&settings, seed), Polled::start(&settings, seed));
        let (mut now, mut due) = (Duration::ZERO, Duration::ZERO);
        for event in events {
            match event {
                Event::WakeUp(late) => now = now.max(due.saturating_add(late)),
                Event::Jump(reading) => now = reading,
                _ => {}
            }
            // A look at the clock that both have, so that the time away falls within a wait.
            if asleep && now >= whole.latest {
                let looks = [&mut whole, &mut moved].map(|polled| polled.meet(Event::Look(Found::Pending(None)), now));
                prop_assert_eq!(looks[0], looks[1], "Resumable: asleep at {:?}", now);
            }
            moved.move_on();
            prop_assert_eq!(moved.account(now), whole.account(now), "Resumable: before {:?}", event);
            let (told, expected) = (moved.meet(event, now), whole.meet(event, now));
            prop_assert_eq!(told, expected, "Resumable: {:?} is answered differently", event);
            prop_assert_eq!(moved.put_away(), whole.put_away(), "Resumable: after {:?} another state is put away", event);
            if let (Some(Decision::Sleep(wait)), _) = told {
                due = now.saturating_add(wait);
            }
        }
    }

    #[test]
    fn resumable_a_generator_elsewhere_is_drawn_from_as_before(
        settings in strategies::settings(), outcomes in prop::collection::vec(strategies::found(), 1..30), tape in tapes(),
    ) {
        let (policy, mut now) = (settings.policy(), Duration::ZERO);
        let mut rng = Tape::new(tape.clone());
        let mut whole = Poller::new(policy, Tape::new(tape), now);
        let mut snapshot = Poller::new(policy, &mut rng, now).snapshot_without_generator(now);
        for found in outcomes {
            let mut moved = Poller::restore_with(&snapshot, policy, &mut rng, now, Elapsed(now));
            let (told, expected) = (moved.step(found.outcome(), now), whole.step(found.outcome(), now));
            prop_assert_eq!(told, expected, "Resumable: {:?} is answered differently", found);
            let stored = moved.snapshot_without_generator(now);
            snapshot = Snapshot::from_bytes(stored.as_bytes()).unwrap();
            prop_assert_eq!(snapshot, stored);
            if let Decision::Sleep(wait) = told {
                now = now.saturating_add(wait);
            }
        }
    }
}
