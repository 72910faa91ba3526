//! The functions whose instructions are counted: callgrind knows them by the start of their names.
//!
//! None calls another of them, because each call switches the count on or off.

use std::{hint::black_box, time::Duration};

use asyncpoll::{Fleet, SmallRng};

use crate::{fleets, subject::Subject};

/// The place of a decision by itself.
#[derive(Debug)]
pub struct Decision;

/// The place of a decision in a life.
#[derive(Debug)]
pub struct Life;

/// The place of a decision in a sweep.
#[derive(Debug)]
pub struct Sweep;

/// The decisions of a life.
pub const LIFE_DECISIONS: usize = 10;

/// Decides once.
#[inline(never)]
pub fn measured_decision<S: Subject>(policy: &S::Policy, poller: &mut S::Poller, now: S::Now) -> S::Decision<Decision> {
    S::decide::<Decision>(policy, poller, now)
}

/// Makes a poller.
#[inline(never)]
pub fn measured_birth<S: Subject>(policy: &S::Policy, source: S::Source, now: S::Now) -> S::Poller {
    S::start(policy, source, now)
}

/// Makes a poller, lets it decide ten times and drops it.
#[inline(never)]
pub fn measured_life<S: Subject>(policy: &S::Policy, source: S::Source, nows: &[S::Now; LIFE_DECISIONS]) {
    let mut poller = S::start(policy, source, nows[0]);
    for now in nows {
        black_box(S::decide::<Life>(policy, &mut poller, *now));
    }
}

/// Lets each of many pollers decide once.
#[inline(never)]
pub fn measured_sweep<S: Subject>(policy: &S::Policy, pollers: &mut [S::Poller], now: S::Now) {
    for poller in pollers {
        black_box(S::decide::<Sweep>(policy, poller, now));
    }
}

/// Lets a fleet hand a poll out and feeds it, if one is due.
#[inline(never)]
pub fn measured_turn(fleet: &mut Fleet<Duration, SmallRng>, now: Duration) -> bool {
    fleets::turn(fleet, now)
}
