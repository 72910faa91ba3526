//! A sans-IO state machine that decides when to poll a slow operation again, and when to stop.
//!
#![doc = include_str!("../docs/pictures/schedule.svg")]
//!
//! You poll, and you sleep; between the two, you tell a [`Poller`] what the poll found and what time it is. It obeys the server's hints,
//! your caps and your deadline, and keeps the last error. It has no clock, no timer, no runtime and no heap, so one state machine serves
//! tokio, smol, embassy, `thread::sleep` and a test that steps through ten minutes of virtual time.
//!
//! # Which loop is yours
//!
//! | you poll | take |
//! |---|---|
//! | under tokio, smol or another runtime | [`poll_async`], or a [`Driver`] |
//! | on a thread | `poll_blocking` |
//! | in a loop, a queue or a scheduler of your own | [`Poller::step`]: [the contract](#the-contract) |
//! | in firmware | [`Poller::small`], and the guide [`cookbook`] |
//! | many operations at one server | `Fleet`, and the guide in the module `fleet` |
//! | from many machines | a shared pace: the guide [`machines`] |
//! | for days, across restarts | a [`Snapshot`]: the guide [`durable`] |
//! | without end | a [`Ticker`], and the guide in the module [`ticker`] |
//!
//! # The loop
//!
//! ```rust
//! use asyncpoll::{Decision, Outcome, Policy, Poller, random_seed};
//! use std::{error::Error, io, thread, time::Instant};
//!
//! fn wait_for(
//!     mut poll: impl FnMut() -> Outcome<String, io::Error>,
//! ) -> Result<String, Box<dyn Error + Send + Sync>> {
//!     let policy = Policy::default();
//!     let mut poller = Poller::seeded(policy, random_seed(), Instant::now());
//!     let mut last_error = None;
//!     loop {
//!         let found = poll();
//!         match poller.step_keeping(found, Instant::now(), &mut last_error) {
//!             Decision::Sleep(wait) => thread::sleep(wait),
//!             Decision::Done(certificate) => return Ok(certificate),
//!             Decision::Failed(error) => return Err(error.into()),
//!             Decision::GaveUp(gave_up) => return Err(gave_up.into()),
//!         }
//!     }
//! }
//!
//! let certificate = wait_for(|| Outcome::Done("www.example.test".into()));
//! assert_eq!(certificate.unwrap(), "www.example.test");
//! ```
//!
//! Under tokio it is the same loop with `tokio::time::Instant`, and with `.await` after `poll()` and `tokio::time::sleep(wait)`.
//! `step_keeping` keeps the error of the last poll that failed for the end; plain `step` returns only that of the poll that ends it.
//!
//! What a poll found is yours to say:
//!
//! | the answer | the outcome |
//! |---|---|
//! | not yet, come back in 30 s | `Outcome::pending().retry_after(d)` |
//! | 429, 503 that says when: the server asks for fewer polls | `Outcome::throttled(error)`, or `Outcome::throttled(error).retry_after(d)` if the server said when |
//! | 500, 503, a connection that broke: keep polling | `Outcome::transient(error)`, or `Outcome::transient(error).retry_after(d)` if the server said when |
//! | here it is | `Outcome::Done(value)` |
//! | rejected, denied, malformed: stop | `Outcome::Failed(error)` |
//!
//! A run in virtual time, without jitter, of an image that is ready after 180 s:
//!
//! ```rust
//! use asyncpoll::{Decision, Jitter, Outcome, Policy, Poller, const_policy};
//! use std::time::Duration;
//!
//! let policy = const_policy!(Policy::builder().jitter(Jitter::None));
//! let mut now = Duration::ZERO;
//! let mut poller = Poller::seeded(policy, asyncpoll::random_seed(), now);
//! let image = loop {
//!     print!("{} ", now.as_secs());
//!     let is_ready = now >= Duration::from_secs(180);
//!     match poller.step(Outcome::from(is_ready.then_some("image-17")), now) {
//!         Decision::Sleep(wait) => now += wait,
//!         Decision::Done(image) => break image,
//!         Decision::Failed(never) => match never {},
//!         Decision::GaveUp(gave_up) => panic!("{gave_up}"),
//!     }
//! };
//! println!("{image}"); // 0 5 20 65 200 image-17
//! assert_eq!((now.as_secs(), image), (200, "image-17"));
//! ```
//!
//! By default it polls at once, waits about 5, 15, 45, 135 and 270 s between further polls, and polls for the last time in the
//! last 5 s of ten minutes. (The longest base is 300 s, a cap that jitter may not pass: from 240 to 300 s, the mean is 270.)
//! Brackets show where a poll falls if the one before it fell in the middle of its own:
//!
//! ```text
//!            0        100       200       300       400       500       600 s
//!            |---------|---------|---------|---------|---------|---------|
//! pending    123  [-4]        [--5-]                     [--6--]         7
//! a hint     123  [-4] - - - - - - - [-5-]        [-6--]                 7
//!                    "Retry-After: 180"
//! ```
//!
//! # The contract
//!
//! 1. Start a `Poller` when the operation starts, with a `Policy`, a seed that nobody else has, and the current instant.
//! 2. **Poll once**, with a timeout: a poller cannot end a poll that hangs. The docs of `NextPoll` have one that fits. The first
//!    poll may be made at once; the response to the request that started the operation may be the first outcome.
//! 3. Say what it found as an `Outcome`, with the server's `Retry-After` if it gave one.
//! 4. Read the clock, **after the poll**, and feed both to `Poller::step`.
//! 5. Obey the `Decision`: on `Sleep(d)` sleep for `d`, **no less**, and go to 2; the other three are the end. If your timer has
//!    ticks, round up: `d.as_nanos().div_ceil(1_000_000)` milliseconds, not `d.as_millis()`.
//!
//! Sleeping longer or waking late is fine. To stop early, call `Poller::cancel`. The docs of `Poller` have the table of
//! transitions and the pitfalls.
//!
//! # The policy
//!
//! ```rust
//! use asyncpoll::{Jitter, Policy, const_policy};
//! use std::time::Duration;
//!
//! const ISSUANCE: Policy = const_policy!(
//!     Policy::builder()
//!         .initial_wait(Duration::from_secs(2))
//!         .multiplier(3, 2)
//!         .jitter(Jitter::Full)
//!         .max_wait(Duration::from_secs(3600))
//! );
//! assert_eq!(ISSUANCE.max_backoff(), Duration::from_secs(300));
//! ```
//!
//! | setting | default | meaning |
//! |---|---|---|
//! | `initial_wait` | 5 s | the first base of the ladder of waits |
//! | `multiplier` | 3/1 | the ratio of one base to the one before |
//! | `max_backoff` | 5 min | the cap of one wait, jitter included |
//! | `jitter` | ±20 % | how far a wait may be from its base; if the server has a least interval, set `initial_wait` to that, and `Jitter::Above` |
//! | `max_wait` | 10 min | from the start to the deadline; not the longest wait |
//! | `max_polls`, `max_consecutive_errors` | none | other limits |
//! | `head_start` | none | how long it takes at least, if you know |
//! | `waits` | none | bases before the ladder, such as `asyncpoll-fit` finds in a log |
//! | `hint_jitter`, `max_hint` | by `jitter`, none | by how much hints are lengthened, and the longest that is believed |
//! | `last_poll` | yes | whether a last poll is made at the deadline |
//!
//! See a policy before you use it:
//!
//! ```rust
//! use asyncpoll::Policy;
//!
//! let policy = Policy::default();
//! let seconds: Vec<_> =
//!     policy.schedule().map(|poll| poll.nominal.as_secs()).collect();
//! assert_eq!(seconds, [0, 5, 20, 65, 200, 470, 597], "on average");
//! assert_eq!(policy.polls(), Some(7..=7), "the fewest and the most");
//! ```
//!
//! A policy is also one line, for a flag or a variable of the environment:
//!
//! ```rust
//! use asyncpoll::Policy;
//!
//! let policy: Policy = "2s x3/2 <=5m full 1h".parse().unwrap();
//! assert_eq!(Policy::default().to_string(), "5s x3 <=5m +-20% 10m");
//! assert_eq!(policy.max_wait().map(|wait| wait.as_secs()), Some(3600));
//! ```
//!
//! In a checkout, `cargo run --package order -- --preview --policy '2s x3/2 1h'` shows one. Files of policies are under
//! [Configuration](#configuration).
//!
//! # Drivers
//!
//! The loop as a function. `Outcome::<_>` takes the default type of errors, `Infallible`: these polls cannot fail, and without it
//! the compiler asks which errors they have.
//!
//! ```rust
//! use asyncpoll::{Outcome, Policy, Poller, poll_blocking, random_seed};
//! use std::time::Instant;
//!
//! let policy = Policy::default();
//! let mut poller = Poller::seeded(policy, random_seed(), Instant::now());
//! let certificate = poll_blocking(&mut poller, |poll| {
//!     println!("poll {} after {:?}", poll.number, poll.elapsed);
//!     Outcome::<_>::Done("www.example.test")
//! });
//! assert_eq!(certificate, Ok("www.example.test"));
//! ```
//!
//! Under any runtime, bring its clock and its sleep; this is tokio, with a line of log for each wait:
//!
//! ```rust
//! use asyncpoll::{Driver, Outcome, Policy, Poller, random_seed};
//! use tokio::time::{Instant, sleep};
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() {
//!     let policy = Policy::default();
//!     let mut poller = Poller::seeded(policy, random_seed(), Instant::now());
//!     let certificate = Driver::new(Instant::now, sleep)
//!         .on_wait(|wait| println!("the next poll is in {:?}", wait.length))
//!         .poll_async(&mut poller, async |poll| {
//!             println!("poll {} after {:?}", poll.number, poll.elapsed);
//!             Outcome::<_>::Done("www.example.test")
//!         });
//!     assert_eq!(certificate.await, Ok("www.example.test"));
//! }
//! ```
//!
//! With the feature `tracing`, a driver tells of its waits and its end by itself: [events](#events).
//!
//! If polls fail with a `String`, a boxed error or an `anyhow::Error`, write `.map_err(PollError::into_boxed)?`. To stop between
//! polls, let the sleep return `ControlFlow::Break(())`. To stop at once, in the middle of a poll too, drop the future and call
//! `Poller::cancel`: [`examples/tokio.rs`][tokio] is a whole program that does so, over HTTP, with a timeout for each poll and
//! typed errors.
//!
//! Write your own loop if it listens to other events while it waits, if one scheduler serves many pollers (`Poller::due` says how
//! to sort them), or if your poll holds `&mut` across an `.await` (`Driver::poll_async` shows it).
//!
//! [tokio]: https://github.com/asyncpoll/asyncpoll/blob/main/examples/tokio.rs
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
//! # Coming from a backoff crate
//!
//! The guide [`compare`] sets other crates beside this one, and has programs of theirs with what becomes of each.
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
//! In the next poll, `?` is for what goes wrong on the way: another poll may do better, so that is transient. A malformed body is
//! the end. A malformed address would be too: parse it before. The agent is made with `http_status_as_error(false)`.
//!
//! ```rust
//! use asyncpoll::Outcome;
//!
//! type Error = Box<dyn std::error::Error + Send + Sync>;
//!
//! #[cfg(feature = "http")]
//! fn look(agent: &ureq::Agent, url: &str) -> Result<Outcome<u64, Error>, Error> {
//!     let mut answer = agent.get(url).call()?;
//!     let (status, now) = (answer.status(), std::time::SystemTime::now());
//!     let said = asyncpoll::http::classify(status, answer.headers(), now);
//!     if let Some(outcome) = said.outcome(|| status.to_string().into()) {
//!         return Ok(outcome);
//!     }
//!     Ok(match answer.body_mut().read_to_string()?.parse() {
//!         Ok(serial) => Outcome::Done(serial),
//!         Err(malformed) => Outcome::Failed(malformed.into()),
//!     })
//! }
//!
//! #[cfg(feature = "http")]
//! fn poll(agent: &ureq::Agent, url: &str) -> Outcome<u64, Error> {
//!     look(agent, url).unwrap_or_else(Outcome::transient)
//! }
//! ```
//!
//! # Giving up
//!
//! [`GaveUp`] says why it ended, after how many polls and how long, how long the server asked to wait, and what the last error
//! was, as the type you fed. After the end a poller stays ended: it passes a late `Done` or `Failed` through, and answers
//! anything else with `GaveUp` and [`Reason::Finished`].
//!
//! # Many operations at one server
//!
//! A `Fleet` is many pollers behind one clock and one next wake-up. It holds all that share a server back when that refuses
//! one of them, and finds the pace that it bears. The guide [`machines`] has fleets on many machines share one pace.
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
//! # Recipes
//!
//! The guide [`cookbook`] has programs to copy: a device login, an AI batch job, operations in three clouds, ACME, gRPC, a job in a
//! queue, tower, firmware. After them come shorter recipes: an iterator of waits, a loop without end that obeys hints, and others.
//!
//! # Panics
//!
//! This crate does not panic if your clock, generator and closures do not. A generator that panics leaves its poller with the
//! outcome counted and a poll due, and its ticker without the tick that was due. As with any `async fn`, do not poll a driver's
//! future after it is ready.
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
#[doc = include_str!("../docs/compare.md")]
pub mod compare {}
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
