//! Hints: the next poll is never earlier than the server asked.

use asyncpoll::{Decision, Jitter, Outcome, Policy, Reason};
use core::time::Duration;

use crate::support::{Shape, Tape, every::JITTERS, exact, seconds, start, step};

#[test]
fn on_pending_the_hint_replaces_the_ladders_wait_and_the_ladder_stays() {
    timetable!(start(exact(), Tape::none());
        at 0.0: pending => Sleep 5.0;
        at 5.0: pending(60.0) => Sleep 60.0;
        at 65.0: pending(8.0) => Sleep 8.0;
        at 73.0: pending => Sleep 15.0;
        at 88.0: pending => Sleep 45.0;
    );
}

#[test]
fn on_a_transient_error_the_longer_of_hint_and_ladder_counts_and_the_ladder_climbs() {
    timetable!(start(exact(), Tape::none());
        at 0.0: transient(60.0) => Sleep 60.0;
        at 60.0: transient(7.0) => Sleep 15.0;
        at 75.0: pending => Sleep 45.0;
    );
}

#[test]
fn a_hint_below_initial_wait_is_drawn_as_the_first_base_is() {
    timetable!(start(exact(), Tape::none());
        at 0.0: pending(0.0) => Sleep 5.0;
        at 5.0: pending(4.9) => Sleep 5.0;
        at 10.0: pending => Sleep 5.0;
        at 15.0: pending(0.0) => Sleep 5.0;
        at 20.0: transient(0.0) => Sleep 15.0;
    );
}

#[test]
fn a_hint_below_initial_wait_is_drawn_from_the_hint_on() {
    // [4, 6] without a hint, and with one of 4.5 s [4.5, 6]; the draw in the middle shows that waits do not pile up on it.
    let windows = [(Tape::lowest(), 0.0, 4.0), (Tape::lowest(), 4.5, 4.5), (Tape::highest(), 4.5, 6.0)];
    for (tape, hint, expected) in windows.into_iter().chain([(Tape::new([1 << 63]), 4.5, 5.25)]) {
        let mut poller = start(Policy::builder(), tape);
        let decision = step(&mut poller, Outcome::pending().retry_after(seconds(hint)), seconds(0.0));
        assert_eq!(decision, Shape::Sleep(seconds(expected)), "hint {hint}");
    }
}

#[test]
fn a_hint_just_below_initial_wait_is_spread_as_one_of_initial_wait_is() {
    // The window of base₀ ends at 5 s, that of the hint a fifth of initial_wait later, and max_backoff bounds no hint.
    for jitter in [Jitter::Full, Jitter::Equal] {
        for (tape, expected) in [(Tape::lowest(), 4.99), (Tape::highest(), 5.99)] {
            let mut poller = start(Policy::builder().jitter(jitter).max_backoff(seconds(5.0)), tape);
            let decision = step(&mut poller, Outcome::pending().retry_after(seconds(4.99)), seconds(0.0));
            assert_eq!(decision, Shape::Sleep(seconds(expected)), "{jitter:?}");
        }
    }
}

#[test]
fn a_hint_of_initial_wait_is_drawn_from_its_own_window() {
    // That of base₀ ends at 10 s.
    let mut poller = start(Policy::builder().jitter(Jitter::PlusMinus(100)), Tape::highest());
    let decision = step(&mut poller, Outcome::pending().retry_after(seconds(5.0)), seconds(0.0));
    assert_eq!(decision, Shape::Sleep(seconds(6.0)));
}

#[test]
fn jitter_lengthens_a_hint_by_at_most_a_fifth_and_never_shortens_it() {
    for (name, jitter) in JITTERS.iter().copied() {
        let latest = match name {
            "none" => 100.0,
            "plus-minus-1" | "above-1" => 101.0,
            "plus-minus-7" => 107.0,
            "plus-minus-20" | "plus-minus-100" | "above-20" | "above-100" | "full" | "equal" | "decorrelated" => 120.0,
            other => panic!("how far {other} lengthens a hint is to be told here"),
        };
        for (tape, expected) in [(Tape::lowest(), 100.0), (Tape::highest(), latest)] {
            let mut poller = start(Policy::builder().jitter(jitter), tape);
            let decision = step(&mut poller, Outcome::pending().retry_after(seconds(100.0)), seconds(0.0));
            assert_eq!(decision, Shape::Sleep(seconds(expected)), "{jitter:?}");
        }
    }
}

#[test]
fn on_a_transient_error_the_window_has_the_later_start_and_the_later_end() {
    // The ladder's first window is [4, 6]. A hint of h has [h, 1.2 h].
    for (hint, earliest, latest) in [(3.0, 4.0, 6.0), (4.5, 4.5, 6.0), (5.5, 5.5, 6.6), (50.0, 50.0, 60.0)] {
        for (tape, expected) in [(Tape::lowest(), earliest), (Tape::highest(), latest)] {
            let mut poller = start(Policy::builder(), tape);
            let decision = step(&mut poller, Outcome::transient("503").retry_after(seconds(hint)), seconds(0.0));
            assert_eq!(decision, Shape::Sleep(seconds(expected)), "hint {hint}");
        }
    }
}

#[test]
fn the_ceiling_does_not_shorten_a_hint() {
    timetable!(start(exact().max_backoff(seconds(10.0)), Tape::none());
        at 0.0: pending(400.0) => Sleep 400.0;
    );
    timetable!(start(exact().max_backoff(seconds(10.0)), Tape::none());
        at 0.0: transient(400.0) => Sleep 400.0;
    );
}

