//! The pace that a fleet finds, in numbers worked out by hand; and how what is in flight grows.

use asyncpoll::{
    Fleet, Outcome, Policy,
    fleet::{Id, Limits, LimitsBuilder, Upstream},
};
use core::time::Duration;

use crate::support::{Tape, exact, next_poll, seconds};

pub(super) fn limits(builder: LimitsBuilder) -> Limits {
    builder.build().unwrap()
}

/// No bound on what is in flight, and every refusal cuts.
fn unforgiving() -> Limits {
    limits(Limits::builder().no_in_flight().no_forgive())
}

/// A fleet of one upstream with 1,000 operations that wait a second at least.
pub(super) struct Upstreamed {
    pub(super) fleet: Fleet<Duration, Tape>,
    pub(super) upstream: Upstream,
    pub(super) now: Duration,
}

impl Upstreamed {
    pub(super) fn new(limits: Limits) -> Self {
        let mut fleet = Fleet::new(Tape::lowest(), Duration::ZERO);
        let upstream = fleet.add_upstream(limits);
        let policy: Policy = exact().initial_wait(seconds(1.0)).no_max_wait().build().unwrap();
        for _ in 0..1_000 {
            fleet.start(upstream, policy, Duration::ZERO);
        }
        Self { fleet, upstream, now: Duration::ZERO }
    }

    pub(super) fn send(&mut self) -> Id {
        next_poll(&mut self.fleet, self.now).expect("a poll is due").id
    }

    pub(super) fn served(&mut self, id: Id) {
        let _wait = self.fleet.step(id, Outcome::<()>::pending(), self.now);
    }

    pub(super) fn refused(&mut self, id: Id, hint: f64) {
        let _wait = self.fleet.step(id, Outcome::<(), _>::throttled(()).retry_after(seconds(hint)), self.now);
    }

    pub(super) fn failed(&mut self, id: Id) {
        let _wait = self.fleet.step(id, Outcome::<(), _>::transient("500"), self.now);
    }

    /// Has polls served, one a second, until that is known to be the rate.
    pub(super) fn serve_one_a_second(&mut self) {
        for _ in 0..4 {
            let id = self.send();
            self.served(id);
            self.pass(seconds(1.0));
        }
    }

    /// Has every poll served that may be made in this time.
    fn serve_for(&mut self, time: Duration) {
        let start = self.now;
        while self.now - start < time {
            self.serve(1);
        }
    }

    /// Has so many polls served, each as soon as it may be made.
    pub(super) fn serve(&mut self, polls: usize) {
        for _ in 0..polls {
            let id = self.send_next();
            self.served(id);
        }
    }

    /// Sends the next poll as soon as it may be made.
    pub(super) fn send_next(&mut self) -> Id {
        self.pass(self.fleet.until_next(self.now).expect("a poll is due"));
        self.send()
    }

    pub(super) fn spacing(&self) -> Option<Duration> {
        self.fleet.status(self.upstream, self.now).spacing
    }

    pub(super) fn pass(&mut self, by: Duration) {
        self.now += by;
    }
}

#[test]
fn no_refusal_no_pace() {
    let mut it = Upstreamed::new(limits(Limits::builder().no_in_flight()));
    for _ in 0..500 {
        let id = it.send();
        it.served(id);
    }
    assert_eq!(it.spacing(), None);
    let id = it.send();
    let _wait = it.fleet.step(id, Outcome::<(), _>::transient(()), it.now);
    assert_eq!(it.spacing(), None, "an error without a hint is no refusal");
}

#[test]
fn the_first_refusal_leaves_six_tenths_of_the_rate_served() {
    let mut it = Upstreamed::new(limits(Limits::builder().no_in_flight()));
    for _ in 0..60 {
        let id = it.send();
        it.served(id);
        it.pass(seconds(0.04));
    }
    let id = it.send();
    it.refused(id, 30.0);
    // 60 in 2.4 s are one in 40 ms, and ten sixths of that are the time between two.
    assert_eq!(it.spacing(), Some(Duration::from_nanos(66_666_667)));
}

