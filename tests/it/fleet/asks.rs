//! A fleet whose pace is shared: when it asks for slots, what it reports, and what it does with those that are granted.

use asyncpoll::{
    Fleet, Outcome, PolicyBuilder, Reason,
    fleet::{Ask, Due, DuePoll, Grant, Limits, LimitsBuilder, SharedPace, Slow, Upstream},
};
use core::time::Duration;

use crate::support::{Tape, exact, next_poll, seconds};

/// A fleet with operations at one upstream, which are due at zero.
struct Replica {
    fleet: Fleet<Duration, Tape>,
    upstream: Upstream,
}

fn shared() -> LimitsBuilder {
    Limits::none().to_builder().shared(true)
}

impl Replica {
    fn new(limits: LimitsBuilder, policy: PolicyBuilder, operations: usize) -> Self {
        let mut fleet = Fleet::new(Tape::lowest(), Duration::ZERO);
        let upstream = fleet.add_upstream(limits.build().unwrap());
        for _ in 0..operations {
            fleet.start(upstream, policy.build().unwrap(), Duration::ZERO);
        }
        Self { fleet, upstream }
    }

    /// With so many operations without a deadline.
    fn of(operations: usize) -> Self {
        Self::new(shared(), exact().no_max_wait(), operations)
    }

    fn until_ask(&self, now: f64) -> Option<f64> {
        Some(self.fleet.until_ask(self.upstream, seconds(now))?.as_secs_f64())
    }

    #[track_caller]
    fn ask(&mut self, now: f64) -> Ask {
        assert_eq!(self.until_ask(now), Some(0.0), "it is time to ask");
        self.fleet.ask(self.upstream, seconds(now)).expect("it asks")
    }

    /// Is granted so many slots, the first in so many seconds, and so far apart.
    fn grant(&mut self, ask: &Ask, (slots, first, spacing): (u32, f64, f64), now: f64) {
        let grant = known(ask, (slots, first, spacing));
        self.fleet.grant(self.upstream, &grant, seconds(now));
    }

    #[track_caller]
    fn send(&mut self, now: f64) -> DuePoll {
        next_poll(&mut self.fleet, seconds(now)).expect("a poll is due, and has a slot")
    }

    #[track_caller]
    fn assert_waits(&mut self, now: f64) {
        assert_eq!(self.fleet.next_due(seconds(now)), None);
    }

    fn step(&mut self, poll: DuePoll, outcome: Outcome<(), &str>, now: f64) {
        let _decision = self.fleet.step(poll, outcome, seconds(now));
    }

    fn held(&self, now: f64) -> Duration {
        self.fleet.status(self.upstream, seconds(now)).held
    }
}

fn known(ask: &Ask, (slots, first, spacing): (u32, f64, f64)) -> Grant {
    Grant::known(ask, slots, seconds(first), seconds(spacing), Duration::ZERO)
}

fn refused(hint: f64) -> Outcome<(), &'static str> {
    Outcome::throttled("429").retry_after(seconds(hint))
}

#[test]
fn no_poll_goes_out_without_a_slot_and_each_slot_is_for_one() {
    let mut replica = Replica::of(5);
    replica.assert_waits(0.0);
    assert_eq!(replica.fleet.until_next(seconds(0.0)), None);
    let ask = replica.ask(0.0);
    assert_eq!((ask.due, ask.wanted, ask.epoch), (5, 5, 0));
    replica.grant(&ask, (2, 0.3, 0.1), 0.0);
    assert_eq!(replica.fleet.until_next(seconds(0.0)), Some(seconds(0.3)));
    replica.assert_waits(0.299);
    let _first = replica.send(0.3);
    assert_eq!(replica.fleet.until_next(seconds(0.3)), Some(seconds(0.1)));
    replica.assert_waits(0.399);
    let _second = replica.send(0.4);
    replica.assert_waits(0.5);
    assert_eq!(replica.fleet.status(replica.upstream, seconds(0.5)).slowed_by, Some(Slow::Pace));
}

#[test]
fn a_poll_that_goes_out_late_moves_the_next_as_far() {
    let mut replica = Replica::of(5);
    let ask = replica.ask(0.0);
    replica.grant(&ask, (3, 0.0, 0.1), 0.0);
    let _late = replica.send(0.25);
    replica.assert_waits(0.349);
    let _next = replica.send(0.35);
    replica.assert_waits(0.449);
    let _last = replica.send(0.45);
}

