//! Programs as users write them.

use asyncpoll::{
    Decision, Driver, GaveUp, Outcome, Policy, PolicyBuilder, PollError, Poller, SeededRng, const_policy, rand_core::Rng,
};
use core::{cell::Cell, cmp::Reverse, convert::Infallible, time::Duration};
use std::{
    collections::{BinaryHeap, HashMap},
    error::Error,
    fmt, io,
};

use crate::support::{Tape, exact, seconds};

/// Answers a poll at a time of virtual time.
fn issued_after<E>(ready: Duration) -> impl Fn(Duration) -> Outcome<&'static str, E> {
    move |now| if now < ready { Outcome::pending() } else { Outcome::Done("certificate") }
}

/// Drives a poller through virtual time.
fn run<R: Rng, T, E>(poller: &mut Poller<Duration, R>, poll: impl Fn(Duration) -> Outcome<T, E>) -> Result<T, PollError<E>> {
    let clock = Cell::new(Duration::ZERO);
    Driver::new(|| clock.get(), |wait| clock.set(clock.get() + wait)).poll_blocking(poller, |next| poll(next.elapsed))
}

fn seeded(builder: PolicyBuilder) -> Poller<Duration> {
    Poller::seeded(builder.build().unwrap(), 1, Duration::ZERO)
}

#[derive(Debug, thiserror::Error)]
enum IssueError {
    #[error("the order was rejected: {0}")]
    Rejected(#[from] OrderError),
    #[error(transparent)]
    GaveUp(#[from] GaveUp<OrderError>),
}

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("status {0}")]
struct OrderError(u16);

fn issue(answer: impl Fn(Duration) -> Outcome<&'static str, OrderError>) -> Result<String, IssueError> {
    let mut poller = seeded(Policy::builder());
    let mut now = Duration::ZERO;
    loop {
        match poller.step(answer(now), now) {
            Decision::Sleep(wait) => now += wait,
            Decision::Done(certificate) => return Ok(certificate.to_owned()),
            Decision::Failed(error) => Err(error)?,
            Decision::GaveUp(gave_up) => Err(gave_up)?,
        }
    }
}

#[test]
fn typed_errors_with_the_question_mark() {
    assert_eq!(issue(issued_after(seconds(30.0))).unwrap(), "certificate");
    let rejected = issue(|_| Outcome::Failed(OrderError(403))).unwrap_err();
    assert_eq!(rejected.to_string(), "the order was rejected: status 403");
    let gave_up = issue(|_| Outcome::transient(OrderError(503))).unwrap_err();
    let source = gave_up.source().and_then(|source| source.downcast_ref::<OrderError>());
    assert_eq!(source, Some(&OrderError(503)), "the last error is there, typed");
}

#[test]
fn anyhow_keeps_the_chain() {
    fn issue() -> anyhow::Result<&'static str> {
        let mut poller = seeded(Policy::builder().max_polls(2));
        Ok(run(&mut poller, |_| Outcome::transient(io::Error::from(io::ErrorKind::ConnectionRefused)))?)
    }
    let error = issue().unwrap_err();
    assert!(error.to_string().starts_with("gave up after 2 polls in "), "{error}");
    let cause = error.chain().last().and_then(|cause| cause.downcast_ref::<io::Error>()).unwrap();
    assert_eq!(cause.kind(), io::ErrorKind::ConnectionRefused);
}

#[test]
fn anyhow_itself_as_the_error() {
    fn issue() -> anyhow::Result<()> {
        let mut poller = seeded(Policy::builder().max_polls(1));
        let look = |_| Outcome::transient(anyhow::anyhow!("connection reset"));
        Ok(run(&mut poller, look).map_err(PollError::into_boxed)?)
    }
    let error = issue().unwrap_err();
    assert_eq!(format!("{error:#}"), "gave up after 1 poll in 0 s: max_polls was reached: connection reset");
}

#[test]
fn text_as_the_error() {
    fn issue() -> Result<(), Box<dyn Error>> {
        let mut poller = seeded(Policy::builder().max_polls(1));
        Ok(run(&mut poller, |_| Outcome::transient(String::from("503"))).map_err(PollError::into_boxed)?)
    }
    let error = issue().unwrap_err();
    assert_eq!(error.to_string(), "gave up after 1 poll in 0 s: max_polls was reached");
    assert_eq!(error.source().map(ToString::to_string).as_deref(), Some("503"));
}

/// An error that borrows the answer it complains about.
#[derive(Debug)]
struct Malformed<'a>(&'a str);

impl fmt::Display for Malformed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "malformed: {}", self.0)
    }
}

impl Error for Malformed<'_> {}

