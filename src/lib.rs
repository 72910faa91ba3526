#![doc = include_str!("../README.md")]
//!
//! # The contract
//!
//! 1. Start a [`Poller`] when the operation starts, with a [`Policy`], a seed nobody else has, and the current instant.
//! 2. **Poll once**, with a timeout: a poller cannot end a poll that hangs. The first poll may be made at once; the answer to
//!    the submission itself can serve as the first outcome.
//! 3. Say what it found as an [`Outcome`], with the server's `Retry-After` where it gave one.
//! 4. Read the clock, **after the poll**, and feed both to [`Poller::step`].
//! 5. Obey the [`Decision`]: on `Sleep(d)` sleep for `d`, **no less**, and go to 2; the other three are the end.
//!
//! Sleeping longer, or being woken late, is ordinary input. To stop early, call [`Poller::cancel`]. The table of transitions is
//! in the docs of [`Poller`].
//!
//! # Time
//!
//! The poller reads no clock. It takes readings of the caller's, of any type that is an [`Instant`]: std's, tokio's, a tick
//! counter's, or a plain `Duration` as virtual time. Elapsed time counts from the start of the poller and includes the time
//! the polls themselves take. It is what passes from one reading to the next, added up: a reading before the latest makes no
//! time pass, and time goes on from it. So a clock that is set back by an hour costs an hour once, and a tick counter may wrap
//! if no two readings are half of its range apart. Under a clock that stands still no deadline comes: set `max_polls`. Time is
//! kept in whole nanoseconds; what a clock or a hint has beyond 584 years saturates.
//!
//! # Runtimes
//!
//! Clock and sleep to use with each runtime:
//!
//! | under | the clock | the sleep |
//! |---|---|---|
//! | threads | `std::time::Instant::now` | `std::thread::sleep`, or a channel's `recv_timeout` to be cancelled by |
//! | tokio | `tokio::time::Instant::now` | `tokio::time::sleep`; `CancellationToken::run_until_cancelled` around it returns `None` to stop: make that a `ControlFlow` |
//! | smol | `std::time::Instant::now` | `async \|wait\| { smol::Timer::after(wait).await; }` |
//! | async-std | `std::time::Instant::now` | `async_std::task::sleep` |
//! | embassy | `embassy_time::Instant` in a type of yours that is an [`Instant`] | `embassy_time::Timer::after` of `Duration::from_nanos`, which rounds up, as `TryFrom` does not |
//!
//! # Randomness and replay
//!
//! Jitter takes one draw a `Sleep`, and a second for the last, from a generator that the caller chooses and seeds. The same policy, seed and
//! inputs give the same decisions on every platform and in every release that does not say otherwise under *Values* in its
//! changelog. So log the seed, or derive it from what a bug report names: the docs of `Poller::seeded` show how. There is
//! no default seed: with a constant one, all instances of a program would poll in step.
//!
//! # Giving up
//!
//! [`GaveUp`] says why it ended, after how many polls and how long, when the server wanted us back, and what the last error
//! was, as the type the caller fed. After the end a poller stays ended: a late `Done` or `Failed` is passed through, anything else is
//! answered by `GaveUp` with [`Reason::Finished`].
//!
//! # Panics
//!
//! This crate does not panic, if the caller's clock, generator and closures do not. A generator that
//! panics leaves its poller with the outcome counted and a poll due. The futures of the drivers are like any
//! `async fn` not to be polled after they are ready.
//!
//! # Many operations at one server
//!
//! A [`Fleet`] is many pollers behind one clock and one next wake-up. It holds all that share a server back when that refuses
//! one of them, and finds the pace that it bears.
//!
//! # Crate features
//!
//! - **std** (enabled by default): When enabled, there are `random_seed`, `poll_blocking` and `poll_async`, and so is **alloc**.
//!   Without it, the crate is the same but for these.
//! - **alloc** (enabled by default, with **std**): When enabled, there is `Fleet`. Nothing else allocates, with it or without.
//! - **chacha** (enabled by default): When enabled, a `Poller` owns a `ChaCha8Rng` unless told otherwise, and `Poller::seeded`
//!   makes one from a `u64`. Without it, every poller is made by [`Poller::new`] from a [`rand_core`] generator.
//!
//! `set_default_max_wait` is there on targets with 64-bit atomics.
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

// Only what names `std` in full gets it, so that nobody leans on its prelude by mistake.
#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod decision;
mod default_max_wait;
mod driver;
#[cfg(feature = "alloc")]
mod fleet;
mod gave_up;
mod instant;
mod outcome;
mod policy;
mod poll_count;
mod poll_error;
mod poller;
#[cfg(feature = "std")]
mod random_seed;
mod schedule;
mod sentence;
mod state;
mod turn;
mod wait;

// What the tests list as every kind and every reason is complete, or this does not compile.
#[cfg(test)]
extern crate self as asyncpoll;
#[cfg(test)]
macro_rules! every {
    ($list:ident: $element:ty = $of:ident { $($variant:pat => $examples:tt,)+ }) => {
        const _: fn($of) = |value| match value {
            $($variant => {})+
        };
    };
}
#[cfg(test)]
#[path = "../tests/it/every.rs"]
mod every;

#[cfg(feature = "chacha")]
#[doc(no_inline)]
pub use rand_chacha;
#[doc(no_inline)]
pub use rand_core;

#[cfg(feature = "alloc")]
pub use crate::fleet::{DuePoll, Fleet, Id, Limits, LimitsError, Status, Upstream};
#[cfg(feature = "std")]
pub use crate::random_seed::random_seed;
#[cfg(target_has_atomic = "64")]
pub use default_max_wait::set_default_max_wait;
#[cfg(feature = "std")]
pub use driver::{poll_async, poll_blocking};
pub use {
    decision::Decision,
    driver::{NextPoll, Slept, poll_async_keeping, poll_async_with, poll_blocking_with},
    gave_up::{GaveUp, Reason},
    instant::Instant,
    outcome::Outcome,
    policy::{Policy, PolicyBuilder, PolicyError},
    poll_error::PollError,
    poller::Poller,
    schedule::{Schedule, ScheduledPoll},
    wait::{Jitter, WaitKind},
};