#[test]
fn a_slot_can_be_used_for_two_seconds() {
    let mut replica = Replica::of(5);
    let ask = replica.ask(0.0);
    replica.grant(&ask, (3, 0.5, 0.5), 0.0);
    let _in_time = replica.send(2.5);
    // That of 1 s is lost a moment after 3 s, and that of 1.5 s is there.
    assert_eq!(replica.fleet.until_next(seconds(2.5)), Some(seconds(0.5)));
    let _other = replica.send(3.2);
    replica.assert_waits(3.7);
    let mut replica = Replica::of(5);
    let ask = replica.ask(0.0);
    replica.grant(&ask, (1, 0.5, 0.5), 0.0);
    replica.assert_waits(2.500_001);
    assert_eq!(replica.until_ask(2.6), Some(0.0), "so others are asked for");
}

#[test]
fn slots_of_before_an_epoch_are_lost_when_it_is_learned_of() {
    let limits = Limits::builder().shared(true).no_in_flight().build().unwrap();
    let mut pace = SharedPace::new(Duration::ZERO);
    let mut replica = Replica::new(limits.to_builder(), exact().no_max_wait(), 20);
    let ask = replica.ask(0.0);
    let grant = pace.admit(&limits, &ask, Duration::ZERO);
    assert_eq!(grant.slots, 8);
    replica.fleet.grant(replica.upstream, &grant, Duration::ZERO);
    let poll = replica.send(0.0);
    replica.step(poll, Outcome::throttled("429"), 0.02);
    // A refusal is reported at once.
    let ask = replica.ask(0.02);
    assert_eq!((ask.refused, ask.hint, ask.epoch), (1, None, 1));
    let grant = pace.admit(&limits, &ask, seconds(0.02));
    assert_eq!((grant.epoch, grant.slots, grant.spacing), (2, 1, seconds(5.0 / 3.0)));
    replica.fleet.grant(replica.upstream, &grant, seconds(0.02));
    assert_eq!(replica.fleet.status(replica.upstream, seconds(0.02)).cuts, 1);
    replica.assert_waits(1.6);
    let _slot = replica.send(1.67);
    replica.assert_waits(1.9);
}

#[test]
fn what_became_of_a_poll_of_before_an_epoch_is_not_reported() {
    for outcome in [Outcome::pending(), Outcome::transient("500"), Outcome::throttled("429")] {
        let mut replica = Replica::new(shared().find_pace(true), exact().no_max_wait(), 3);
        let ask = replica.ask(0.0);
        replica.grant(&ask, (3, 0.0, 0.0), 0.0);
        let polls = [0.0; 3].map(|now| replica.send(now));
        replica.step(polls[0], Outcome::throttled("429"), 0.1);
        let ask = replica.ask(0.1);
        let mut grant = Grant::known(&ask, 0, Duration::ZERO, seconds(0.1), Duration::ZERO);
        grant.epoch += 1;
        replica.fleet.grant(replica.upstream, &grant, seconds(0.1));
        // Two were in flight then.
        for poll in &polls[1..] {
            replica.step(*poll, outcome, 0.2);
        }
        let waits = replica.until_ask(0.2).unwrap();
        let ask = replica.ask(0.2 + waits);
        assert_eq!((ask.served, ask.failed, ask.refused), (0, 0, 0), "{outcome:?}");
    }
}

#[test]
fn what_is_learned_while_an_ask_is_out_is_kept_for_the_next() {
    let mut replica = Replica::of(3);
    let ask = replica.ask(0.0);
    replica.grant(&ask, (3, 0.0, 0.0), 0.0);
    let polls = [0.0; 3].map(|now| replica.send(now));
    replica.step(polls[0], Outcome::throttled("429"), 0.1);
    replica.fleet.quota(replica.upstream, 100, Some(seconds(60.0)), seconds(0.1));
    let ask = replica.ask(0.1);
    assert_eq!((ask.refused, ask.hint, ask.quota), (1, None, Some((98, seconds(60.0)))));
    replica.step(polls[1], refused(10.0), 0.2);
    replica.fleet.quota(replica.upstream, 50, Some(seconds(60.0)), seconds(0.2));
    replica.grant(&ask, (0, 1.0, 0.1), 0.3);
    let ask = replica.ask(0.3);
    assert_eq!((ask.refused, ask.hint, ask.hold), (1, Some(seconds(10.0)), seconds(9.9)));
    assert!(ask.quota.is_some_and(|(remaining, _)| remaining < 50), "{ask:?}");
}

