#![doc = include_str!("../README.md")]
//!
//! # Time
//!
//! The poller reads no clock. You pass it readings of yours, of any type that is an [`Instant`]: std's, tokio's, a tick
//! counter's, or a plain `Duration` as virtual time. Elapsed time counts from the start of the poller and includes the time
//! that the polls take. It is the sum of the steps from one reading to the next: a reading earlier than the last adds nothing,
//! and counting goes on from it. So a clock that is set back by an hour costs an hour once. A tick counter may wrap if no two
//! readings are half of its range apart; if they are, the time between them is lost. Under a clock that stands still no deadline
//! comes: set `max_polls`. Time is kept in whole nanoseconds, and longer times count as 584 years.
//!
//! On Linux and macOS, the clocks and sleeps below stand still while the host is suspended. Waits and `max_wait` then end as
//! much later as the host was suspended, and never earlier. If that is too late, take a clock that goes on, such as Linux's
//! `CLOCK_BOOTTIME`, *and* a sleep of at most a minute, after which a driver reads the clock and sleeps again. A clock that
//! goes on is not enough: a sleep that the suspension interrupts still sleeps for all that was left of it.
//!
//! ```
//! use asyncpoll::{Driver, Outcome, Policy, Poller};
//! use core::{cell::Cell, time::Duration};
//!
//! let hours = |count: u64| Duration::from_secs(count * 3600);
//! // Half an hour after the start, the host is suspended for two hours.
//! let awake = Cell::new(Duration::ZERO);
//! let now = || match awake.get() {
//!     waking if waking < hours(1) / 2 => waking,
//!     waking => waking + hours(2),
//! };
//! let minute = Duration::from_secs(60);
//! let sleep = |wait: Duration| awake.set(awake.get() + wait.min(minute));
//!
//! let policy = Policy::builder().max_wait(hours(12)).build()?;
//! let mut poller = Poller::seeded(policy, asyncpoll::random_seed(), now());
//! let seen = Driver::new(now, sleep)
//!     .poll_blocking(&mut poller, |poll| match poll.number {
//!         1 => Outcome::<_>::pending().retry_after(hours(3)),
//!         _ => Outcome::Done(poll.elapsed),
//!     });
//! let seen = seen.unwrap();
//! assert!((hours(3)..hours(4)).contains(&seen), "and not after five");
//! # Ok::<(), asyncpoll::PolicyError>(())
//! ```
//!
//! A clock that is set forward by an hour makes an hour pass: the wait ends an hour earlier, even before the server's hint, and so
//! does `max_wait`. A wall clock can be set. A monotonic clock cannot.
//!
//! # Configuration
//!
//! A [`Policy`] is one line, for a flag or a variable of the environment: `5s x3 <=5m +-20% 10m` is the default. Its docs have the
//! grammar. With the feature **serde** a file holds a policy, a [`Cadence`] and the limits of an upstream as tables:
//!
//! ```
//! # #[cfg(all(feature = "alloc", feature = "serde"))] {
//! use asyncpoll::{Cadence, Policy, fleet::Limits};
//!
//! let mut file: toml::Table = r#"
//!     [polling]
//!     initial_wait = "2s"
//!     max_wait = "1h"
//!
//!     [sweep]
//!     interval = "1m"
//!     first = "spread"
//!
//!     [limits]
//!     rate = "40/s"
//!     in_flight = "from 8"
//! "#.parse()?;
//! let mut table = |name| file.remove(name).unwrap_or("absent".into());
//!
//! let polling: Policy = table("polling").try_into()?;
//! assert_eq!(polling, "2s 1h".parse()?);
//! let sweep: Cadence = table("sweep").try_into()?;
//! assert_eq!((sweep.interval().as_secs(), sweep.jitter()), (60, 10));
//! let limits: Limits = table("limits").try_into()?;
//! assert_eq!(limits.in_flight_from(), Some(8));
//! # }
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! A program would derive `Deserialize` for a struct with these three fields instead, as serde's docs show.
//!
//! # Answers over HTTP
//!
//! With the feature **http**, `http::classify` says what an answer means by its status and headers, and leaves the body of a success
//! to you. It reads `Retry-After` as servers send it: in whole seconds and in parts of one, as a date by the server's own clock,
//! several at once. `http::quota` reads how many requests are left. Both work with clients whose types are those of http 1, such as
//! hyper, reqwest and ureq.
//!
//! ```
//! # #[cfg(feature = "http")] {
//! use asyncpoll::{Outcome, http::classify};
//! use http::{Response, StatusCode};
//! use std::time::{Duration, SystemTime};
//!
//! fn read(answer: Response<String>) -> Outcome<String, StatusCode> {
//!     let (status, now) = (answer.status(), SystemTime::now());
//!     match classify(status, answer.headers(), now).outcome(|| status) {
//!         Some(outcome) => outcome,
//!         None => Outcome::Done(answer.into_body()),
//!     }
//! }
//!
//! let busy = Response::builder().status(429).header("Retry-After", "8, 1");
//! let outcome = read(busy.body(String::new())?);
//! let throttled = Outcome::throttled(StatusCode::TOO_MANY_REQUESTS);
//! assert_eq!(outcome, throttled.retry_after(Duration::from_secs(8)));
//! # }
//! # Ok::<(), http::Error>(())
//! ```
//!
//! # Runtimes
//!
//! Clock and sleep to use with each runtime:
//!
//! | under | the clock | the sleep | both, while Linux or macOS is suspended |
//! |---|---|---|---|
//! | threads | `std::time::Instant::now` | `std::thread::sleep` | stand still |
//! | tokio | `tokio::time::Instant::now` | `tokio::time::sleep` | stand still |
//! | smol | `std::time::Instant::now` | `async \|wait\| { smol::Timer::after(wait).await; }` | stand still |
//! | async-std | `std::time::Instant::now` | `async_std::task::sleep` | stand still |
//! | embassy | a newtype of yours around `embassy_time::Instant` | `embassy_time::Timer::after` of `Duration::from_nanos`, which rounds up, as `TryFrom` does not | as its time driver does |
//!
//! A sleep that a token of tokio-util can stop; [`Slept`] has one for threads:
//!
//! ```
//! use asyncpoll::{
//!     NextPoll, Outcome, Policy, PollError, Poller, Reason, poll_async,
//! };
//! use core::ops::ControlFlow;
//! # use tokio::time::{Duration, Instant, sleep};
//! # struct CancellationToken(std::cell::Cell<bool>);
//! # impl CancellationToken {
//! #     fn new() -> Self { Self(false.into()) }
//! #     fn cancel(&self) { self.0.set(true) }
//! #     async fn run_until_cancelled<F: Future>(&self, f: F) -> Option<F::Output> {
//! #         if self.0.get() { None } else { Some(f.await) }
//! #     }
//! # }
//!
//! # tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(async {
//! let stop = CancellationToken::new();
//! let sleep = async |wait| match stop.run_until_cancelled(sleep(wait)).await {
//!     Some(()) => ControlFlow::Continue(()),
//!     None => ControlFlow::Break(()),
//! };
//!
//! let seed = asyncpoll::random_seed();
//! let mut poller = Poller::seeded(Policy::default(), seed, Instant::now());
//! let look = async |poll: NextPoll| {
//!     if poll.number == 3 {
//!         stop.cancel();
//!     }
//!     Outcome::<()>::pending()
//! };
//! let ended = poll_async(&mut poller, Instant::now, sleep, look).await;
//! let Err(PollError::GaveUp(gave_up)) = ended else { unreachable!() };
//! assert_eq!((gave_up.reason, gave_up.polls), (Reason::Cancelled, 3));
//! # });
//! ```
//!
//! # Randomness and replay
//!
//! Each `Sleep` draws one random number, and the last one two, from a generator that you choose and seed. The same policy, seed
//! and inputs give the same decisions on every platform and in every release, unless its changelog says otherwise under
//! *Values*. So log the seed, or derive it from what a bug report names: the docs of `Poller::seeded` show how. There is no
//! default seed: with a constant one, all instances of a program would poll in step.
//!
//! | generator | made by | bytes | take it |
//! |---|---|---|---|
//! | `SeededRng`: `ChaCha8` | `Poller::seeded` | 304 | unless a row below fits: waits do not tell what the next will be |
//! | [`SmallRng`]: `SplitMix64` | [`Poller::small`] | 8 | for very many pollers, for clones, and on small devices |
//! | [`FnRng`]: a closure | [`Poller::new`] | the closure's | if numbers come from the hardware, or from another crate |
//! | a [`rand_core::Rng`], or a `&mut` to one | [`Poller::new`] | its own | if you have one already |
//!
//! A [`Ticker`] and a `Fleet` have the same constructors. A fleet draws for all its operations from one generator, so it hardly
//! matters how large that is.
//!
//! # Restarts
//!
//! A poller can be put away as the 116 bytes of a [`Snapshot`] and taken out again, after a restart or on another machine, and
//! goes on as if nothing had happened: `Poller::snapshot` and `Poller::restore`. The guide [`durable`] has the workers for a
//! table of orders in a database, on any number of machines.
//!
//! # Waits that fit
//!
//! The guide [`fitting`] makes a policy from a log of how long your operations take: it notices completion several times sooner
//! than a ladder does, for the same number of polls.
//!
//! # Giving up
//!
//! [`GaveUp`] says why it ended, after how many polls and how long, how long the server asked to wait, and what the last error
//! was, as the type you fed. After the end a poller stays ended: it passes a late `Done` or `Failed` through, and answers
//! anything else with `GaveUp` and [`Reason::Finished`].
//!
//! # Events
//!
//! With the feature **tracing**, what waits and what slows down is told to [tracing], so that a log shows a run as its timetable:
//!
//! ```text
//! DEBUG asyncpoll: waiting poll=1 wait=5s kind=Ladder
//! DEBUG asyncpoll: waiting poll=2 wait=15s kind=Ladder error=503
//!  INFO asyncpoll: throttled poll=3 wait=90.5s kind=Hint hint=90.5s error=429
//!  INFO asyncpoll: done polls=4 errors=2 throttled=1 elapsed=110.5s
//! ```
//!
//! | target | level | event | when | fields |
//! |---|---|---|---|---|
//! | `asyncpoll` | DEBUG | `waiting` | a [`Driver`] is about to sleep | `poll`, `wait`, `kind`, `hint`, `error` |
//! | | INFO | `throttled` | the same, after a poll that was throttled | the same |
//! | | INFO | `done` | the operation is done | `polls`, `errors`, `throttled`, `elapsed` |
//! | | WARN | `failed` | it has failed | the same, `error` |
//! | | WARN, or INFO if cancelled | `gave up` | the poller gave up | the same, `reason`, `hint` |
//! | `asyncpoll::fleet` | INFO | `held` | a refusal holds the polls of an upstream back | `upstream`, `hint` |
//! | | INFO | `resumed` | the first poll after a hold goes out | `upstream` |
//! | | INFO | `cut` | a refusal sets the pace of an upstream, or lowers it | `upstream`, `spacing` |
//!
//! A field that has nothing to say is absent. `poll` counts the polls so far, `hint` is how long the server asked to wait,
//! `upstream` counts from zero in the order in which a fleet was given them, `spacing` is the time between two polls from then on,
//! and the others are as in [`NextWait`] and [`GaveUp`]. Durations are to the millisecond. `error` is there if the driver was told that
//! errors can be displayed: `Driver::trace_errors`. A `Poller` of your own loop tells nothing, and without the feature nobody does.
//!
//! [tracing]: https://docs.rs/tracing
//!
//! # Testing
//!
//! Virtual time makes a test of ten minutes as quick as any other. In a loop of your own, `Duration` is the instant, and each
//! `Sleep` is added to it. A [`Driver`] takes any clock and sleep; its docs have an example. Under tokio, a paused clock does
//! it:
//!
//! ```
//! use asyncpoll::{Outcome, Policy, Poller, poll_async, random_seed};
//! use tokio::time::{Instant, sleep};
//!
//! // A test has `#[tokio::test(start_paused = true)]` instead.
//! #[tokio::main(flavor = "current_thread", start_paused = true)]
//! async fn main() {
//!     let start = Instant::now();
//!     let policy = Policy::default();
//!     let mut poller = Poller::seeded(policy, random_seed(), start);
//!     let look = async |_| Outcome::<(), _>::transient("503");
//!     let ended = poll_async(&mut poller, Instant::now, sleep, look).await;
//!     assert_eq!(ended.unwrap_err().into_error(), Some("503"));
//!     // The last poll is made in the last 5 s, which is `initial_wait`.
//!     assert!((595..=600).contains(&start.elapsed().as_secs()));
//! }
//! ```
//!
//! # Recipes
//!
//! The guide [`cookbook`] has programs to copy: a device login, an AI batch job, operations in three clouds, ACME, gRPC, a job in a
//! queue, tower, firmware. After them come shorter recipes: an iterator of waits, a loop without end that obeys hints, and others.
//!
//! # Coming from a backoff crate
//!
//! | there | here |
//! |---|---|
//! | the most retries, 3 | `max_polls(4)`: the first poll counts |
//! | the longest delay | `max_backoff`, jitter included |
//! | the longest time in all, or none | `max_wait`, 10 min by default, or `no_max_wait()` |
//! | is this error retryable? | [`Outcome::transient`] or [`Outcome::Failed`]. There is no `From<Result>`, which could not tell |
//! | a notification of error and delay | [`Driver::on_wait`]; it is told of waits after a pending poll too |
//! | the last error alone | `.map_err(PollError::into_error)`: `None` if no poll found one |
//!
//! # Panics
//!
//! This crate does not panic if your clock, generator and closures do not. A generator that panics leaves its poller with the
//! outcome counted and a poll due, and its ticker without the tick that was due. As with any `async fn`, do not poll a driver's
//! future after it is ready.
//!
//! # Many operations at one server
//!
//! A `Fleet` is many pollers behind one clock and one next wake-up. It holds all that share a server back when that refuses
//! one of them, and finds the pace that it bears. The guide [`machines`] has fleets on many machines share one pace.
//!
//! # Crate features
//!
//! - **std** (enabled by default): Adds `random_seed`, `poll_blocking` and `BoxedError`, and turns on **alloc**. All else is the
//!   same without it. On `wasm32-unknown-unknown`, where std has no entropy, there is no `random_seed`; its docs name what to
//!   call instead.
//! - **alloc** (enabled by default, with **std**): When enabled, there is `Fleet`. Nothing but that and `into_boxed` allocates.
//! - **chacha** (enabled by default): When enabled, there is `SeededRng`. A `Poller`, a `Ticker` or a `Fleet` owns one unless told
//!   otherwise, and `seeded` starts each with one. Without it, there are three crates fewer, and `small` takes its place.
//! - **serde**: When enabled, serde reads and writes a [`Policy`], a [`Cadence`] and the limits of an upstream in files of
//!   configuration, as their docs say, and a [`Snapshot`] as hexadecimal digits or bytes, with neither std nor a heap. Without
//!   it, there are three crates fewer. Targets without atomics as wide as a pointer need a feature of `portable-atomic` with it.
//! - **http**: When enabled, there is the module `http`, which reads what a server says in `Retry-After`, in its quotas and by its
//!   status, and turns on **std**. It takes the crates http, whose types clients share, and httpdate.
//! - **tracing**: When enabled, drivers and fleets tell the crate tracing what they do: the [events](#events). It takes three
//!   more crates, which need a heap but not std.
//!
//! `set_default_max_wait` is there on targets with 64-bit atomics.
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

