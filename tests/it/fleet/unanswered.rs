//! Answers that never come, or come late: what becomes of their polls, and of the upstream.

use asyncpoll::{
    Decision, Fleet, Outcome, PolicyBuilder, Reason,
    fleet::{Due, DuePoll, Id, Limits, LimitsBuilder, Upstream},
};
use core::time::Duration;

use crate::support::{Tape, exact, next_poll, seconds};

/// Operations due at zero.
fn fleet<const COUNT: usize>(limits: LimitsBuilder, policy: PolicyBuilder) -> (Fleet<Duration, Tape>, Upstream, [Id; COUNT]) {
    let mut fleet = Fleet::new(Tape::lowest(), Duration::ZERO);
    let upstream = fleet.add_upstream(limits.build().unwrap());
    let policy = policy.build().unwrap();
    let ids = [(); COUNT].map(|()| fleet.start(upstream, policy, Duration::ZERO));
    (fleet, upstream, ids)
}

fn send(fleet: &mut Fleet<Duration, Tape>, now: f64) -> DuePoll {
    next_poll(fleet, seconds(now)).expect("a poll is due")
}

fn pending() -> Outcome<()> {
    Outcome::pending()
}

#[test]
fn sixteen_answers_that_nobody_feeds_do_not_stop_an_upstream_for_ever() {
    let limits = Limits::builder().answer_within(seconds(60.0));
    let (mut fleet, upstream, ids) = fleet::<17>(limits, exact());
    for _ in 0..16 {
        let _unanswered = send(&mut fleet, 0.0);
    }
    assert_eq!((fleet.next_due(seconds(59.9)), fleet.until_next(seconds(59.9))), (None, Some(seconds(0.1))));
    assert_eq!(fleet.status(upstream, seconds(59.9)).oldest_in_flight, Some(seconds(59.9)));
    assert_eq!(send(&mut fleet, 60.0).id, ids[16]);
    // The sixteen are on their ladders, and wait their five seconds.
    assert_eq!((fleet.in_flight(), fleet.until_next(seconds(60.0))), (1, Some(seconds(5.0))));
    assert_eq!(send(&mut fleet, 65.0).number, 2);
}

#[test]
fn without_the_limit_they_do() {
    let (mut fleet, upstream, _) = fleet::<17>(Limits::builder(), exact().no_max_wait());
    for _ in 0..16 {
        let _unanswered = send(&mut fleet, 0.0);
    }
    assert_eq!((fleet.next_due(seconds(1e6)), fleet.until_next(seconds(1e6))), (None, None));
    assert_eq!(fleet.status(upstream, seconds(1e6)).oldest_in_flight, None);
}

#[test]
fn each_answer_is_waited_for_from_when_its_poll_went_out() {
    let limits = Limits::none().to_builder().answer_within(seconds(10.0));
    let (mut fleet, _, ids) = fleet::<3>(limits, exact());
    let sent = [0.0, 1.0, 4.0].map(|now| send(&mut fleet, now));
    assert_eq!(fleet.until_next(seconds(4.0)), Some(seconds(6.0)));
    let _wait = fleet.step(sent[0], pending(), seconds(6.0));
    fleet.release(sent[1], seconds(6.0));
    // What was given back goes out once more, and is waited for anew.
    assert_eq!(send(&mut fleet, 7.0).id, ids[1]);
    let _wait = fleet.step(sent[0], pending(), seconds(7.0));
    assert_eq!(fleet.until_next(seconds(7.0)), Some(seconds(4.0)), "the poll of the first, which is due at eleven");
    assert_eq!(send(&mut fleet, 11.0).id, ids[0]);
    assert_eq!(fleet.until_next(seconds(11.0)), Some(seconds(3.0)), "the answer to the third");
}

