//! What a poll found: short forms and conversions.

use asyncpoll::Outcome;
use core::{convert::Infallible, task::Poll, time::Duration};

const HINT: Duration = Duration::from_secs(30);

#[test]
fn a_hint_is_set_replaced_and_cleared() {
    let pending = Outcome::<(), &str>::pending();
    assert!(matches!(pending.retry_after(HINT), Outcome::Pending { retry_after: Some(HINT), .. }));
    assert_eq!(pending.retry_after(HINT).retry_after(Some(Duration::ZERO)), pending.retry_after(Duration::ZERO));
    assert_eq!(pending.retry_after(HINT).retry_after(None), pending);
    let transient = Outcome::<(), _>::transient("503").retry_after(HINT);
    assert!(matches!(transient, Outcome::Transient { error: "503", retry_after: Some(HINT), .. }));
}

#[test]
fn an_end_has_no_hint_to_set() {
    assert_eq!(Outcome::<_, &str>::Done(1).retry_after(HINT), Outcome::Done(1));
    assert_eq!(Outcome::<(), _>::Failed("no").retry_after(HINT), Outcome::Failed("no"));
}

#[test]
fn maps_reach_their_payload_and_keep_the_hint() {
    let all = [
        Outcome::pending().retry_after(HINT),
        Outcome::transient(503).retry_after(HINT),
        Outcome::Done("seven"),
        Outcome::Failed(403),
    ];
    assert_eq!(
        all.map(|outcome| outcome.map(str::len).map_err(|status| status / 100)),
        [Outcome::pending().retry_after(HINT), Outcome::transient(5).retry_after(HINT), Outcome::Done(5), Outcome::Failed(4)],
    );
    assert_eq!(all.map(|outcome| outcome.error().copied()), [None, Some(503), None, Some(403)]);
}

#[test]
fn options_and_polls_convert() {
    assert_eq!(Outcome::from(Some(7)), Outcome::<_, Infallible>::Done(7));
    assert_eq!(Outcome::from(None::<u8>), Outcome::pending());
    let polls: [Poll<Result<u8, &str>>; 3] = [Poll::Pending, Poll::Ready(Ok(7)), Poll::Ready(Err("denied"))];
    assert_eq!(polls.map(Outcome::from), [Outcome::pending(), Outcome::Done(7), Outcome::Failed("denied")]);
}
