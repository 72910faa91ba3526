//! Taking a poller out of its snapshot: what has changed in the meantime, and what has not.

use asyncpoll::{Decision, Elapsed, Outcome, Poller, Reason, Snapshot, WaitKind};
use core::time::Duration;

use crate::support::{Shape, Tape, exact, seconds, start, step};

/// A poller that polled at 0 s and at 5 s, and is put away at 6 s; its next poll is due at 20 s, its deadline is at 100 s.
fn put_away() -> (Poller<Duration, Tape>, Snapshot) {
    let poller = timetable!(start(exact().max_wait(seconds(100.0)), Tape::none());
        at 0.0: transient => Sleep 5.0;
        at 5.0: pending => Sleep 15.0;
    );
    let snapshot = poller.snapshot_without_generator(seconds(6.0));
    (poller, snapshot)
}

/// Takes it out at zero of a clock, when `elapsed` has passed since the start.
fn restored(snapshot: &Snapshot, original: &Poller<Duration, Tape>, elapsed: f64) -> Poller<Duration, Tape> {
    Poller::restore_with(snapshot, *original.policy(), Tape::none(), Duration::ZERO, Elapsed(seconds(elapsed)))
}

#[test]
fn it_goes_on_as_if_nothing_had_happened() {
    let (original, snapshot) = put_away();
    // Restored at 10 s by its own count, and so are the times below.
    let poller = restored(&snapshot, &original, 10.0);
    assert_eq!((poller.polls(), poller.due(), poller.wait_kind()), (2, Some(seconds(20.0)), Some(WaitKind::Ladder)));
    timetable!(poller;
        at 10.0: pending => Sleep 45.0;
        at 55.0: pending => Sleep 35.0;
        at 90.0: pending => GaveUp MaxWait;
    );
}

#[test]
fn nothing_of_the_original_changes() {
    let (original, snapshot) = put_away();
    timetable!(original;
        at 20.0: pending => Sleep 45.0;
    );
    assert_eq!(snapshot.polls(), 2);
}

#[test]
fn if_the_clock_went_back_the_stored_time_counts() {
    let (original, snapshot) = put_away();
    let poller = restored(&snapshot, &original, 2.0);
    assert_eq!(poller.elapsed(Duration::ZERO), seconds(6.0));
    assert_eq!(poller.until_next_poll(Duration::ZERO), Some(seconds(14.0)));
}

#[test]
fn the_time_away_need_not_count() {
    let (original, snapshot) = put_away();
    let poller = restored(&snapshot, &original, snapshot.elapsed().as_secs_f64());
    assert_eq!(poller.remaining(Duration::ZERO), Some(seconds(94.0)));
}

#[test]
fn if_the_poll_came_due_meanwhile_it_is_made_at_once_and_once() {
    let (original, snapshot) = put_away();
    let poller = restored(&snapshot, &original, 80.0);
    assert_eq!(poller.until_next_poll(Duration::ZERO), Some(Duration::ZERO));
    // At 80 s the ladder has 45 s, and the deadline 20.
    timetable!(poller; at 0.0: pending => Sleep 20.0;);
}

#[test]
fn if_the_deadline_passed_meanwhile_the_poll_that_was_owed_is_made() {
    let (original, snapshot) = put_away();
    let late = || restored(&snapshot, &original, 500.0);
    assert_eq!(
        (late().until_next_poll(Duration::ZERO), late().remaining(Duration::ZERO)),
        (Some(Duration::ZERO), Some(Duration::ZERO))
    );
    timetable!(late(); at 0.0: done => Done;);
    let poller = timetable!(late(); at 0.0: pending => GaveUp MaxWait;);
    assert_eq!((poller.polls(), poller.elapsed(Duration::ZERO)), (3, seconds(500.0)));
}

#[test]
fn a_hint_holds_through_it() {
    let mut original = start(exact(), Tape::none());
    let hinted = Outcome::pending().retry_after(seconds(60.0));
    assert_eq!(step(&mut original, hinted, Duration::ZERO), Shape::Sleep(seconds(60.0)));
    let mut poller = restored(&original.snapshot_without_generator(seconds(1.0)), &original, 20.0);
    assert_eq!(poller.until_next_poll(Duration::ZERO), Some(seconds(40.0)));
    let gave_up = poller.cancel(seconds(10.0));
    assert_eq!((gave_up.reason, gave_up.retry_after), (Reason::Cancelled, Some(seconds(30.0))));
}

#[test]
fn the_head_start_is_not_taken_twice() {
    let settings = exact().head_start(seconds(30.0));
    let fresh = start(settings, Tape::none());
    let before_any_poll = fresh.snapshot_without_generator(Duration::ZERO);
    let poller = timetable!(restored(&before_any_poll, &fresh, 0.0); at 0.0: pending => Sleep 30.0;);
    let after_one = poller.snapshot_without_generator(seconds(30.0));
    timetable!(restored(&after_one, &fresh, 30.0); at 0.0: pending => Sleep 5.0;);
}

#[test]
fn the_run_of_errors_goes_on() {
    let poller = timetable!(start(exact().max_consecutive_errors(3), Tape::none());
        at 0.0: transient => Sleep 5.0;
        at 5.0: transient => Sleep 15.0;
    );
    let mut poller = restored(&poller.snapshot_without_generator(seconds(5.0)), &poller, 20.0);
    let Decision::GaveUp(gave_up) = poller.step(Outcome::<(), _>::transient("503"), Duration::ZERO) else {
        panic!("the third error in a row is the last");
    };
    assert_eq!((gave_up.reason, gave_up.errors, gave_up.consecutive_errors), (Reason::MaxConsecutiveErrors, 3, 3));
}

#[test]
fn what_had_finished_stays_finished_and_its_time_stands_still() {
    let original = timetable!(start(exact(), Tape::none()); at 7.0: failed => Failed;);
    let snapshot = original.snapshot_without_generator(seconds(9.0));
    assert_eq!((snapshot.due(), snapshot.elapsed()), (None, seconds(7.0)));
    let poller = restored(&snapshot, &original, 1_000.0);
    assert_eq!((poller.is_finished(), poller.elapsed(seconds(60.0))), (true, seconds(7.0)));
    timetable!(poller;
        at 1.0: pending => GaveUp Finished;
        at 2.0: done => Done;
    );
}

#[test]
fn restored_twice_both_draw_the_same() {
    let mut original = Poller::seeded(asyncpoll::Policy::builder().build().unwrap(), 3, Duration::ZERO);
    let _wait = original.step(Outcome::<()>::pending(), Duration::ZERO);
    let snapshot = original.snapshot(Duration::ZERO);
    let [one, other] = [(), ()].map(|()| {
        let mut poller = Poller::restore(&snapshot, *original.policy(), Duration::ZERO, Elapsed(seconds(5.0))).unwrap();
        poller.step(Outcome::<()>::pending(), Duration::ZERO)
    });
    assert_eq!(one, other);
}