#[test]
fn the_rate_is_the_highest_of_some_seconds() {
    for waits in [[(1.0, 20), (0.05, 150)], [(0.05, 150), (1.0, 20)]] {
        let mut it = Upstreamed::new(limits(Limits::builder().no_in_flight()));
        for (wait, count) in waits {
            for _ in 0..count {
                let id = it.send();
                it.served(id);
                it.pass(seconds(wait));
            }
        }
        let id = it.send();
        it.refused(id, 30.0);
        let spacing = it.spacing().unwrap();
        assert!((seconds(0.05) * 10 / 6..seconds(0.06) * 10 / 6).contains(&spacing), "{waits:?}: {spacing:?}");
    }
}

#[test]
fn the_last_seconds_are_three_at_least() {
    let mut it = Upstreamed::new(limits(Limits::builder().no_in_flight()));
    for (polls, wait) in [(10, 1.5), (1, 1.1), (1, 0.3)] {
        for _ in 0..polls {
            let id = it.send();
            it.served(id);
        }
        it.pass(seconds(wait));
    }
    let id = it.send();
    it.refused(id, 30.0);
    // Twelve in 2.9 s.
    assert_eq!(it.spacing(), Some(Duration::from_nanos(402_777_777)));
}

#[test]
fn a_rate_is_measured_over_a_second_at_least_and_a_poll_a_second_where_none_was_served() {
    let mut it = Upstreamed::new(limits(Limits::builder().no_in_flight()));
    for _ in 0..60 {
        let id = it.send();
        it.served(id);
    }
    let id = it.send();
    it.refused(id, 30.0);
    assert_eq!(it.spacing(), Some(Duration::from_nanos(27_777_777)), "60 a second, were they spread over one");

    let mut it = Upstreamed::new(limits(Limits::builder().no_in_flight()));
    let id = it.send();
    it.refused(id, 30.0);
    assert_eq!(it.spacing(), Some(Duration::from_nanos(1_666_666_667)));
}

#[test]
fn later_refusals_leave_eight_tenths_but_for_polls_that_were_in_flight() {
    let mut it = Upstreamed::new(unforgiving());
    it.serve_one_a_second();
    let (one, other, third) = (it.send(), it.send(), it.send());
    it.refused(one, 0.0);
    let first = Duration::from_nanos(1_666_666_667);
    assert_eq!(it.spacing(), Some(first));
    it.refused(other, 0.0);
    it.fleet.slow_down(it.upstream, None, it.now);
    assert_eq!(it.spacing(), Some(first), "they were in flight at the cut");
    it.served(third);
    it.fleet.slow_down(it.upstream, None, it.now);
    assert_eq!(it.spacing(), Some(first), "nothing has been served since");

    it.pass(seconds(10.0));
    let id = it.send();
    it.served(id);
    it.fleet.slow_down(it.upstream, None, it.now);
    // A poll has waited for the pace, which so grew by one part in 4,357.
    assert_eq!(it.spacing(), Some(Duration::from_nanos(2_082_855_175)));
}

#[test]
fn a_refusal_that_asks_for_more_than_a_second_leaves_seven_tenths() {
    for (hint, tenths) in [(1.0, 8), (1.001, 7)] {
        let mut it = Upstreamed::new(unforgiving());
        it.serve_one_a_second();
        let id = it.send();
        it.refused(id, 0.0);
        it.serve(1);
        let before = it.spacing().unwrap();
        it.fleet.slow_down(it.upstream, Some(seconds(hint)), it.now);
        let after = it.spacing().unwrap();
        assert!(after.abs_diff(before * 10 / tenths) <= Duration::from_nanos(1), "{after:?} after {before:?} and {hint} s");
    }
}

#[test]
fn polls_released_or_cancelled_are_no_longer_in_flight() {
    let mut it = Upstreamed::new(unforgiving());
    let (one, other, third) = (it.send(), it.send(), it.send());
    it.refused(one, 0.0);
    it.fleet.release(other, it.now);
    it.fleet.cancel(third, it.now);
    it.pass(seconds(10.0));
    let id = it.send();
    it.served(id);
    let before = it.spacing();
    it.fleet.slow_down(it.upstream, None, it.now);
    assert!(it.spacing() > before, "nobody is left who was in flight at the cut");
}

