//! What a fleet makes of the quota that a server tells, and of limits that are set while it runs.

use asyncpoll::{
    Fleet, Outcome,
    fleet::{Id, Limits, LimitsBuilder, Slow, Upstream},
};
use core::time::Duration;

use crate::support::{Tape, exact, next_poll, seconds};

/// Operations without a deadline, due at zero.
fn fleet<const COUNT: usize>(limits: LimitsBuilder) -> (Fleet<Duration, Tape>, Upstream, [Id; COUNT]) {
    let mut fleet = Fleet::new(Tape::new([1 << 63]), Duration::ZERO);
    let upstream = fleet.add_upstream(limits.build().unwrap());
    let policy = exact().no_max_wait().build().unwrap();
    let ids = [(); COUNT].map(|()| fleet.start(upstream, policy, Duration::ZERO));
    (fleet, upstream, ids)
}

fn free() -> LimitsBuilder {
    Limits::none().to_builder()
}

/// Sends what is due until then, each poll answered at once, and returns when each went out.
fn sent_until<const COUNT: usize>(fleet: &mut Fleet<Duration, Tape>, mut now: Duration, until: Duration) -> [Duration; COUNT] {
    let mut sent = Vec::new();
    loop {
        now += fleet.until_next(now).unwrap_or(until);
        if now >= until {
            return sent.try_into().unwrap_or_else(|sent| panic!("{sent:?}"));
        }
        let poll = next_poll(fleet, now).expect("it is due");
        let _done = fleet.step(poll.id, Outcome::<_>::Done(()), now);
        sent.push(now);
    }
}

#[test]
fn what_remains_is_shared_out_until_the_reset() {
    let (mut fleet, upstream, [first, ..]) = fleet::<100>(free());
    assert_eq!(next_poll(&mut fleet, Duration::ZERO).map(|poll| poll.id), Some(first));
    let _done = fleet.step(first, Outcome::<_>::Done(()), Duration::ZERO);
    fleet.quota(upstream, 4, Some(seconds(60.0)), Duration::ZERO);
    assert_eq!(fleet.status(upstream, seconds(1.0)).spacing, Some(seconds(15.0)));
    assert_eq!(fleet.status(upstream, seconds(1.0)).slowed_by, Some(Slow::Quota));
    let sent = sent_until(&mut fleet, seconds(1.0), seconds(60.0));
    assert_eq!(sent, [15.0, 30.0, 45.0].map(seconds), "and the fourth with the reset");
    assert_eq!(fleet.status(upstream, seconds(60.0)).spacing, None);
    // From the reset on, all are free.
    assert!((0..96).all(|_| next_poll(&mut fleet, seconds(60.0)).is_some()));
}

#[test]
fn polls_in_flight_count_as_if_the_server_had_not_counted_them() {
    let (mut fleet, upstream, _) = fleet::<10>(free());
    assert!((0..3).all(|_| next_poll(&mut fleet, Duration::ZERO).is_some()));
    fleet.quota(upstream, 5, Some(seconds(60.0)), Duration::ZERO);
    assert_eq!(fleet.until_next(Duration::ZERO), Some(seconds(30.0)), "two are left of the five");
    // Nothing is left but what is in flight, and yet it is no reason to wait longer than the reset.
    fleet.quota(upstream, 2, Some(seconds(60.0)), Duration::ZERO);
    assert_eq!(fleet.until_next(Duration::ZERO), Some(seconds(60.0)));
}

#[test]
fn nothing_that_remains_holds_until_the_reset_and_is_no_refusal() {
    let (mut fleet, upstream, _) = fleet::<10>(Limits::builder());
    fleet.quota(upstream, 0, Some(seconds(60.0)), Duration::ZERO);
    let status = fleet.status(upstream, Duration::ZERO);
    assert_eq!((status.held, status.slowed_by), (seconds(66.0), Some(Slow::Hold)), "a tenth longer: the draw is the middle");
    assert_eq!((status.refusals, status.cuts, status.spacing), (0, 0, None));
}

