//! A server and a client whose clocks differ: a date that the server names is kept to the second by the server's clock.

use asyncpoll::{Decision, Jitter, Outcome, Policy, Poller, http::retry_after};
use core::time::Duration;
use std::time::SystemTime;

use super::{headers, now};

/// When the client polls again, by the server's clock, if its own is off by so much.
fn polled_again(client_now: SystemTime) -> SystemTime {
    let server_now = now();
    let answer = headers(&format!(
        "Date: {}\nRetry-After: {}",
        httpdate::fmt_http_date(server_now),
        httpdate::fmt_http_date(server_now + Duration::from_secs(90)),
    ));
    let policy = Policy::builder().jitter(Jitter::None).build().unwrap();
    let mut poller = Poller::small(policy, 1, Duration::ZERO);
    let outcome = Outcome::<()>::pending().retry_after(retry_after(&answer, client_now));
    match poller.step(outcome, Duration::ZERO) {
        Decision::Sleep(wait) => server_now + wait,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_date_is_kept_to_the_second_by_clocks_an_hour_apart() {
    let (hour, named) = (Duration::from_secs(3600), now() + Duration::from_secs(90));
    for client_now in [now() - hour, now(), now() + hour] {
        assert_eq!(polled_again(client_now), named, "by a client whose clock reads {client_now:?}");
    }
}

#[test]
fn so_is_a_moment_that_is_a_number() {
    let hour = Duration::from_secs(3600);
    for client_now in [now() - hour, now(), now() + hour] {
        let answer = headers("Date: Wed, 18 Feb 2026 08:00:00 GMT\nRetry-After: 1771401690");
        assert_eq!(retry_after(&answer, client_now), Some(Duration::from_secs(90)));
    }
}
