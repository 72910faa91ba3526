//! The deadline and the last wait before it.

use asyncpoll::{Decision, Jitter, Outcome, Policy, Poller, Reason, WaitKind};

use crate::support::{Shape, Tape, exact, polls_while_pending, seconds, start, step};

#[test]
fn without_jitter_the_last_poll_is_made_at_the_deadline() {
    let (polls, end) = polls_while_pending(&mut start(exact(), Tape::none()));
    assert_eq!(polls, [0.0, 5.0, 20.0, 65.0, 200.0, 500.0, 600.0].map(seconds));
    assert_eq!(end, Shape::GaveUp(Reason::MaxWait));
}

#[test]
fn a_wait_that_ends_at_the_deadline_is_the_last() {
    // 5 + 15 = 20.
    timetable!(start(exact().max_wait(seconds(20.0)), Tape::none());
        at 0.0: pending => Sleep 5.0;
        at 5.0: pending => Sleep 15.0;
        at 20.0: pending => GaveUp MaxWait;
    );
}

#[test]
fn after_the_last_wait_one_more_outcome_ends_it_even_if_the_timer_fires_early() {
    timetable!(start(exact().max_wait(seconds(20.0)), Tape::none());
        at 0.0: pending => Sleep 5.0;
        at 5.0: pending => Sleep 15.0;
        at 5.1: pending => GaveUp MaxWait;
    );
}

#[test]
fn good_news_at_the_last_poll_is_taken() {
    timetable!(start(exact().max_wait(seconds(3.0)), Tape::none());
        at 0.0: pending => Sleep 3.0;
        at 3.5: done => Done;
    );
}

#[test]
fn the_deadline_is_checked_with_at_least() {
    timetable!(start(exact(), Tape::none());
        at 599.999_999_999: pending => Sleep 0.000_000_001;
    );
    timetable!(start(exact(), Tape::none());
        at 600.0: pending => GaveUp MaxWait;
    );
    timetable!(start(exact(), Tape::none());
        at 6000.0: transient => GaveUp MaxWait;
    );
}

#[test]
fn the_last_wait_is_drawn_from_the_last_of_what_is_left() {
    // Of 100 s left it would be 20 s, but never more than initial_wait, 5 s; of 10 s it is 2 s; of 2 s the least, 1 s.
    for (at, earliest, latest) in [(500.0, 95.0, 100.0), (590.0, 8.0, 10.0), (598.0, 1.0, 2.0), (599.5, 1e-9, 0.5)] {
        for (tape, expected) in [(Tape::lowest(), earliest), (Tape::highest(), latest)] {
            let mut poller = start(Policy::builder().multiplier(1000, 1), tape);
            poller.set_backoff(seconds(300.0));
            assert_eq!(step(&mut poller, Outcome::pending(), seconds(at)), Shape::Sleep(seconds(expected)), "at {at} s");
            assert_eq!(poller.wait_kind(), Some(WaitKind::Last));
            assert_eq!(step(&mut poller, Outcome::pending(), seconds(at + 0.1)), Shape::GaveUp(Reason::MaxWait));
        }
    }
}

#[test]
fn the_last_wait_takes_a_second_draw() {
    // The first draw makes it the last, the second is in the middle of [95, 100].
    let tape = Tape::new([u64::MAX, 1 << 63]);
    let draws = tape.draws();
    let mut poller = start(Policy::builder(), tape);
    poller.set_backoff(seconds(300.0));
    assert_eq!(step(&mut poller, Outcome::pending(), seconds(500.0)), Shape::Sleep(seconds(97.5)));
    assert_eq!(draws.get(), 2);
}

#[test]
fn the_least_spread_of_the_last_wait_is_initial_waits() {
    // q is 10 %: a tenth of the 2 s left is 0.2 s, a tenth of initial_wait 0.5 s; it is never more than what is left.
    let builder = Policy::builder().jitter(Jitter::PlusMinus(10));
    for (at, earliest, latest) in [(598.0, 1.5, 2.0), (599.7, 1e-9, 0.3), (560.0, 36.0, 40.0), (400.0, 195.0, 200.0)] {
        for (tape, expected) in [(Tape::lowest(), earliest), (Tape::highest(), latest)] {
            let mut poller = start(builder, tape);
            poller.set_backoff(seconds(300.0));
            assert_eq!(step(&mut poller, Outcome::pending(), seconds(at)), Shape::Sleep(seconds(expected)), "at {at} s");
        }
    }
}

#[test]
fn the_spread_is_of_max_wait_where_that_is_below_initial_wait() {
    // A fifth of max_wait, 0.2 s, not of initial_wait, 1 s.
    for (tape, expected) in [(Tape::lowest(), 0.8), (Tape::highest(), 1.0)] {
        let mut poller = start(Policy::builder().max_wait(seconds(1.0)), tape);
        assert_eq!(step(&mut poller, Outcome::pending(), seconds(0.0)), Shape::Sleep(seconds(expected)));
    }
}

#[test]
fn a_wait_that_would_end_just_before_the_deadline_is_made_the_last() {
    // The least spread is 1 s. At 594.99 s the lowest wait, 4 s, ends at 598.99 s: early enough for another poll after it.
    let mut poller = start(Policy::builder(), Tape::lowest());
    assert_eq!(step(&mut poller, Outcome::pending(), seconds(594.99)), Shape::Sleep(seconds(4.0)));
    // At 595 s it would end at 599 s, so this is the last wait, drawn from [4, 5]: a fifth of the 5 s left.
    let mut poller = start(Policy::builder(), Tape::lowest());
    assert_eq!(step(&mut poller, Outcome::pending(), seconds(595.0)), Shape::Sleep(seconds(4.0)));
    assert_eq!(step(&mut poller, Outcome::pending(), seconds(599.0)), Shape::GaveUp(Reason::MaxWait));
}

