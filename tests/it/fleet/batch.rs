//! Polls that go out together in one request: they cost the upstream as much as one, and end as many.

use asyncpoll::{
    Decision, Fleet, Outcome, PolicyBuilder,
    fleet::{Due, DuePoll, Id, Limits, LimitsBuilder, Upstream},
};
use core::time::Duration;

use crate::support::{Tape, exact, next_poll, seconds};

/// Ten operations, due at zero.
fn fleet(limits: LimitsBuilder, policy: PolicyBuilder) -> (Fleet<Duration, Tape>, Upstream, [Id; 10]) {
    let mut fleet = Fleet::new(Tape::lowest(), Duration::ZERO);
    let upstream = fleet.add_upstream(limits.build().unwrap());
    let policy = policy.build().unwrap();
    let ids = [(); 10].map(|()| fleet.start(upstream, policy, Duration::ZERO));
    (fleet, upstream, ids)
}

fn one_at_a_time() -> LimitsBuilder {
    Limits::none().to_builder().in_flight(1)
}

fn batch(fleet: &mut Fleet<Duration, Tape>, most: usize, now: f64) -> Vec<DuePoll> {
    let poll = next_poll(fleet, seconds(now)).expect("a poll is due");
    fleet.batch(poll, most, seconds(now))
}

fn ids(batch: &[DuePoll]) -> Vec<Id> {
    batch.iter().map(|poll| poll.id).collect()
}

#[test]
fn a_batch_takes_one_place_in_flight_and_one_of_the_pace() {
    let (mut fleet, upstream, all) = fleet(one_at_a_time().rate(1, seconds(3.0)), exact().no_max_wait());
    let sent = batch(&mut fleet, 4, 0.0);
    assert_eq!(ids(&sent), all[..4]);
    assert_eq!((fleet.in_flight(), fleet.status(upstream, Duration::ZERO).in_flight), (1, 1));
    assert_eq!((fleet.next_due(seconds(0.9)), fleet.until_next(seconds(0.9))), (None, None));

    // The first to come back frees the place: the answer is there.
    let _done = fleet.step(all[2], Outcome::<_>::Done(()), seconds(1.0));
    assert_eq!((fleet.in_flight(), fleet.until_next(seconds(1.0))), (0, Some(seconds(2.0))));
    for id in [all[0], all[1], all[3]] {
        let _done = fleet.step(id, Outcome::<_>::Done(()), seconds(1.0));
    }
    assert_eq!((fleet.in_flight(), fleet.len()), (0, 6));
    assert_eq!(ids(&batch(&mut fleet, 100, 3.0)), all[4..]);
}

#[test]
fn one_refusal_of_a_batch_is_one() {
    let (mut fleet, upstream, _) = fleet(Limits::builder(), exact().max_wait(seconds(3_000.0)));
    for poll in batch(&mut fleet, 5, 0.0) {
        let refused = Outcome::<(), _>::throttled(()).retry_after(seconds(30.0));
        assert!(matches!(fleet.step(poll.id, refused, seconds(1.0)), Decision::Sleep(_)));
    }
    let status = fleet.status(upstream, seconds(1.0));
    assert_eq!((status.refusals, status.cuts, status.held), (1, 1, seconds(30.0)));
}

#[test]
fn a_refusal_of_one_counts_though_another_was_served_before() {
    let (mut fleet, upstream, all) = fleet(Limits::builder(), exact());
    batch(&mut fleet, 3, 0.0);
    let _wait = fleet.step(all[0], Outcome::<()>::pending(), seconds(1.0));
    let _wait = fleet.step(all[1], Outcome::<(), _>::throttled(()), seconds(1.0));
    let _wait = fleet.step(all[2], Outcome::<(), _>::throttled(()), seconds(1.0));
    assert_eq!(fleet.status(upstream, seconds(1.0)).refusals, 1);
}

#[test]
fn a_batch_of_which_nothing_is_answered_is_in_flight_until_the_last_is_given_up() {
    let (mut fleet, _, all) = fleet(one_at_a_time(), exact());
    assert_eq!(ids(&batch(&mut fleet, 3, 0.0)), all[..3]);
    fleet.cancel(all[0], seconds(1.0));
    fleet.release(all[1], seconds(1.0));
    assert_eq!((fleet.in_flight(), fleet.next_due(seconds(1.0))), (1, None));
    fleet.release(all[2], seconds(1.0));
    assert_eq!(fleet.in_flight(), 0);
    assert_eq!(ids(&batch(&mut fleet, 3, 1.0)), all[1..4], "they are due again, and not counted");
}

