//! `head_start`: how long the operation takes at least, and so the first wait alone, outside the ladder.

use asyncpoll::{Decision, Jitter, Outcome, Policy, Poller, Reason, WaitKind};

use crate::support::{Shape, Tape, every::JITTERS, exact, seconds, start, step};

#[test]
fn it_is_the_head_start_alone_and_the_ladder_starts_with_the_second() {
    timetable!(start(exact().head_start(seconds(90.0)), Tape::none());
        at 0.0: pending => Sleep 90.0;
        at 90.0: pending => Sleep 5.0;
        at 95.0: pending => Sleep 15.0;
    );
}

#[test]
fn the_limits_of_the_ladder_are_not_its_own() {
    timetable!(start(exact().head_start(seconds(400.0)), Tape::none());
        at 0.0: pending => Sleep 400.0;
        at 400.0: pending => Sleep 5.0;
    );
    timetable!(start(exact().head_start(seconds(0.001)), Tape::none());
        at 0.0: pending => Sleep 0.001;
        at 0.001: pending => Sleep 5.0;
    );
}

#[test]
fn a_hint_on_pending_takes_its_place_and_uses_it_up() {
    timetable!(start(exact().head_start(seconds(90.0)), Tape::none());
        at 0.0: pending(7.0) => Sleep 7.0;
        at 7.0: pending => Sleep 5.0;
    );
}

#[test]
fn on_a_transient_error_the_longer_of_hint_and_head_start_counts() {
    timetable!(start(exact().head_start(seconds(90.0)), Tape::none());
        at 0.0: transient(7.0) => Sleep 90.0;
        at 90.0: pending => Sleep 5.0;
    );
    timetable!(start(exact().head_start(seconds(90.0)), Tape::none());
        at 0.0: transient(120.0) => Sleep 120.0;
        at 120.0: pending => Sleep 5.0;
    );
}

#[test]
fn a_last_wait_that_takes_its_place_does_not_end_before_it() {
    // [540, 648] by jitter, of which 600 s are left; the last 5 s of them are later than the head start anyway.
    for (tape, earliest) in [(Tape::lowest(), 540.0), (Tape::highest(), 600.0), (Tape::new([u64::MAX, 0]), 595.0)] {
        let mut poller = start(Policy::builder().head_start(seconds(540.0)), tape);
        assert_eq!(step(&mut poller, Outcome::pending(), seconds(0.0)), Shape::Sleep(seconds(earliest)));
    }
    // Of 597 s, it is cut off there.
    let mut poller = start(Policy::builder().head_start(seconds(597.0)), Tape::new([u64::MAX, 0]));
    assert_eq!(step(&mut poller, Outcome::pending(), seconds(0.0)), Shape::Sleep(seconds(597.0)));
    // Where less is left than that, it is what is left.
    let mut poller = start(Policy::builder().head_start(seconds(600.0)), Tape::lowest());
    assert_eq!(step(&mut poller, Outcome::pending(), seconds(2.0)), Shape::Sleep(seconds(598.0)));
    assert_eq!(step(&mut poller, Outcome::pending(), seconds(600.0)), Shape::GaveUp(Reason::MaxWait));
}

#[test]
fn nobody_gives_up_before_it() {
    let policy = Policy::builder().head_start(seconds(540.0)).build().unwrap();
    for seed in 0..10_000 {
        let mut poller = Poller::seeded(policy, seed, seconds(0.0));
        let mut now = seconds(0.0);
        while let Decision::Sleep(wait) = poller.step(Outcome::<()>::pending(), now) {
            now += wait;
        }
        assert!(now >= seconds(595.0), "seed {seed} ended at {now:?}");
    }
}

#[test]
fn resetting_the_ladder_does_not_bring_it_back() {
    let mut poller = start(exact().head_start(seconds(90.0)), Tape::none());
    poller.reset_backoff();
    assert_eq!(step(&mut poller, Outcome::pending(), seconds(0.0)), Shape::Sleep(seconds(90.0)));
    poller.reset_backoff();
    assert_eq!(step(&mut poller, Outcome::pending(), seconds(90.0)), Shape::Sleep(seconds(5.0)));
}

#[test]
fn jitter_lengthens_it_as_a_hint_and_never_shortens_it() {
    for (name, jitter) in JITTERS.iter().copied() {
        let (earliest, latest) = match name {
            "none" => (100.0, 100.0),
            "plus-minus-1" | "above-1" => (100.0, 101.0),
            "plus-minus-7" => (100.0, 107.0),
            "plus-minus-20" | "plus-minus-100" | "above-20" | "above-100" | "full" | "equal" | "decorrelated" => (100.0, 120.0),
            other => panic!("the window of {other} is to be told here"),
        };
        let builder = Policy::builder().head_start(seconds(100.0)).jitter(jitter).no_max_wait();
        for (tape, expected) in [(Tape::lowest(), earliest), (Tape::highest(), latest)] {
            let mut poller = start(builder, tape);
            assert_eq!(step(&mut poller, Outcome::pending(), seconds(0.0)), Shape::Sleep(seconds(expected)), "{jitter:?}");
        }
    }
}

#[test]
fn under_decorrelated_jitter_it_leaves_the_ladder_alone() {
    // The second wait is drawn from [5, 3 × 5], as the first of a ladder is, whatever came before.
    let builder = Policy::builder().head_start(seconds(100.0)).jitter(Jitter::Decorrelated).no_max_wait();
    timetable!(start(builder, Tape::highest());
        at 0.0: pending => Sleep 120.0;
        at 120.0: pending => Sleep 15.0;
        at 135.0: pending => Sleep 45.0;
    );
}

#[test]
fn one_below_initial_wait_is_spread_as_initial_wait_is() {
    for (tape, expected) in [(Tape::lowest(), 1.0), (Tape::highest(), 2.0)] {
        let mut poller = start(Policy::builder().head_start(seconds(1.0)), tape);
        assert_eq!(step(&mut poller, Outcome::pending(), seconds(0.0)), Shape::Sleep(seconds(expected)));
        assert_eq!(poller.wait_kind(), Some(WaitKind::HeadStart));
    }
}