#[test]
fn a_shorter_hold_than_is_known_is_no_news() {
    let mut replica = Replica::of(2);
    replica.fleet.slow_down(replica.upstream, Some(seconds(60.0)), Duration::ZERO);
    let ask = replica.ask(0.0);
    let grant = Grant::known(&ask, 0, seconds(60.0), seconds(0.1), seconds(60.0));
    replica.fleet.grant(replica.upstream, &grant, Duration::ZERO);
    let waits = replica.until_ask(1.0);
    replica.fleet.slow_down(replica.upstream, Some(seconds(5.0)), seconds(1.0));
    // The refusal itself is told at once, and the hold is not told as new.
    assert!(waits > Some(1.0) && replica.until_ask(1.0) == Some(0.0));
    assert_eq!(replica.ask(1.0).hold, seconds(58.0));
}

#[test]
fn the_end_of_a_hold_is_told_again_if_nobody_has_answered() {
    let mut replica = Replica::of(0);
    replica.fleet.resume(replica.upstream, Duration::ZERO);
    assert!(replica.ask(0.0).resume);
    replica.fleet.ask_failed(replica.upstream, seconds(1.0), seconds(0.5));
    assert_eq!(replica.fleet.status(replica.upstream, seconds(0.5)).spacing, Some(seconds(10.0)), "alone");
    // No ask is out any more that could fail.
    replica.fleet.ask_failed(replica.upstream, seconds(9.0), seconds(0.6));
    assert_eq!(replica.until_ask(0.6), Some(0.9));
    assert!(replica.ask(1.5).resume);
}

#[test]
fn nothing_is_asked_if_the_pace_is_not_shared() {
    for find_pace in [true, false] {
        let mut replica = Replica::new(shared().shared(false).find_pace(find_pace), exact(), 2);
        replica.fleet.set_limits(replica.upstream, shared().shared(false).build().unwrap(), Duration::ZERO);
        replica.fleet.ask_failed(replica.upstream, seconds(1.0), Duration::ZERO);
        assert_eq!(replica.until_ask(0.0), None);
        for now in [Duration::ZERO, Duration::MAX] {
            assert_eq!(replica.fleet.ask(replica.upstream, now), None, "{now:?}");
        }
    }
}

#[test]
fn a_grant_that_does_not_answer_the_latest_ask_changes_nothing() {
    let (mut replica, mut other) = (Replica::of(3), Replica::of(3));
    let of_other = other.ask(0.0);
    let first = replica.ask(0.0);
    replica.grant(&of_other, (3, 0.0, 0.1), 0.0);
    replica.assert_waits(0.0);
    // An ask that has failed is one that nobody answers any more.
    replica.fleet.ask_failed(replica.upstream, seconds(0.5), seconds(0.1));
    replica.grant(&first, (3, 0.0, 0.1), 0.2);
    assert_eq!(replica.until_ask(0.2), Some(0.4));
    let second = replica.ask(0.6);
    replica.grant(&first, (3, 0.0, 0.1), 0.6);
    assert_eq!(replica.until_ask(0.6), Some(5.0));
    replica.grant(&second, (1, 0.0, 0.1), 0.6);
    let _poll = replica.send(0.6);
    // The same once more.
    replica.grant(&second, (1, 0.0, 0.1), 0.7);
    replica.assert_waits(1.7);
}

#[test]
fn nothing_is_asked_of_the_upstream_of_another_fleet() {
    let (mut replica, mut other) = (Replica::of(3), Replica::of(3));
    let now = Duration::ZERO;
    assert_eq!(replica.fleet.until_ask(other.upstream, now), None);
    assert_eq!(replica.fleet.ask(other.upstream, now), None);
    let (own, of_other) = (replica.ask(0.0), other.ask(0.0));
    let slots = |ask| Grant::known(ask, 3, now, seconds(0.1), now);
    replica.fleet.grant(other.upstream, &slots(&own), now);
    replica.fleet.grant(other.upstream, &slots(&of_other), now);
    replica.fleet.ask_failed(other.upstream, seconds(1.0), now);
    replica.assert_waits(0.0);
    // Its own ask is still out.
    assert_eq!(replica.until_ask(0.0), Some(5.0));
}

