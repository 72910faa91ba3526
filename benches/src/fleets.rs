//! The turn of a fleet, as something to be measured: a poll is handed out, and is found pending.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use asyncpoll::{
    Fleet, Outcome, Policy, SmallRng,
    fleet::{Due, Limits, Upstream},
};

use crate::measured::measured_turn;

const OPERATIONS: u32 = 10_000;

/// How long the fleet has run before: waits are as long as they get, and all over the place.
const BEFORE: Duration = Duration::from_secs(1_000);

/// The time in which some dozens fall due.
const SOME_DUE: Duration = Duration::from_nanos(300_000_000_000 / OPERATIONS as u64 * 64);

/// A fleet that has run for a while.
#[derive(Debug)]
struct Running {
    fleet: Fleet<Duration, SmallRng>,
    upstreams: Vec<Upstream>,
    now: Duration,
    /// How long the caller sleeps at least if nothing is due.
    sleep: Duration,
}

/// Takes so many turns without a limit, and returns how long they took.
pub fn without_limits(turns: u32) -> Duration {
    Running::new(Limits::none(), 1, SOME_DUE).take(turns)
}

/// Takes so many turns at a rate that keeps no poll waiting, so that the poll that is due first goes first.
pub fn at_a_rate(turns: u32) -> Duration {
    let limits = Limits::none().to_builder().rate(1_000_000_000, Duration::from_secs(1)).build();
    Running::new(limits.expect("good limits"), 1, SOME_DUE).take(turns)
}

/// Takes so many turns under the default limits.
pub fn under_default_limits(turns: u32) -> Duration {
    Running::new(Limits::default(), 1, SOME_DUE).take(turns)
}

/// Takes so many turns at a pace that was found, and that keeps polls waiting at first.
pub fn at_a_pace(turns: u32) -> Duration {
    let mut running = Running::new(Limits::default(), 1, Duration::ZERO);
    running.fleet.slow_down(running.upstreams[0], None, running.now);
    running.take(turns)
}

/// Takes so many turns at many upstreams, each of few operations.
pub fn at_many_upstreams(turns: u32) -> Duration {
    Running::new(Limits::default(), OPERATIONS / 10, SOME_DUE).take(turns)
}

impl Running {
    fn new(limits: Limits, upstreams: u32, sleep: Duration) -> Self {
        // The deadline is checked and never met.
        let policy = Policy::builder().max_wait(Duration::from_secs(100 * 86_400)).build().expect("a good policy");
        let mut fleet = Fleet::new(SmallRng::new(1), Duration::ZERO);
        let upstreams: Vec<_> = (0..upstreams).map(|_| fleet.add_upstream(limits)).collect();
        for upstream in upstreams.iter().cycle().take(OPERATIONS as usize) {
            fleet.start(*upstream, policy, Duration::ZERO);
        }
        let mut running = Self { fleet, upstreams, now: Duration::ZERO, sleep: Duration::ZERO };
        while running.now < BEFORE {
            running.go(turn);
        }
        Self { sleep, ..running }
    }

    fn take(mut self, turns: u32) -> Duration {
        let begun = Instant::now();
        let mut taken = 0;
        while taken < turns {
            taken += u32::from(self.go(measured_turn));
        }
        begun.elapsed()
    }

    /// Takes a turn if one is due, and else sleeps.
    fn go(&mut self, turn: impl Fn(&mut Fleet<Duration, SmallRng>, Duration) -> bool) -> bool {
        let is_due = turn(&mut self.fleet, self.now);
        if !is_due {
            let next = self.fleet.until_next(self.now).expect("no operation ends");
            self.now += next.max(self.sleep);
        }
        is_due
    }
}

/// Hands a poll out and feeds it, if one is due.
#[inline]
pub fn turn(fleet: &mut Fleet<Duration, SmallRng>, now: Duration) -> bool {
    match fleet.next_due(now) {
        Some(Due::Poll(poll)) => {
            let _decision = black_box(fleet.step(poll.id, Outcome::<()>::pending(), now));
            true
        }
        Some(Due::Ended(..)) => unreachable!("no deadline is met"),
        None => false,
    }
}