// Only what names `std` in full gets it, so that nobody leans on its prelude by mistake.
#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

#[cfg(feature = "alloc")]
pub mod fleet;
#[cfg(feature = "http")]
pub mod http;
mod instant;
mod operation;
mod policy;
mod poller;
mod random;
mod sentence;
mod setting;
mod slept;
mod snapshot;
pub mod ticker;
#[cfg(feature = "tracing")]
mod trace;
mod wait;

// The recipes are tests of this crate. The programs, and those of the other guides, need packages of their own.
#[cfg(doc)]
#[cfg_attr(not(doctest), doc = include_str!("../docs/cookbook.md"))]
#[doc = include_str!("../docs/recipes.md")]
pub mod cookbook {}
#[cfg(all(doc, not(doctest)))]
#[doc = include_str!("../docs/durable.md")]
pub mod durable {}
#[cfg(all(doc, not(doctest)))]
#[doc = include_str!("../docs/fitting.md")]
pub mod fitting {}
#[cfg(all(doc, not(doctest)))]
#[doc = include_str!("../docs/machines.md")]
pub mod machines {}

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
#[path = "../tests/it/support/every.rs"]
mod every;

#[doc(no_inline)]
pub use rand_core;

#[cfg(feature = "alloc")]
pub use fleet::Fleet;
#[cfg(feature = "std")]
pub use operation::BoxedError;
#[cfg(target_has_atomic = "64")]
pub use policy::set_default_max_wait;
#[cfg(feature = "std")]
pub use poller::poll_blocking;
#[cfg(feature = "chacha")]
pub use random::SeededRng;
#[cfg(all(feature = "std", not(all(target_family = "wasm", target_os = "unknown"))))]
pub use random::random_seed;
pub use {
    instant::Instant,
    operation::{Decision, GaveUp, Outcome, PollError, Reason},
    policy::{ParsePolicyError, Policy, PolicyBuilder, PolicyError, Schedule, ScheduledPoll},
    poller::{Driver, NextPoll, NextWait, Poller, poll_async},
    random::{FnRng, SmallRng},
    slept::Slept,
    snapshot::{Elapsed, RestoreError, Snapshot},
    ticker::{Cadence, CadenceBuilder, CadenceError, Ticker, tick_async, tick_blocking},
    wait::{Jitter, WaitKind},
};
