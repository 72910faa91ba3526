//! `first_wait`: the first wait alone, outside the ladder.

use asyncpoll::{Jitter, Outcome, Policy};

use crate::{
    every::JITTERS,
    support::{Shape, Tape, exact, seconds, start, step},
};

#[test]
fn it_is_the_first_wait_alone_and_the_ladder_starts_with_the_second() {
    timetable!(start(exact().first_wait(seconds(90.0)), Tape::none());
        at 0.0: pending => Sleep 90.0;
        at 90.0: pending => Sleep 5.0;
        at 95.0: pending => Sleep 15.0;
    );
}

#[test]
fn the_limits_of_the_ladder_are_not_its_own() {
    timetable!(start(exact().first_wait(seconds(400.0)), Tape::none());
        at 0.0: pending => Sleep 400.0;
        at 400.0: pending => Sleep 5.0;
    );
    timetable!(start(exact().first_wait(seconds(0.001)), Tape::none());
        at 0.0: pending => Sleep 0.001;
        at 0.001: pending => Sleep 5.0;
    );
}

#[test]
fn a_hint_on_pending_takes_its_place_and_uses_it_up() {
    timetable!(start(exact().first_wait(seconds(90.0)), Tape::none());
        at 0.0: pending(7.0) => Sleep 7.0;
        at 7.0: pending => Sleep 5.0;
    );
}

#[test]
fn on_a_transient_error_the_longer_of_hint_and_first_wait_counts() {
    timetable!(start(exact().first_wait(seconds(90.0)), Tape::none());
        at 0.0: transient(7.0) => Sleep 90.0;
        at 90.0: pending => Sleep 5.0;
    );
    timetable!(start(exact().first_wait(seconds(90.0)), Tape::none());
        at 0.0: transient(120.0) => Sleep 120.0;
        at 120.0: pending => Sleep 5.0;
    );
}

#[test]
fn it_is_cut_to_the_deadline() {
    timetable!(start(exact().first_wait(seconds(900.0)), Tape::none());
        at 0.0: pending => Sleep 600.0;
        at 600.0: pending => GaveUp MaxWait;
    );
}

#[test]
fn resetting_the_ladder_does_not_bring_it_back() {
    let mut poller = start(exact().first_wait(seconds(90.0)), Tape::none());
    poller.reset_backoff();
    assert_eq!(step(&mut poller, Outcome::pending(), seconds(0.0)), Shape::Sleep(seconds(90.0)));
    poller.reset_backoff();
    assert_eq!(step(&mut poller, Outcome::pending(), seconds(90.0)), Shape::Sleep(seconds(5.0)));
}

#[test]
fn it_is_jittered_as_the_ladder_is() {
    for (name, jitter) in JITTERS.iter().copied() {
        let (earliest, latest) = match name {
            "none" => (100.0, 100.0),
            "plus-minus-1" => (99.0, 101.0),
            "plus-minus-7" => (93.0, 107.0),
            "plus-minus-20" => (80.0, 120.0),
            "plus-minus-100" => (1e-9, 200.0),
            "full" => (1e-9, 100.0),
            "equal" => (50.0, 100.0),
            "decorrelated" => (100.0, 300.0),
            other => panic!("the window of {other} is to be told here"),
        };
        let builder = Policy::builder().first_wait(seconds(100.0)).jitter(jitter).no_max_wait();
        for (tape, expected) in [(Tape::lowest(), earliest), (Tape::highest(), latest)] {
            let mut poller = start(builder, tape);
            assert_eq!(step(&mut poller, Outcome::pending(), seconds(0.0)), Shape::Sleep(seconds(expected)), "{jitter:?}");
        }
    }
}

#[test]
fn under_decorrelated_jitter_it_leaves_the_ladder_alone() {
    // The second wait is drawn from [5, 3 × 5], as the first of a ladder is, whatever came before.
    let builder = Policy::builder().first_wait(seconds(100.0)).jitter(Jitter::Decorrelated).no_max_wait();
    timetable!(start(builder, Tape::highest());
        at 0.0: pending => Sleep 300.0;
        at 300.0: pending => Sleep 15.0;
        at 315.0: pending => Sleep 45.0;
    );
}