#[test]
fn a_batch_that_is_lost_is_lost_once_for_the_upstream_and_by_each_for_itself() {
    let (mut fleet, _, all) = fleet(one_at_a_time(), exact());
    batch(&mut fleet, 2, 0.0);
    assert_eq!(fleet.lost(all[0], seconds(1.0)), Decision::Sleep(seconds(5.0)));
    assert_eq!(fleet.in_flight(), 0);
    assert_eq!(fleet.lost(all[1], seconds(1.0)), Decision::Sleep(seconds(5.0)));
    assert_eq!(fleet.lost(all[1], seconds(2.0)), Decision::Sleep(seconds(4.0)), "a poll is lost once");
}

#[test]
fn only_what_is_due_goes_along_and_of_the_same_upstream() {
    let (mut fleet, _, all) = fleet(Limits::none().to_builder(), exact().head_start(seconds(7.0)));
    let other = fleet.add_upstream(Limits::none());
    let elsewhere = fleet.start(other, exact().build().unwrap(), Duration::ZERO);
    let (first, rest) = all.split_at(6);
    for id in rest {
        let _seven_seconds = fleet.step(*id, Outcome::<()>::pending(), Duration::ZERO);
    }
    assert_eq!(ids(&batch(&mut fleet, 100, 1.0)), first);
    assert_eq!(ids(&batch(&mut fleet, 100, 1.0)), [elsewhere]);
}

#[test]
fn a_poll_goes_alone_that_is_not_in_flight_or_goes_with_others() {
    let (mut fleet, _, all) = fleet(Limits::none().to_builder(), exact());
    let sent = batch(&mut fleet, 2, 0.0);
    assert_eq!(fleet.batch(sent[0], 5, Duration::ZERO), [sent[0]]);
    assert_eq!(fleet.batch(sent[1], 5, Duration::ZERO), [sent[1]]);
    fleet.cancel(all[0], Duration::ZERO);
    assert_eq!(fleet.batch(sent[0], 5, Duration::ZERO), [], "it is in flight no longer");
    let alone = batch(&mut fleet, 0, 0.0);
    assert_eq!(ids(&alone), [all[2]]);
    assert_eq!(ids(&fleet.batch(alone[0], 3, Duration::ZERO)), all[2..5]);
}

#[test]
fn nothing_goes_along_in_a_pause_or_a_hold() {
    let (mut fleet, upstream, all) = fleet(Limits::none().to_builder(), exact());
    let poll = next_poll(&mut fleet, Duration::ZERO).unwrap();
    fleet.pause(upstream, Duration::ZERO);
    assert_eq!(fleet.batch(poll, 5, Duration::ZERO), [poll]);
    fleet.resume(upstream, Duration::ZERO);
    fleet.slow_down(upstream, Some(seconds(5.0)), Duration::ZERO);
    assert_eq!(fleet.batch(poll, 5, Duration::ZERO), [poll]);
    assert_eq!(ids(&fleet.batch(poll, 2, seconds(5.0))), all[..2]);
}

#[test]
fn nothing_goes_along_that_is_to_end() {
    let (mut fleet, _, all) = fleet(Limits::none().to_builder().rate(1, seconds(8.0)), exact().max_wait(seconds(10.0)));
    let poll = next_poll(&mut fleet, Duration::ZERO).unwrap();
    assert_eq!(poll.id, all[0]);
    assert_eq!(fleet.batch(poll, 100, seconds(10.0)).len(), 10, "they can go by their deadline");
    let (mut fleet, _, _) = self::fleet(Limits::none().to_builder().rate(1, seconds(11.0)), exact().max_wait(seconds(10.0)));
    let poll = next_poll(&mut fleet, Duration::ZERO).unwrap();
    assert_eq!(fleet.batch(poll, 100, seconds(10.0)), [poll]);
    assert!(matches!(fleet.next_due(seconds(10.0)), Some(Due::Ended(..))));
}