#[test]
fn a_hint_bounds_the_last_wait_from_below() {
    for (tape, expected) in [(Tape::lowest(), 95.0), (Tape::highest(), 100.0)] {
        let mut poller = start(Policy::builder(), tape);
        let decision = step(&mut poller, Outcome::pending().retry_after(seconds(95.0)), seconds(500.0));
        assert_eq!(decision, Shape::Sleep(seconds(expected)));
    }
}

#[test]
fn max_wait_may_come_a_fifth_early() {
    let mut poller = start(Policy::builder().initial_wait(seconds(300.0)), Tape::lowest());
    assert_eq!(step(&mut poller, Outcome::pending(), seconds(0.0)), Shape::Sleep(seconds(240.0)));
    assert_eq!(step(&mut poller, Outcome::pending(), seconds(300.0)), Shape::Sleep(seconds(240.0)));
    assert_eq!(step(&mut poller, Outcome::pending(), seconds(540.0)), Shape::GaveUp(Reason::MaxWait));
    assert_eq!(poller.remaining(seconds(540.0)), Some(seconds(60.0)));
}

#[test]
fn the_shortest_max_wait_allows_two_polls() {
    timetable!(start(Policy::builder().max_wait(seconds(1e-9)), Tape::highest());
        at 0.0: pending => Sleep 0.000_000_001;
        at 0.000_000_001: pending => GaveUp MaxWait;
    );
}

#[test]
fn a_wait_that_cannot_reach_the_deadline_leaves_room_for_a_last_one() {
    // At 594 s, 6 s are left. The ladder gives [4, 5], truncated so that more than 1 s is left after it.
    for (tape, expected) in [(Tape::lowest(), 4.0), (Tape::highest(), 4.999_999_999)] {
        let mut poller = start(Policy::builder().max_backoff(seconds(5.0)), tape);
        assert_eq!(step(&mut poller, Outcome::pending(), seconds(594.0)), Shape::Sleep(seconds(expected)));
        let last = step(&mut poller, Outcome::pending(), seconds(594.0 + expected));
        assert!(matches!(last, Shape::Sleep(_)), "the last wait follows: {last:?}");
    }
    // Nor is a hint of 10 s lengthened to leave too little of the 12.5 s that are left: [10, 12] ends before 11.5.
    let mut poller = start(Policy::builder(), Tape::highest());
    let decision = step(&mut poller, Outcome::pending().retry_after(seconds(10.0)), seconds(587.5));
    assert_eq!(decision, Shape::Sleep(seconds(11.499_999_999)));
}

#[test]
fn where_no_room_can_be_left_the_last_wait_is_no_longer_than_the_wait_it_replaces_may_be() {
    // A hint of 11.6 s has [11.6, 13.92] by jitter, of which 12.5 s are left; without jitter it is 11.6 s alone.
    for (tape, expected) in [(Tape::lowest(), 11.6), (Tape::highest(), 12.5)] {
        let mut poller = start(Policy::builder(), tape);
        let decision = step(&mut poller, Outcome::pending().retry_after(seconds(11.6)), seconds(587.5));
        assert_eq!(decision, Shape::Sleep(seconds(expected)));
        assert_eq!(step(&mut poller, Outcome::pending(), seconds(599.1)), Shape::GaveUp(Reason::MaxWait));
    }
}

#[test]
fn a_window_with_too_little_that_is_not_the_last_has_nothing_that_is_not() {
    // The least spread is 1 s. Of [4, 5], as much ends early enough with 6 s left, and a nanosecond less a nanosecond later.
    let at = |left: f64, tape| {
        let mut poller = start(Policy::builder().max_backoff(seconds(5.0)), tape);
        (step(&mut poller, Outcome::pending(), seconds(600.0 - left)), poller.wait_kind())
    };
    let last = Some(WaitKind::Last);
    assert_eq!(at(6.0, Tape::lowest()), (Shape::Sleep(seconds(4.0)), Some(WaitKind::Ladder)));
    assert_eq!(at(5.999_999_999, Tape::lowest()), (Shape::Sleep(seconds(4.0)), last));
    assert_eq!(at(5.999_999_999, Tape::highest()), (Shape::Sleep(seconds(5.0)), last));
    assert_eq!(at(5.2, Tape::lowest()), (Shape::Sleep(seconds(4.0)), last), "the window may start before the last 1.04 s");
    assert_eq!(at(4.9, Tape::lowest()), (Shape::Sleep(seconds(3.9)), last), "or after");
    // So it is where the window reaches the deadline: [4, 6] with 5.9 s left.
    let mut poller = start(Policy::builder(), Tape::lowest());
    assert_eq!(step(&mut poller, Outcome::pending(), seconds(594.1)), Shape::Sleep(seconds(4.0)));
    assert_eq!(poller.wait_kind(), last);
}

#[test]
fn under_the_default_policy_little_of_max_wait_is_left_unused() {
    let policy = Policy::builder().build().unwrap();
    let unused = |seed| {
        let mut poller = Poller::seeded(policy, seed, seconds(0.0));
        let mut now = seconds(0.0);
        while let Decision::Sleep(wait) = poller.step(Outcome::<()>::pending(), now) {
            now += wait;
        }
        (seconds(600.0) - now).as_secs_f64()
    };
    let unused: Vec<f64> = (0..10_000).map(unused).collect();
    let (mean, worst) = (unused.iter().sum::<f64>() / 10_000.0, unused.iter().copied().fold(0.0, f64::max));
    assert!((2.4..2.6).contains(&mean) && worst <= 5.0, "{mean} s in the mean, {worst} s at worst");
}