#[test]
fn a_grant_of_before_the_pace_was_not_shared_changes_nothing() {
    let mut replica = Replica::of(3);
    let first = replica.ask(0.0);
    for limits in [shared().shared(false), shared()] {
        replica.fleet.set_limits(replica.upstream, limits.build().unwrap(), Duration::ZERO);
    }
    let second = replica.ask(0.3);
    replica.grant(&first, (3, 0.0, 0.1), 0.3);
    replica.assert_waits(0.3);
    replica.grant(&second, (1, 0.0, 0.1), 0.3);
    let _poll = replica.send(0.3);
}

#[test]
fn a_report_is_kept_until_a_grant_answers_it() {
    let mut replica = Replica::new(shared().find_pace(true), exact().no_max_wait(), 4);
    let ask = replica.ask(0.0);
    replica.grant(&ask, (3, 0.0, 0.001), 0.0);
    let polls = [0.0, 0.001, 0.002].map(|now| replica.send(now));
    replica.step(polls[0], Outcome::pending(), 0.1);
    replica.step(polls[1], refused(30.0), 0.2);
    let ask = replica.ask(0.3);
    assert_eq!((ask.served, ask.refused, ask.failed, ask.hint), (1, 1, 0, Some(seconds(30.0))));
    assert_eq!((ask.hold, ask.latency), (seconds(29.9), seconds(0.1)));
    replica.fleet.ask_failed(replica.upstream, Duration::ZERO, seconds(0.4));
    replica.step(polls[2], Outcome::transient("503"), 0.4);
    let again = replica.ask(0.4);
    assert_eq!((again.served, again.refused, again.failed, again.hint), (1, 1, 1, Some(seconds(30.0))));
    assert_eq!(again.hold, seconds(29.8));
    let grant = Grant::known(&again, 0, seconds(29.8), seconds(0.1), seconds(29.8));
    replica.fleet.grant(replica.upstream, &grant, seconds(0.4));
    replica.fleet.slow_down(replica.upstream, Some(seconds(100.0)), seconds(1.0));
    let new = replica.ask(1.0);
    assert_eq!((new.served, new.refused, new.failed, new.hint), (0, 1, 0, Some(seconds(100.0))));
}

#[test]
fn an_ask_that_nobody_answers_is_repeated_after_five_seconds() {
    let mut replica = Replica::of(1);
    let ask = replica.ask(1.0);
    assert_eq!(replica.until_ask(1.0), Some(5.0));
    assert_eq!(replica.fleet.ask(replica.upstream, seconds(5.9)), None);
    let again = replica.ask(6.0);
    assert_eq!(again.wanted, 1);
    replica.grant(&ask, (1, 0.0, 1.0), 6.0);
    // It has failed, and so this fleet goes on alone.
    let _poll = replica.send(6.0);
}

#[test]
fn while_nobody_answers_it_goes_on_at_half_of_its_rate() {
    let mut replica = Replica::of(500);
    // Ten a second, for six seconds.
    for second in 0..6 {
        let ask = replica.ask(f64::from(second));
        replica.grant(&ask, (10, 0.0, 0.1), f64::from(second));
        for tenth in 0..10 {
            let _poll = replica.send(f64::from(second) + f64::from(tenth) / 10.0);
        }
    }
    let _ask = replica.ask(6.0);
    replica.assert_waits(6.9);
    replica.fleet.ask_failed(replica.upstream, seconds(1.0), seconds(7.0));
    let poll = replica.send(7.0);
    let wait = replica.fleet.until_next(seconds(7.0)).unwrap();
    // Sixty in six seconds, which end a second after the last were granted.
    assert!((0.15..=0.25).contains(&wait.as_secs_f64()), "{wait:?}");
    // A refusal halves it.
    replica.step(poll, Outcome::throttled("429"), 7.0);
    assert_eq!(replica.fleet.until_next(seconds(7.0)), Some(wait * 2));
    // A grant ends it.
    let ask = replica.ask(8.0);
    assert_eq!(ask.refused, 1);
    let _alone = replica.send(8.0);
    replica.grant(&ask, (0, 0.0, 0.1), 8.0);
    replica.assert_waits(20.0);
}

#[test]
fn it_polls_once_in_ten_seconds_at_least() {
    let mut replica = Replica::of(9);
    let _ask = replica.ask(0.0);
    replica.fleet.ask_failed(replica.upstream, seconds(60.0), seconds(1.0));
    let _first = replica.send(1.0);
    replica.assert_waits(10.9);
    let second = replica.send(11.0);
    replica.step(second, Outcome::throttled("429"), 11.0);
    replica.assert_waits(20.9);
    let _third = replica.send(21.0);
    assert_eq!(replica.until_ask(21.0), Some(40.0), "it was told to ask no more for a minute");
}