#[test]
fn under_decorrelated_jitter_a_hint_on_pending_leaves_the_previous_wait_alone() {
    timetable!(start(Policy::builder().jitter(Jitter::Decorrelated), Tape::highest());
        at 0.0: pending(100.0) => Sleep 120.0;
        at 120.0: pending => Sleep 15.0;
        at 135.0: pending => Sleep 45.0;
    );
}

#[test]
fn under_decorrelated_jitter_a_hint_on_an_error_does_not_make_the_ladder_leap() {
    // The ladder's own wait, 15 s, is what the next window grows from, though the hint was the longer.
    timetable!(start(Policy::builder().jitter(Jitter::Decorrelated), Tape::highest());
        at 0.0: transient(100.0) => Sleep 120.0;
        at 120.0: pending => Sleep 45.0;
    );
}

#[test]
fn a_hint_that_ends_at_the_deadline_is_kept_and_one_that_ends_after_it_gives_up_at_once() {
    timetable!(start(exact(), Tape::none());
        at 0.0: pending(600.0) => Sleep 600.0;
        at 600.0: pending => GaveUp MaxWait;
    );
    timetable!(start(exact(), Tape::none());
        at 0.0: pending(600.000_000_001) => GaveUp RetryAfterPastDeadline;
    );
    timetable!(start(exact(), Tape::none());
        at 0.0: pending => Sleep 5.0;
        at 5.0: transient(595.000_000_001) => GaveUp RetryAfterPastDeadline;
    );
}

#[test]
fn lengthening_a_hint_may_cut_the_wait_but_never_gives_up() {
    // [590, 708] by jitter; the deadline leaves [590, 600].
    for (tape, expected) in [(Tape::lowest(), 590.0), (Tape::highest(), 600.0)] {
        let mut poller = start(Policy::builder(), tape);
        let decision = step(&mut poller, Outcome::pending().retry_after(seconds(590.0)), seconds(0.0));
        assert_eq!(decision, Shape::Sleep(seconds(expected)));
    }
    // Raised from 1 s to 5 s when 2 s are left.
    timetable!(start(exact(), Tape::none());
        at 598.0: pending(1.0) => Sleep 2.0;
        at 600.0: pending => GaveUp MaxWait;
    );
}

#[test]
fn the_hint_is_handed_back_as_the_server_gave_it() {
    let mut poller = start(exact(), Tape::none());
    let Decision::GaveUp(gave_up) = poller.step(Outcome::<()>::pending().retry_after(Duration::MAX), Duration::ZERO) else {
        panic!("the deadline is in ten minutes");
    };
    assert_eq!(gave_up.retry_after, Some(Duration::MAX));
    assert_eq!(gave_up.to_string(), format!("gave up after 1 poll in 0 s: {}; retry in 584542046090 years", gave_up.reason));
}

#[test]
fn a_hint_longer_than_584_years_saturates() {
    let mut poller = start(exact().no_max_wait(), Tape::none());
    let decision = step(&mut poller, Outcome::pending().retry_after(Duration::MAX), seconds(0.0));
    assert_eq!(decision, Shape::Sleep(Duration::from_nanos(u64::MAX)));
}

#[test]
fn a_server_that_hints_half_of_max_wait_allows_two_polls() {
    timetable!(start(Policy::builder(), Tape::lowest());
        at 0.0: pending(300.0) => Sleep 300.0;
        at 300.1: pending(300.0) => GaveUp RetryAfterPastDeadline;
    );
}

#[test]
fn hint_jitter_lengthens_a_hint_whatever_the_jitter_of_the_ladder() {
    for (percent, latest) in [(0, 100.0), (7, 107.0), (100, 200.0)] {
        for jitter in [Jitter::None, Jitter::PlusMinus(20), Jitter::Full] {
            for (tape, expected) in [(Tape::lowest(), 100.0), (Tape::highest(), latest)] {
                let mut poller = start(Policy::builder().jitter(jitter).hint_jitter(percent), tape);
                let decision = step(&mut poller, Outcome::pending().retry_after(seconds(100.0)), seconds(0.0));
                assert_eq!(decision, Shape::Sleep(seconds(expected)), "{jitter:?}, {percent} %");
            }
        }
    }
    // Nothing is drawn if nothing is to be spread.
    timetable!(start(exact().hint_jitter(0), Tape::none()); at 0.0: pending(100.0) => Sleep 100.0; at 100.0: pending => Sleep 5.0;);
}

#[test]
fn hint_jitter_leaves_the_last_wait_spread() {
    let mut poller = start(Policy::builder().hint_jitter(0).max_wait(seconds(10.0)).multiplier(1, 1), Tape::lowest());
    assert_eq!(step(&mut poller, Outcome::pending(), seconds(6.0)), Shape::Sleep(seconds(3.0)));
}

#[test]
fn a_hint_above_max_hint_counts_as_that_long_and_is_told_as_it_was_given() {
    timetable!(start(exact().max_hint(seconds(60.0)), Tape::none());
        at 0.0: pending(59.0) => Sleep 59.0;
        at 59.0: pending(3600.0) => Sleep 60.0;
        at 119.0: transient(3600.0) => Sleep 60.0;
    );
    let mut poller = start(exact().max_hint(seconds(60.0)).max_wait(seconds(50.0)), Tape::none());
    let Decision::GaveUp(gave_up) = poller.step(Outcome::<()>::pending().retry_after(seconds(3600.0)), seconds(0.0)) else {
        unreachable!()
    };
    assert_eq!((gave_up.reason, gave_up.retry_after), (Reason::RetryAfterPastDeadline, Some(seconds(3600.0))));
    let mut poller = start(exact().max_hint(seconds(60.0)), Tape::none());
    let looked = poller.look(Outcome::<()>::pending().retry_after(seconds(3600.0)), seconds(0.0));
    assert_eq!(looked, Decision::Sleep(seconds(60.0)));
}
