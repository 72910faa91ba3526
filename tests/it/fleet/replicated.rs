//! What replicas that share a pace are promised, in virtual time.

use asyncpoll::fleet::Limits;
use core::time::Duration;

use super::{
    replica_tables::{for_a_minute, found},
    replicas::{Replicas, Shared},
    server::{Answer, Server},
    store::Store,
};

const MINUTE: Duration = Duration::from_secs(60);

/// How many polls went out from then on, and before that.
fn polls(shared: &Shared, from: Duration, until: Duration) -> usize {
    shared.sent.iter().filter(|sent| (from..until).contains(sent)).count()
}

#[test]
fn even_replicas_are_about_as_good_as_one_and_ask_seldom() {
    let one = Replicas { limits: [Limits::default(); 2], ..found(1) }.run(0);
    for replicas in [1, 2, 8, 32] {
        let shared = found(replicas).run(0);
        let polls = shared.sent.len() as f64;
        assert!(shared.mean <= 1.2 * one.mean, "{replicas}: {} instead of {}", shared.mean, one.mean);
        assert!(shared.worst <= 1.2 * shared.mean, "{replicas}: {} of {}", shared.worst, shared.mean);
        assert!(f64::from(shared.refused) <= polls / 100.0, "{replicas}: {}", shared.refused);
        assert!(f64::from(shared.asks) <= 0.15 * polls, "{replicas}: {} of {polls}", shared.asks);
    }
}

#[test]
fn a_server_that_is_down_gets_one_poll_a_second() {
    for replicas in [1, 8, 32, 100] {
        let down = Server { outage: Some(for_a_minute(Answer::Failed)), ..Server::new(40) };
        let shared = Replicas { server: down, ..found(replicas) }.run(0);
        // After ten seconds all have heard of it, and in the minute after it there is as much as before.
        let (before, during, after) = (
            polls(&shared, MINUTE, 2 * MINUTE),
            polls(&shared, 2 * MINUTE + MINUTE / 6, 3 * MINUTE),
            polls(&shared, 3 * MINUTE, 4 * MINUTE),
        );
        assert!(during <= 51, "{replicas}: {during}");
        assert!(10 * after >= 8 * before, "{replicas}: {after} after {before}");
    }
}

#[test]
fn without_the_store_replicas_go_on_at_half_of_their_pace() {
    for replicas in [1, 8, 32] {
        let gone = Store { gone: Some(2 * MINUTE..3 * MINUTE), ..Store::new(Duration::from_millis(5)) };
        let shared = Replicas { store: gone, ..found(replicas) }.run(0);
        let before = polls(&shared, MINUTE, 2 * MINUTE);
        let during = polls(&shared, 2 * MINUTE, 3 * MINUTE);
        assert!((40..60).contains(&(100 * during / before)), "{replicas}: {during} after {before}");
    }
}

#[test]
fn a_clock_that_is_set_back_costs_nothing() {
    let set_back = Store { set_back_at: Some(2 * MINUTE), ..Store::new(Duration::from_millis(5)) };
    let shared = Replicas { store: set_back, ..found(8) }.run(0);
    let expected = found(8).run(0);
    assert!((shared.mean - expected.mean).abs() < 1.0, "{} instead of {}", shared.mean, expected.mean);
}

#[test]
fn replicas_that_are_killed_leave_their_slots_and_orders_to_those_that_begin() {
    let killed = Replicas { killed_every: Some(MINUTE / 3), ..found(8) }.run(0);
    let expected = found(8).run(0);
    assert!(killed.mean < 1.2 * expected.mean, "{} instead of {}", killed.mean, expected.mean);
    assert!(killed.given_up <= expected.given_up + 2, "{} instead of {}", killed.given_up, expected.given_up);
}