#[test]
fn slots_are_asked_for_before_a_poll_is_due() {
    let mut replica = Replica::of(1);
    let ask = replica.ask(0.0);
    // The round trip takes a tenth of a second.
    replica.grant(&ask, (1, 0.0, 0.1), 0.1);
    let poll = replica.send(0.1);
    replica.step(poll, Outcome::pending(), 1.0);
    assert_eq!(replica.fleet.until_next(seconds(1.0)), None, "it is due at 6 s, and there is no slot");
    assert_eq!(replica.until_ask(1.0), Some(4.75), "two round trips and 50 ms before that");
    let ask = replica.ask(5.75);
    assert_eq!((ask.due, ask.wanted), (0, 1));
    replica.grant(&ask, (1, 0.01, 0.1), 5.85);
    // The slot is early, and can be used when the poll is due.
    replica.assert_waits(5.99);
    let _poll = replica.send(6.0);
}

#[test]
fn they_are_asked_for_four_times_a_second_at_most_unless_there_is_news() {
    let mut replica = Replica::of(9);
    let ask = replica.ask(0.0);
    replica.grant(&ask, (1, 0.0, 0.1), 0.0);
    let poll = replica.send(0.0);
    assert_eq!(replica.until_ask(0.1), Some(0.15));
    replica.step(poll, refused(5.0), 0.1);
    assert_eq!(replica.ask(0.1).hold, seconds(5.0));
}

#[test]
fn no_more_slots_are_asked_for_than_polls_may_be_in_flight() {
    let mut replica = Replica::new(shared().in_flight(3), exact(), 9);
    let ask = replica.ask(0.0);
    assert_eq!((ask.due, ask.wanted), (3, 3));
    replica.grant(&ask, (3, 0.0, 0.1), 0.0);
    let first = replica.send(0.0);
    let _others = [replica.send(0.1), replica.send(0.2)];
    assert_eq!(replica.until_ask(0.3), None, "nothing could be sent");
    replica.step(first, Outcome::pending(), 0.4);
    let ask = replica.ask(0.4);
    // There is room for one now, and the three come back 4.125 times in half a second and 50 ms, of which an answer takes 0.4 s.
    assert_eq!((ask.due, ask.wanted, ask.served), (6, 6, 1));
}

#[test]
fn a_hold_is_told_to_all_and_ended_for_all() {
    let limits = shared().build().unwrap();
    let mut pace = SharedPace::new(Duration::ZERO);
    let (mut one, mut other) = (Replica::of(2), Replica::of(2));
    let turn = |replica: &mut Replica, pace: &mut SharedPace, now: f64| {
        let ask = replica.ask(now);
        let grant = pace.admit(&limits, &ask, seconds(now));
        replica.fleet.grant(replica.upstream, &grant, seconds(now));
    };
    turn(&mut one, &mut pace, 0.0);
    let poll = one.send(0.0);
    one.step(poll, refused(60.0), 0.0);
    turn(&mut one, &mut pace, 0.0);
    turn(&mut other, &mut pace, 1.0);
    assert_eq!([one.held(1.0), other.held(1.0)], [seconds(59.0); 2]);
    // One of them looks in again, for it may have been ended.
    assert_eq!(other.until_ask(1.0), Some(10.0));
    other.assert_waits(4.0);
    one.fleet.resume(one.upstream, seconds(5.0));
    assert_eq!([one.held(5.0), other.held(5.0)], [seconds(0.0), seconds(55.0)]);
    turn(&mut one, &mut pace, 5.0);
    turn(&mut other, &mut pace, 11.0);
    assert_eq!((pace.epoch(), other.held(11.0)), (2, Duration::ZERO));
    let _poll = other.send(11.0);
}

#[test]
fn a_hold_ends_early_if_it_was_ended_by_hand_and_not_by_a_cut() {
    let mut replica = Replica::of(2);
    replica.fleet.slow_down(replica.upstream, Some(seconds(60.0)), Duration::ZERO);
    for (now, epoch, resumed, held, cuts) in [(0.0, 1, false, 60.0, 0), (10.0, 2, false, 50.0, 1), (20.0, 3, true, 0.0, 1)] {
        let ask = replica.ask(now);
        let mut grant = Grant::known(&ask, 0, Duration::ZERO, seconds(0.1), Duration::ZERO);
        (grant.epoch, grant.resumed, grant.again) = (epoch, resumed, seconds(10.0));
        replica.fleet.grant(replica.upstream, &grant, seconds(now));
        let status = replica.fleet.status(replica.upstream, seconds(now));
        assert_eq!((status.held, status.cuts), (seconds(held), cuts), "after {now} s");
    }
}