#[test]
fn the_latest_word_counts() {
    let (mut fleet, upstream, _) = fleet::<10>(free());
    assert!(next_poll(&mut fleet, Duration::ZERO).is_some());
    fleet.quota(upstream, 2, Some(seconds(600.0)), Duration::ZERO);
    assert_eq!(fleet.until_next(Duration::ZERO), Some(seconds(600.0)));
    fleet.quota(upstream, 101, Some(seconds(600.0)), seconds(1.0));
    assert_eq!(fleet.until_next(seconds(1.0)), Some(seconds(5.0)));
}

#[test]
fn without_a_reset_nothing_is_learned() {
    let (mut fleet, upstream, _) = fleet::<10>(free());
    fleet.quota(upstream, 0, None, Duration::ZERO);
    fleet.quota(upstream, 1, None, Duration::ZERO);
    assert!((0..10).all(|_| next_poll(&mut fleet, Duration::ZERO).is_some()));
}

#[test]
fn a_reset_is_believed_up_to_the_longest_hold() {
    let (mut fleet, upstream, _) = fleet::<10>(free());
    let years = Some(Duration::from_secs(1_700_000_000));
    assert!(next_poll(&mut fleet, Duration::ZERO).is_some());
    fleet.quota(upstream, 61, years, Duration::ZERO);
    assert_eq!(fleet.until_next(Duration::ZERO), Some(seconds(60.0)), "sixty in an hour");
}

#[test]
fn a_quota_raises_no_pace() {
    let (mut fleet, upstream, _) = fleet::<10>(Limits::builder());
    assert!(next_poll(&mut fleet, Duration::ZERO).is_some());
    fleet.slow_down(upstream, None, Duration::ZERO);
    let found = fleet.status(upstream, Duration::ZERO).spacing;
    assert!(found > Some(seconds(1.0)), "{found:?}");
    fleet.quota(upstream, 1_000_000, Some(seconds(1.0)), Duration::ZERO);
    assert_eq!(fleet.status(upstream, Duration::ZERO).spacing, found);
}

#[test]
fn limits_that_are_set_hold_from_then_on() {
    let (mut fleet, upstream, ids) = fleet::<10>(free());
    assert_eq!(next_poll(&mut fleet, Duration::ZERO).map(|poll| poll.id), Some(ids[0]));
    let limits = free().rate(1, seconds(7.0)).in_flight(2).build().unwrap();
    fleet.set_limits(upstream, limits, seconds(1.0));
    assert_eq!(fleet.limits(upstream), Some(&limits));
    assert_eq!(fleet.until_next(seconds(1.0)), Some(seconds(6.0)));
    assert_eq!(fleet.status(upstream, seconds(1.0)).slowed_by, Some(Slow::Pace));
    assert!(next_poll(&mut fleet, seconds(7.0)).is_some());
    assert_eq!((fleet.until_next(seconds(7.0)), fleet.status(upstream, seconds(7.0)).slowed_by), (None, Some(Slow::InFlight)));
    fleet.set_limits(upstream, Limits::none(), seconds(8.0));
    assert!((0..8).all(|_| next_poll(&mut fleet, seconds(8.0)).is_some()));
}

#[test]
fn what_was_learned_stays_when_limits_are_set() {
    let (mut fleet, upstream, ids) = fleet::<40>(Limits::builder().in_flight_from(1));
    // One more may be in flight.
    assert_eq!(next_poll(&mut fleet, seconds(1.0)).map(|poll| poll.id), Some(ids[0]));
    let _done = fleet.step(ids[0], Outcome::<_>::Done(()), seconds(1.0));
    fleet.slow_down(upstream, Some(seconds(100.0)), seconds(1.0));
    let before = fleet.status(upstream, seconds(1.0));
    assert_eq!((before.most_in_flight, before.held), (Some(2), seconds(110.0)));
    assert!(before.spacing.is_some());

    let limits = fleet.limits(upstream).unwrap().to_builder().longest_hold(seconds(10.0)).no_forgive();
    fleet.set_limits(upstream, limits.build().unwrap(), seconds(1.0));
    assert_eq!(fleet.status(upstream, seconds(1.0)), before, "a hold that has begun is not cut short");

    fleet.set_limits(upstream, limits.find_pace(false).in_flight_from(5).build().unwrap(), seconds(1.0));
    let after = fleet.status(upstream, seconds(1.0));
    assert_eq!((after.spacing, after.most_in_flight), (None, Some(5)));
}
