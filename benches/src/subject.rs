//! What can be measured: something that decides on waits.

use std::time::Duration;

/// A way of deciding on waits, under [`Numbers::COMMON`](crate::numbers::Numbers::COMMON).
pub trait Subject {
    /// The name in the tables.
    const NAME: &'static str;
    /// What is worked out once for all pollers.
    type Policy;
    /// What a poller draws from: a seed, if seeding a generator is part of a poller's birth.
    type Source;
    /// What is kept for each poller.
    type Poller;
    /// A reading of the clock, if one is fed.
    type Now: Copy;
    /// What is decided, at the place `P`.
    type Decision<P>;

    /// Returns the policy.
    fn policy() -> Self::Policy;
    /// Returns something to draw from.
    fn source(seed: u64) -> Self::Source;
    /// Returns the clock's reading so long after the start.
    fn now(elapsed: Duration) -> Self::Now;
    /// Makes a poller.
    fn start(policy: &Self::Policy, source: Self::Source, now: Self::Now) -> Self::Poller;
    /// Decides once, after a poll that found the operation pending, at the place `P` in the program.
    ///
    /// What is generic in the operation's result is compiled for each place apart, as it is in a program with one loop.
    fn decide<P>(policy: &Self::Policy, poller: &mut Self::Poller, now: Self::Now) -> Self::Decision<P>;
}