#[test]
fn with_the_slots_of_two_grants_in_hand_it_asks_for_no_more() {
    let mut replica = Replica::of(50);
    for now in [0.0, 0.5] {
        let ask = replica.ask(now);
        replica.grant(&ask, (5, 0.5, 0.1), now);
    }
    assert_eq!(replica.until_ask(0.5), None);
    let polls = [0.5, 0.6, 0.7, 0.8].map(|now| replica.send(now));
    assert_eq!(replica.until_ask(0.8), None);
    let _last = replica.send(0.9);
    assert_eq!(replica.until_ask(0.9), Some(0.1), "half a second before those of the second have passed");
    replica.step(polls[0], Outcome::throttled("429"), 0.9);
    // What is granted then is kept beside the second.
    let ask = replica.ask(0.9);
    replica.grant(&ask, (2, 3.0, 0.1), 0.9);
    for now in [1.0, 1.1, 1.2, 1.3, 1.4, 3.9, 4.0] {
        let _poll = replica.send(now);
    }
    replica.assert_waits(5.0);
}

#[test]
fn a_third_grant_drops_the_oldest_slots_of_two_in_hand() {
    let mut replica = Replica::of(50);
    let ask = replica.ask(0.0);
    replica.grant(&ask, (5, 0.0, 0.1), 0.0);
    let poll = replica.send(0.0);
    let ask = replica.ask(0.25);
    replica.grant(&ask, (5, 1.0, 0.1), 0.25);
    // There is news, and so it asks.
    replica.step(poll, Outcome::throttled("429"), 0.25);
    let ask = replica.ask(0.25);
    replica.grant(&ask, (1, 2.0, 0.1), 0.25);
    replica.assert_waits(1.2);
    for now in [1.25, 1.35, 1.45, 1.55, 1.65, 2.25] {
        let _poll = replica.send(now);
    }
    replica.assert_waits(3.0);
}

#[test]
fn a_refusal_after_the_end_of_a_hold_is_obeyed() {
    let limits = shared().build().unwrap();
    let mut pace = SharedPace::new(Duration::ZERO);
    let mut replica = Replica::of(2);
    replica.fleet.slow_down(replica.upstream, Some(seconds(60.0)), Duration::ZERO);
    let ask = replica.ask(0.0);
    let grant = pace.admit(&limits, &ask, Duration::ZERO);
    replica.fleet.grant(replica.upstream, &grant, Duration::ZERO);
    replica.fleet.resume(replica.upstream, seconds(1.0));
    replica.fleet.slow_down(replica.upstream, Some(seconds(20.0)), seconds(2.0));
    let ask = replica.ask(2.0);
    assert_eq!((ask.resume, ask.hold), (true, seconds(20.0)));
    let grant = pace.admit(&limits, &ask, seconds(2.0));
    replica.fleet.grant(replica.upstream, &grant, seconds(2.0));
    assert_eq!((grant.held, replica.held(2.0)), (seconds(20.0), seconds(20.0)));
}

#[test]
fn a_grant_under_way_does_not_bring_back_a_hold_that_the_caller_has_ended() {
    let mut replica = Replica::of(2);
    let ask = replica.ask(0.0);
    replica.fleet.resume(replica.upstream, seconds(0.1));
    let held = seconds(60.0);
    let grant = Grant::known(&ask, 0, held, seconds(0.1), held);
    replica.fleet.grant(replica.upstream, &grant, seconds(0.2));
    assert_eq!(replica.held(0.2), Duration::ZERO);
    let ask = replica.ask(0.2);
    assert_eq!((ask.resume, ask.hold), (true, Duration::ZERO));
    // If nobody has ended it, it holds.
    let grant = Grant::known(&ask, 0, held, seconds(0.1), held);
    replica.fleet.grant(replica.upstream, &grant, seconds(0.3));
    assert_eq!(replica.held(0.3), held);
}