#[test]
fn a_loss_that_ends_its_operation_is_told() {
    let limits = Limits::none().to_builder().answer_within(seconds(10.0));
    let (mut fleet, _, ids) = fleet::<1>(limits, exact().max_polls(1));
    let _unanswered = send(&mut fleet, 0.0);
    match fleet.next_due(seconds(10.0)) {
        Some(Due::Ended(id, gave_up)) => {
            assert_eq!((id, gave_up.reason, gave_up.polls, gave_up.errors), (ids[0], Reason::MaxPolls, 1, 1));
        }
        other => panic!("it is the last poll: {other:?}"),
    }
    assert!(fleet.is_empty());
}

#[test]
fn a_late_answer_is_not_that_of_the_next_poll() {
    let (mut fleet, _, _) = fleet::<1>(Limits::none().to_builder(), exact());
    let first = send(&mut fleet, 0.0);
    assert_eq!(fleet.lost(first, seconds(1.0)), Decision::Sleep(seconds(5.0)));
    // While its operation waits, and while the next poll is in flight, it is an unscheduled look.
    assert_eq!(fleet.step(first, pending(), seconds(2.0)), Decision::Sleep(seconds(4.0)));
    let second = send(&mut fleet, 6.0);
    assert_eq!(fleet.step(first, pending(), seconds(7.0)), Decision::Sleep(Duration::ZERO));
    assert_eq!(fleet.lost(first, seconds(7.0)), Decision::Sleep(Duration::ZERO));
    fleet.release(first, seconds(7.0));
    assert_eq!(fleet.in_flight(), 1, "the second is where it was");
    assert_eq!(fleet.step(second, pending(), seconds(8.0)), Decision::Sleep(seconds(15.0)));
    // If it says that all is done, that is so, whichever poll it was for.
    assert_eq!(fleet.step(first, Outcome::<_>::Done("issued"), seconds(9.0)), Decision::Done("issued"));
    assert!(fleet.is_empty());
}

#[test]
fn an_answer_by_the_name_of_the_operation_is_that_of_whichever_poll_is_in_flight() {
    let (mut fleet, _, ids) = fleet::<1>(Limits::none().to_builder(), exact());
    let first = send(&mut fleet, 0.0);
    let _five_seconds = fleet.lost(first, seconds(1.0));
    let _second = send(&mut fleet, 6.0);
    assert_eq!(fleet.step(ids[0], pending(), seconds(7.0)), Decision::Sleep(seconds(15.0)));
}

#[test]
fn who_takes_the_cell_of_one_that_was_cancelled_is_waited_for_from_its_own_poll_on() {
    let limits = Limits::none().to_builder().answer_within(seconds(10.0));
    let (mut fleet, upstream, ids) = fleet::<1>(limits, exact());
    let _unanswered = send(&mut fleet, 0.0);
    let other = fleet.start(upstream, exact().build().unwrap(), seconds(1.0));
    let second = send(&mut fleet, 1.0);
    fleet.cancel(other, seconds(2.0));
    let third = fleet.start(upstream, exact().build().unwrap(), seconds(3.0));
    assert_eq!(send(&mut fleet, 3.0).id, third);
    assert!(second.id == other && other != third);
    fleet.cancel(ids[0], seconds(4.0));
    assert_eq!(fleet.until_next(seconds(4.0)), Some(seconds(9.0)), "three and ten seconds");
}

#[test]
fn the_limit_holds_from_when_it_is_set() {
    let (mut fleet, upstream, _) = fleet::<2>(Limits::none().to_builder(), exact().no_max_wait());
    let _unanswered = send(&mut fleet, 0.0);
    let limits = Limits::none().to_builder().answer_within(seconds(10.0)).build().unwrap();
    fleet.set_limits(upstream, limits, seconds(1.0));
    assert_eq!(send(&mut fleet, 2.0).number, 1);
    assert_eq!(fleet.until_next(seconds(2.0)), Some(seconds(10.0)));
    fleet.set_limits(upstream, Limits::none(), seconds(3.0));
    assert_eq!(fleet.until_next(seconds(3.0)), None);
}