#[test]
fn while_a_server_refuses_everything_the_pace_stays() {
    let mut it = Upstreamed::new(limits(Limits::builder().no_in_flight()));
    for _ in 0..30 {
        let id = it.send();
        it.served(id);
    }
    let id = it.send();
    it.refused(id, 30.0);
    let cut = it.spacing();
    // For ten minutes.
    for _ in 0..20 {
        it.pass(seconds(30.0));
        let id = it.send();
        it.refused(id, 30.0);
        let spacing = it.spacing();
        assert!(spacing.is_some() && spacing <= cut, "{spacing:?} after {cut:?}");
    }
}

/// Asserts that a pace is twice what a cut left after so many seconds at it.
fn assert_doubles_after(doubling: f64, it: &mut Upstreamed) {
    let cut = it.spacing().unwrap();
    it.serve_for(seconds(doubling));
    let part = it.spacing().unwrap().div_duration_f64(cut);
    assert!((0.46..0.52).contains(&part), "{part} of {cut:?} after {doubling} s");
}

#[test]
fn it_doubles_in_66_seconds_or_20_hints_and_in_ten_minutes_at_most() {
    for (hint, doubling) in [(0.0, 66.0), (3.0, 66.0), (10.0, 200.0), (60.0, 600.0)] {
        let mut it = Upstreamed::new(limits(Limits::builder().no_in_flight()));
        it.serve_one_a_second();
        let id = it.send();
        it.refused(id, hint);
        it.serve(1);
        assert_doubles_after(doubling, &mut it);
    }
}

#[test]
fn it_doubles_in_32_latencies_if_those_are_longer() {
    for (latency, doubling) in [(2.0, 66.0), (5.0, 160.0), (100.0, 600.0)] {
        let mut it = Upstreamed::new(limits(Limits::builder().no_in_flight()));
        it.serve_one_a_second();
        let (first, before) = (it.send(), it.send());
        it.refused(first, 0.0);
        let id = it.send_next();
        it.pass(seconds(latency / 2.0));
        // What was in flight at the cut tells nothing of it, and nor does a refusal of another request meanwhile.
        it.fleet.slow_down(it.upstream, None, it.now);
        it.failed(before);
        it.pass(seconds(latency / 2.0));
        it.served(id);
        assert_doubles_after(doubling, &mut it);
    }
}

#[test]
fn how_long_a_server_serves_nobody_is_no_latency() {
    let failures: [fn(&mut Upstreamed, Id); 2] = [|it, id| it.refused(id, 0.0), Upstreamed::failed];
    for fails in failures {
        let mut it = Upstreamed::new(limits(Limits::builder().no_in_flight()));
        it.serve_one_a_second();
        let id = it.send();
        it.refused(id, 0.0);
        for _ in 0..100 {
            let id = it.send_next();
            fails(&mut it, id);
        }
        it.serve(1);
        assert_doubles_after(66.0, &mut it);
    }
}

#[test]
fn it_passes_no_limit() {
    let mut it = Upstreamed::new(limits(Limits::builder().no_in_flight().rate(1, seconds(1.0))));
    it.serve_one_a_second();
    let id = it.send();
    it.refused(id, 0.0);
    it.serve_for(seconds(600.0));
    assert_eq!(it.spacing(), Some(seconds(1.0)));
}

#[test]
fn a_pace_guessed_from_few_polls_doubles_in_ten_seconds_until_the_next_cut() {
    for (served, is_guess) in [(0, true), (15, true), (16, false)] {
        let mut it = Upstreamed::new(unforgiving());
        for _ in 0..served {
            let id = it.send();
            it.served(id);
        }
        let id = it.send();
        it.refused(id, 60.0);
        let cut = it.spacing().unwrap();
        it.serve(1);
        it.serve_for(seconds(10.0));
        let part = it.spacing().unwrap().div_duration_f64(cut);
        assert!(if is_guess { (0.4..0.6).contains(&part) } else { part > 0.97 }, "{part} of the first with {served} served");

        it.fleet.slow_down(it.upstream, None, it.now);
        let cut = it.spacing().unwrap();
        it.serve_for(seconds(10.0));
        let part = it.spacing().unwrap().div_duration_f64(cut);
        assert!(part > 0.97, "{part} of the second with {served} served");
    }
}