#[test]
fn what_is_left_of_a_quota_is_reported() {
    let mut replica = Replica::of(1);
    replica.fleet.quota(replica.upstream, 30, Some(seconds(60.0)), Duration::ZERO);
    let ask = replica.ask(20.0);
    assert_eq!(ask.quota, Some((20, seconds(40.0))), "a third of it is used by others meanwhile");
    replica.fleet.ask_failed(replica.upstream, Duration::ZERO, seconds(21.0));
    let ask = replica.ask(30.0);
    assert_eq!(ask.quota, Some((15, seconds(30.0))));
    replica.grant(&ask, (0, 0.0, 1.0), 30.0);
    assert_eq!(replica.ask(31.0).quota, None);
}

#[test]
fn the_latency_is_that_of_the_first_poll_of_an_epoch_that_is_served() {
    let mut replica = Replica::new(shared().find_pace(true), exact().no_max_wait(), 9);
    let ask = replica.ask(0.0);
    replica.grant(&ask, (9, 0.0, 0.001), 0.0);
    let failed = replica.send(0.0);
    replica.step(failed, Outcome::transient("503"), 0.0);
    let served = replica.send(0.5);
    // At the same reading of a clock: that tells nothing.
    replica.step(served, Outcome::pending(), 0.5);
    let served = replica.send(1.0);
    replica.step(served, Outcome::pending(), 1.3);
    let served = replica.send(1.5);
    replica.step(served, Outcome::pending(), 2.0);
    replica.fleet.slow_down(replica.upstream, None, seconds(2.0));
    assert_eq!(replica.ask(2.0).latency, seconds(0.3));
}

#[test]
fn nothing_is_asked_for_in_a_pause() {
    let mut replica = Replica::of(2);
    replica.fleet.pause(replica.upstream, Duration::ZERO);
    assert_eq!((replica.until_ask(0.0), replica.fleet.ask(replica.upstream, Duration::ZERO)), (None, None));
    replica.fleet.resume(replica.upstream, seconds(1.0));
    let ask = replica.ask(1.0);
    replica.grant(&ask, (2, 0.0, 0.1), 1.0);
    let _poll = replica.send(1.0);
    replica.fleet.pause(replica.upstream, seconds(1.1));
    replica.assert_waits(1.1);
    replica.fleet.resume(replica.upstream, seconds(1.2));
    let _poll = replica.send(1.2);
}

#[test]
fn a_server_that_is_down_is_said_to_be() {
    let mut replica = Replica::new(shared().find_pace(true), exact().no_max_wait(), 20);
    let ask = replica.ask(0.0);
    replica.grant(&ask, (20, 0.0, 0.001), 0.0);
    for number in 0..16 {
        let now = f64::from(number) / 1_000.0;
        let poll = replica.send(now);
        replica.step(poll, Outcome::transient("503"), now);
    }
    let status = replica.fleet.status(replica.upstream, seconds(0.5));
    assert_eq!((replica.fleet.until_next(seconds(0.5)), status.slowed_by), (Some(seconds(0.515)), Some(Slow::Down)));
}

#[test]
fn who_turns_it_on_and_off_keeps_what_is_in_flight() {
    let mut replica = Replica::of(4);
    let ask = replica.ask(0.0);
    replica.grant(&ask, (2, 0.0, 0.1), 0.0);
    let first = replica.send(0.0);
    let alone = shared().shared(false).build().unwrap();
    replica.fleet.set_limits(replica.upstream, alone, seconds(0.01));
    assert_eq!((replica.until_ask(0.01), replica.fleet.ask(replica.upstream, seconds(0.01))), (None, None));
    let second = replica.send(0.01);
    replica.fleet.set_limits(replica.upstream, shared().build().unwrap(), seconds(0.02));
    replica.assert_waits(0.2);
    assert_eq!(replica.fleet.in_flight(), 2);
    replica.step(first, Outcome::pending(), 0.2);
    replica.step(second, refused(3.0), 0.2);
    let ask = replica.ask(0.2);
    assert_eq!((ask.epoch, ask.served, ask.refused, ask.hold), (0, 1, 1, seconds(3.0)));
}

#[test]
fn who_waits_for_a_slot_ends_at_its_deadline() {
    let mut replica = Replica::new(shared(), exact().max_wait(seconds(30.0)), 1);
    assert_eq!(replica.fleet.until_next(Duration::ZERO), Some(seconds(30.0)));
    replica.assert_waits(29.9);
    match replica.fleet.next_due(seconds(30.0)) {
        Some(Due::Ended(_, gave_up)) => assert_eq!((gave_up.reason, gave_up.polls), (Reason::MaxWait, 0)),
        other => panic!("it has waited for its slot until its deadline: {other:?}"),
    }
    assert_eq!(replica.until_ask(30.0), None);
}