#[test]
fn a_borrowed_error() {
    let answer = String::from("<html>");
    let mut poller = seeded(Policy::builder().max_polls(1));
    let ended = run(&mut poller, |_| Outcome::<(), _>::transient(Malformed(&answer)));
    let shown = ended.unwrap_err().map_err(|error| error.to_string());
    assert_eq!(shown.into_error().as_deref(), Some("malformed: <html>"));
}

#[test]
fn polls_that_cannot_fail() {
    let value = run(&mut seeded(Policy::builder()), |now| Outcome::from((now > seconds(60.0)).then_some(7)));
    assert_eq!(value, Ok(7));
}

/// A client that holds its poller, and names no generator.
struct Order {
    poller: Poller<std::time::Instant>,
    url: String,
}

#[test]
fn a_poller_in_a_field() {
    let now = std::time::Instant::now();
    let poller = Poller::seeded(Policy::builder().build().unwrap(), asyncpoll::random_seed(), now);
    let mut order = Order { poller, url: "https://ca.example.test/order/1".into() };
    let decision = order.poller.step(Outcome::<()>::pending(), now);
    assert!(matches!(decision, Decision::Sleep(wait) if wait >= seconds(4.0)), "{}: {decision:?}", order.url);
}

#[test]
fn a_thousand_pollers_driven_by_one_heap_of_wake_ups() {
    let issued = |id: u64| Duration::from_secs(id % 500);
    let mut pollers: HashMap<u64, Poller<Duration>> =
        (0..1000).map(|id| (id, Poller::seeded(Policy::builder().build().unwrap(), id, Duration::ZERO))).collect();
    let mut wake_ups: BinaryHeap<_> = pollers.keys().map(|id| Reverse((Duration::ZERO, *id))).collect();
    let mut done = 0;
    while let Some(Reverse((now, id))) = wake_ups.pop() {
        let poller = pollers.get_mut(&id).unwrap();
        assert_eq!(poller.until_next_poll(now), Some(Duration::ZERO), "it is due");
        match poller.step(issued_after::<Infallible>(issued(id))(now), now) {
            Decision::Sleep(wait) => wake_ups.push(Reverse((now + wait, id))),
            Decision::Done(_) => done += 1,
            end => panic!("500 s fit into ten minutes: {end:?}"),
        }
    }
    assert_eq!(done, 1000);
    assert!(pollers.values().all(Poller::is_finished));
}

#[test]
fn generators_owned_shared_and_boxed() {
    let policy = exact().build().unwrap();
    let mut shared = SeededRng::new(1);
    for _ in 0..2 {
        let mut poller = Poller::new(policy, &mut shared, Duration::ZERO);
        assert!(run(&mut poller, issued_after::<()>(seconds(9.0))).is_ok());
    }
    let boxed: Box<dyn Rng + Send> = Box::new(SeededRng::new(1));
    let mut poller: Poller<Duration, Box<dyn Rng + Send>> = Poller::new(policy, boxed, Duration::ZERO);
    let moved = std::thread::spawn(move || run(&mut poller, issued_after::<()>(seconds(9.0))).is_ok());
    assert!(moved.join().unwrap());
    let mut by_reference = Tape::none();
    let dynamic: &mut dyn Rng = &mut by_reference;
    assert!(run(&mut Poller::new(policy, dynamic, Duration::ZERO), issued_after::<()>(seconds(9.0))).is_ok());
}

const BASE: Policy = const_policy!(Policy::builder().initial_wait(Duration::from_secs(2)).max_polls(40));
const PATIENT: Policy = const_policy!(BASE.to_builder().max_wait(Duration::from_secs(3600)));
static POLICIES: [(&str, Policy); 2] = [("fast CA", BASE), ("slow CA", PATIENT)];

#[test]
fn constant_policies_per_issuer_from_one_base() {
    let ends = POLICIES.each_ref().map(|(_, policy)| policy.schedule().last().unwrap().latest.as_secs());
    assert_eq!(ends, [600, 3600]);
}

#[test]
fn the_answer_to_the_submission_as_the_first_outcome() {
    // finalize answers `processing` with a Retry-After: no poll is made before that.
    let mut poller = seeded(Policy::builder());
    let finalize = Outcome::<(), Infallible>::pending().retry_after(seconds(30.0));
    let Decision::Sleep(wait) = poller.step(finalize, Duration::ZERO) else { panic!("there is time") };
    assert!(wait >= seconds(30.0));
}

#[test]
fn coming_back_when_the_server_says() {
    let mut poller = seeded(Policy::builder());
    let busy = Outcome::<(), Infallible>::pending().retry_after(seconds(3600.0));
    let Decision::GaveUp(gave_up) = poller.step(busy, Duration::ZERO) else { panic!("an hour is past the deadline") };
    let again = gave_up.retry_after.unwrap();
    let mut poller = Poller::seeded(*poller.policy(), 2, again);
    assert_eq!(poller.step(Outcome::<_>::Done("certificate"), again), Decision::Done("certificate"));
}