#[test]
fn it_stays_while_no_poll_waits_for_it() {
    let mut it = Upstreamed::new(limits(Limits::builder().no_in_flight()));
    let id = it.send();
    it.refused(id, 0.0);
    let cut = it.spacing();
    let due = next_poll(&mut it.fleet, it.now);
    assert_eq!(due, None);
    // All others end; what is left is due every few minutes.
    it.pass(seconds(10_000.0));
    while it.fleet.len() > 1 {
        let id = it.send();
        let _done = it.fleet.step(id, Outcome::<_>::Done(()), it.now);
        it.pass(seconds(2.0));
    }
    let after = it.spacing();
    assert!(after < cut, "the backlog made it grow");
    for _ in 0..50 {
        it.pass(it.fleet.until_next(it.now).unwrap());
        let id = it.send();
        it.served(id);
    }
    assert_eq!(it.spacing(), after);
}

#[test]
fn it_stays_while_nothing_is_served() {
    let mut it = Upstreamed::new(limits(Limits::builder().no_in_flight()));
    it.serve_one_a_second();
    it.fleet.slow_down(it.upstream, None, it.now);
    it.pass(seconds(1.0));
    let id = it.send();
    it.served(id);
    let cut = it.spacing();
    // For an hour every poll fails, and polls wait for the pace all the while.
    let mut fails = 0;
    while it.now < seconds(3_600.0) {
        it.pass(it.fleet.until_next(it.now).unwrap());
        let id = it.send();
        let _wait = it.fleet.step(id, Outcome::<(), _>::transient("500"), it.now);
        fails += 1;
    }
    assert!(fails > 1_000, "the pace is what keeps polls waiting");
    assert_eq!(it.spacing(), cut);
}

#[test]
fn what_was_sent_before_a_cut_does_not_raise_the_pace_after_it() {
    let mut it = Upstreamed::new(limits(Limits::builder().no_in_flight()));
    it.serve_one_a_second();
    let before: Vec<Id> = (0..500).map(|_| it.send()).collect();
    it.fleet.slow_down(it.upstream, None, it.now);
    let cut = it.spacing();
    it.pass(seconds(2.0));
    let first = it.send();
    it.pass(it.fleet.until_next(it.now).unwrap());
    let second = it.send();
    for id in before {
        it.served(id);
    }
    assert_eq!(it.spacing(), cut);
    // The two that were sent after it, of which the second has waited for the pace, raise it.
    it.served(first);
    it.served(second);
    assert!(it.spacing() < cut);
}

#[test]
fn what_is_in_flight_grows_by_an_eighth_a_second_while_all_of_it_is_used() {
    let mut it = Upstreamed::new(Limits::default());
    let mut bounds = Vec::new();
    for _ in 0..6 {
        for _ in 0..10 {
            let sent: Vec<Id> = core::iter::from_fn(|| next_poll(&mut it.fleet, it.now).map(|poll| poll.id)).collect();
            it.pass(seconds(0.1));
            for id in sent {
                it.served(id);
            }
        }
        bounds.push(it.fleet.status(it.upstream, it.now).most_in_flight.unwrap());
    }
    // At the end of each second one more, and then all that an eighth allows: up to 18, 21, 24, 27 and 31.
    assert_eq!(bounds, [17, 19, 22, 25, 28, 32]);
}

#[test]
fn a_bound_that_is_set_stays() {
    let mut it = Upstreamed::new(limits(Limits::builder().in_flight(3)));
    for _ in 0..100 {
        let sent: Vec<Id> = core::iter::from_fn(|| next_poll(&mut it.fleet, it.now).map(|poll| poll.id)).collect();
        assert!(sent.len() <= 3);
        it.pass(seconds(0.1));
        for id in sent {
            it.served(id);
        }
    }
    assert_eq!(it.fleet.status(it.upstream, it.now).most_in_flight, Some(3));
}
