//! Refusals that are forgiven, for polls that were served.

use asyncpoll::fleet::Limits;
use core::time::Duration;

use super::pace::{Upstreamed, limits};
use crate::support::{next_poll, seconds};

/// An upstream whose pace was cut, in numbers that are small.
fn cut(forgive: u32) -> Upstreamed {
    let mut it = Upstreamed::new(limits(Limits::builder().no_in_flight().forgive(forgive)));
    it.serve_one_a_second();
    let id = it.send();
    it.refused(id, 0.0);
    it.serve(1);
    it
}

/// Refuses a poll, and says whether that was forgiven.
fn is_forgiven(it: &mut Upstreamed, hint: Option<Duration>) -> bool {
    let before = it.spacing();
    it.fleet.slow_down(it.upstream, hint, it.now);
    it.spacing() == before
}

#[test]
fn one_is_forgiven_at_first_and_then_one_for_each_fifty_polls_served() {
    // One poll was served by which the cut is proven.
    for (served, forgiven) in [(48, false), (49, true)] {
        let mut it = cut(50);
        assert!(is_forgiven(&mut it, None));
        it.serve(served);
        assert_eq!(is_forgiven(&mut it, None), forgiven, "{served} polls served");
    }
}

#[test]
fn after_a_cut_it_takes_fifty_polls_anew() {
    let mut it = cut(50);
    assert!(is_forgiven(&mut it, None));
    it.serve(48);
    assert!(!is_forgiven(&mut it, None));
    it.serve(49);
    assert!(!is_forgiven(&mut it, None));
    it.serve(50);
    assert!(is_forgiven(&mut it, None));
}

#[test]
fn three_are_saved_up_at_most() {
    let mut it = cut(5);
    it.serve(1_000);
    assert!((0..3).all(|_| is_forgiven(&mut it, None)));
    assert!(!is_forgiven(&mut it, None));
}

#[test]
fn a_hold_costs_the_polls_that_it_takes() {
    for (served, forgiven) in [(23, false), (24, true)] {
        let mut it = cut(10);
        // Ten for the refusal, ten at first, one by which the cut is proven.
        it.serve(served - 10);
        let spacing = it.spacing().unwrap();
        assert_eq!(is_forgiven(&mut it, Some(spacing * 15 + Duration::from_nanos(1))), forgiven, "{served} polls served");
    }
}

#[test]
fn one_that_is_forgiven_holds_all_the_same_and_counts() {
    let mut it = cut(50);
    it.serve(100);
    assert!(is_forgiven(&mut it, Some(seconds(30.0))));
    let status = it.fleet.status(it.upstream, it.now);
    assert_eq!((status.held, status.refusals), (seconds(30.0), 2));
    assert!(next_poll(&mut it.fleet, it.now + seconds(29.9)).is_none());
}

#[test]
fn none_is_if_they_are_not_to_be() {
    let mut it = Upstreamed::new(limits(Limits::builder().no_in_flight().no_forgive()));
    it.serve_one_a_second();
    let id = it.send();
    it.refused(id, 0.0);
    it.serve(1_000);
    assert!(!is_forgiven(&mut it, None));
}

#[test]
fn polls_that_failed_or_were_sent_before_the_cut_are_not_saved_up() {
    let mut it = Upstreamed::new(limits(Limits::builder().no_in_flight().forgive(5)));
    it.serve_one_a_second();
    let before: Vec<_> = (0..100).map(|_| it.send()).collect();
    it.fleet.slow_down(it.upstream, None, it.now);
    for id in before {
        it.served(id);
    }
    it.serve(1);
    assert!(is_forgiven(&mut it, None), "the one at first");
    for _ in 0..100 {
        let id = it.send_next();
        it.failed(id);
    }
    assert!(!is_forgiven(&mut it, None));
}
