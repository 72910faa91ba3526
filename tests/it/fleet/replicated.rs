//! What replicas that share a pace are promised, in virtual time.

use asyncpoll::fleet::Limits;
use core::time::Duration;
use simulation::{
    replicas::{Replicas, SHARED},
    server::{Answer, Outage, Server},
    store::Store,
    tally::Tally,
};

const MINUTE: Duration = Duration::from_secs(60);

/// So many replicas that find a pace together.
fn found(count: usize) -> Replicas {
    Replicas::new(count, SHARED)
}

/// How many polls went out from then on, and before that.
fn polls(tally: &Tally, from: Duration, until: Duration) -> usize {
    tally.sent.iter().filter(|sent| (from..until).contains(sent)).count()
}

#[test]
fn even_replicas_are_about_as_good_as_one_and_ask_seldom() {
    let one = Replicas::new(1, Limits::default()).run(0).together().mean_delay();
    for replicas in [1, 2, 8, 32] {
        let shared = found(replicas).run(0);
        let together = shared.together();
        let (mean, worst, polls) = (together.mean_delay(), shared.worst_delay(), together.sent.len());
        assert!(mean <= 1.2 * one, "{replicas}: {mean} instead of {one}");
        assert!(worst <= 1.2 * mean, "{replicas}: {worst} of {mean}");
        assert!(100 * together.refused.len() <= polls, "{replicas}: {}", together.refused.len());
        assert!(f64::from(shared.asks) <= 0.15 * polls as f64, "{replicas}: {} of {polls}", shared.asks);
    }
}

#[test]
fn a_server_that_is_down_gets_one_poll_a_second() {
    for replicas in [1, 8, 32, 100] {
        let down = Server { outage: Some(Outage::in_the_third_minute(Answer::Failed)), ..Server::new(40) };
        let together = Replicas { server: down, ..found(replicas) }.run(0).together();
        // After ten seconds all have heard of it, and in the minute after it there is as much as before.
        let (before, during, after) = (
            polls(&together, MINUTE, 2 * MINUTE),
            polls(&together, 2 * MINUTE + MINUTE / 6, 3 * MINUTE),
            polls(&together, 3 * MINUTE, 4 * MINUTE),
        );
        assert!(during <= 51, "{replicas}: {during}");
        assert!(10 * after >= 8 * before, "{replicas}: {after} after {before}");
    }
}

#[test]
fn without_the_store_replicas_go_on_at_half_of_their_pace() {
    for replicas in [1, 8, 32] {
        let gone = Store { gone: Some(2 * MINUTE..3 * MINUTE), ..Store::new(Duration::from_millis(5)) };
        let together = Replicas { store: gone, ..found(replicas) }.run(0).together();
        let before = polls(&together, MINUTE, 2 * MINUTE);
        let during = polls(&together, 2 * MINUTE, 3 * MINUTE);
        assert!((40..60).contains(&(100 * during / before)), "{replicas}: {during} after {before}");
    }
}

#[test]
fn a_clock_that_is_set_back_costs_nothing() {
    let set_back = Store { set_back_at: Some(2 * MINUTE), ..Store::new(Duration::from_millis(5)) };
    let shared = Replicas { store: set_back, ..found(8) }.run(0).together().mean_delay();
    let expected = found(8).run(0).together().mean_delay();
    assert!((shared - expected).abs() < 1.0, "{shared} instead of {expected}");
}

#[test]
fn replicas_that_are_killed_leave_their_slots_and_orders_to_those_that_begin() {
    let killed = Replicas { killed_every: Some(MINUTE / 3), ..found(8) }.run(0);
    let expected = found(8).run(0);
    let [mean, expected_mean] = [&killed, &expected].map(|shared| shared.together().mean_delay());
    assert!(mean < 1.2 * expected_mean, "{mean} instead of {expected_mean}");
    assert!(killed.given_up <= expected.given_up + 2, "{} instead of {}", killed.given_up, expected.given_up);
}