#[test]
fn the_polls_of_a_batch_share_a_slot() {
    let mut replica = Replica::of(5);
    let ask = replica.ask(0.0);
    replica.grant(&ask, (2, 0.0, 1.0), 0.0);
    let poll = replica.send(0.0);
    assert_eq!(replica.fleet.batch(poll, 4, Duration::ZERO).len(), 4);
    replica.assert_waits(0.9);
    let _last = replica.send(1.0);
    assert_eq!(replica.fleet.in_flight(), 2, "a request each");
}

#[test]
fn a_poll_whose_answer_is_not_waited_for_any_more_failed() {
    let mut replica = Replica::new(shared().find_pace(true).answer_within(seconds(10.0)), exact().no_max_wait(), 1);
    let ask = replica.ask(0.0);
    replica.grant(&ask, (1, 0.0, 1.0), 0.0);
    let _unanswered = replica.send(0.0);
    assert_eq!(replica.fleet.until_next(Duration::ZERO), Some(seconds(10.0)));
    replica.assert_waits(10.0);
    assert_eq!(replica.ask(15.0).failed, 1);
}

#[test]
fn who_is_granted_less_than_it_wants_asks_again_half_a_second_before_the_next_is_free() {
    let mut replica = Replica::of(50);
    let ask = replica.ask(0.0);
    replica.grant(&ask, (10, 0.0, 0.1), 0.0);
    assert_eq!(replica.until_ask(0.0), Some(0.5));
    let ask = replica.ask(0.5);
    assert_eq!((ask.due, ask.wanted), (40, 40), "those in hand are not asked for again");
    replica.grant(&ask, (10, 0.5, 0.1), 0.5);
    for tenth in 0..20 {
        let _poll = replica.send(f64::from(tenth) / 10.0);
    }
}

#[test]
fn a_hold_does_not_grow_by_being_told_again() {
    let limits = shared().build().unwrap();
    let mut pace = SharedPace::new(Duration::ZERO);
    let mut replicas = [Replica::of(2), Replica::of(2)];
    replicas[0].fleet.slow_down(replicas[0].upstream, Some(seconds(100.0)), Duration::ZERO);
    // The way there and the way back take two tenths of a second each.
    let way = 0.2;
    for tenths in 0..1_000 {
        let now = f64::from(tenths) / 10.0;
        for replica in &mut replicas {
            if let Some(ask) = replica.fleet.ask(replica.upstream, seconds(now)) {
                let grant = pace.admit(&limits, &ask, seconds(now + way));
                replica.fleet.grant(replica.upstream, &grant, seconds(now + 2.0 * way));
            }
        }
    }
    let ends = 100.0 + pace.held(seconds(100.0)).as_secs_f64();
    assert!((100.0..=100.0 + way).contains(&ends), "it ends at {ends} s");
    // A row that was lost is told of it.
    let mut replica = Replica::of(1);
    replica.fleet.slow_down(replica.upstream, Some(seconds(100.0)), Duration::ZERO);
    let ask = replica.ask(0.0);
    let grant = SharedPace::new(Duration::ZERO).admit(&limits, &ask, Duration::ZERO);
    replica.fleet.grant(replica.upstream, &grant, Duration::ZERO);
    let ask = replica.ask(10.0);
    assert_eq!(ask.hold, seconds(89.0));
    let mut lost = SharedPace::new(Duration::ZERO);
    assert_eq!(lost.admit(&limits, &ask, seconds(7.0)).held, seconds(89.0));
}

#[test]
fn a_statement_that_knows_of_no_holds_ends_none() {
    let mut replica = Replica::of(3);
    for (now, held) in [(0.0, 30.0), (1.0, 29.0), (2.0, 28.0)] {
        if now == 0.0 {
            replica.fleet.slow_down(replica.upstream, Some(seconds(30.0)), Duration::ZERO);
        } else {
            replica.fleet.slow_down(replica.upstream, None, seconds(now));
        }
        let ask = replica.ask(now);
        replica.grant(&ask, (3, 0.0, 0.1), now);
        assert_eq!(replica.held(now), seconds(held));
        replica.assert_waits(now);
    }
}
