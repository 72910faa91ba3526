//! Clocks of every kind: late, early, stopped, stepping back, at their ends, and of types of one's own.

use asyncpoll::{Instant, Outcome, Poller};
use core::time::Duration;

use crate::support::{Shape, Tape, exact, seconds, start, step};

#[test]
fn a_late_wake_up_moves_the_ladder_by_one_rung_only() {
    timetable!(start(exact(), Tape::none());
        at 0.0: pending => Sleep 5.0;
        at 300.0: pending => Sleep 15.0;
        at 315.0: pending => Sleep 45.0;
    );
}

#[test]
fn waking_after_the_deadline_ends_it() {
    timetable!(start(exact(), Tape::none());
        at 0.0: pending => Sleep 5.0;
        at 7200.0: pending => GaveUp MaxWait;
    );
}

#[test]
fn an_early_look_counts_as_a_poll_and_climbs() {
    timetable!(start(exact(), Tape::none());
        at 0.0: pending => Sleep 5.0;
        at 1.0: pending => Sleep 15.0;
    );
}

#[test]
fn a_clock_that_stands_still_makes_no_time_pass() {
    let poller = timetable!(start(exact(), Tape::none());
        at 0.0: pending => Sleep 5.0;
        at 0.0: pending => Sleep 15.0;
        at 0.0: pending => Sleep 45.0;
        at 0.0: pending => Sleep 135.0;
        at 0.0: pending => Sleep 300.0;
        at 0.0: pending => Sleep 300.0;
    );
    assert_eq!((poller.polls(), poller.elapsed(Duration::ZERO)), (6, Duration::ZERO));
}

#[test]
fn a_clock_that_steps_back_neither_turns_elapsed_time_back_nor_moves_the_deadline() {
    let poller = timetable!(start(exact(), Tape::none());
        at 0.0: pending => Sleep 5.0;
        at 590.0: pending => Sleep 10.0;
    );
    assert_eq!(poller.elapsed(seconds(100.0)), seconds(590.0));
    assert_eq!(poller.remaining(seconds(100.0)), Some(seconds(10.0)));
    assert_eq!(poller.until_next_poll(seconds(100.0)), Some(seconds(10.0)));
    timetable!(start(exact(), Tape::none());
        at 580.0: pending => Sleep 5.0;
        at 100.0: pending => Sleep 15.0;
        at 595.0: pending => Sleep 5.0;
        at 0.0: pending => GaveUp MaxWait;
    );
}

#[test]
fn a_reading_before_the_start_counts_as_the_start() {
    let mut poller = Poller::new(exact().build().unwrap(), Tape::none(), seconds(1000.0));
    assert_eq!(step(&mut poller, Outcome::pending(), seconds(1.0)), Shape::Sleep(seconds(5.0)));
    assert_eq!(poller.elapsed(seconds(999.0)), Duration::ZERO);
}

#[test]
fn the_ends_of_the_clock_saturate() {
    let mut poller = start(exact().no_max_wait(), Tape::none());
    assert_eq!(step(&mut poller, Outcome::pending(), Duration::MAX), Shape::Sleep(seconds(5.0)));
    assert_eq!(poller.elapsed(Duration::MAX), Duration::from_nanos(u64::MAX));
    assert_eq!(poller.until_next_poll(Duration::MAX), Some(Duration::ZERO));
    assert_eq!(poller.remaining(Duration::MAX), None);
}

#[test]
fn a_poll_is_due_at_once_then_after_each_wait() {
    let mut poller = start(exact(), Tape::none());
    assert_eq!(poller.until_next_poll(seconds(0.0)), Some(Duration::ZERO));
    assert_eq!(step(&mut poller, Outcome::pending(), seconds(1.0)), Shape::Sleep(seconds(5.0)));
    assert_eq!(poller.until_next_poll(seconds(1.0)), Some(seconds(5.0)));
    assert_eq!(poller.until_next_poll(seconds(5.5)), Some(seconds(0.5)));
    assert_eq!(poller.until_next_poll(seconds(6.0)), Some(Duration::ZERO));
    assert_eq!(poller.until_next_poll(seconds(60.0)), Some(Duration::ZERO));
}

/// Every kind of instant drives the same poller through the same first two waits.
fn five_then_fifteen<I: Instant>(start: I, after_five: I) {
    let mut poller = Poller::new(exact().build().unwrap(), Tape::none(), start);
    assert_eq!(step(&mut poller, Outcome::pending(), start), Shape::Sleep(seconds(5.0)));
    assert_eq!(step(&mut poller, Outcome::pending(), after_five), Shape::Sleep(seconds(15.0)));
    assert_eq!(poller.elapsed(after_five), seconds(5.0));
    assert_eq!(start.saturating_duration_since(after_five), Duration::ZERO);
}

#[test]
fn instants_of_std_and_tokio_serve_as_they_are() {
    let now = std::time::Instant::now();
    five_then_fifteen(now, now + seconds(5.0));
    let now = tokio::time::Instant::now();
    five_then_fifteen(now, now + seconds(5.0));
    five_then_fifteen(Duration::ZERO, seconds(5.0));
}

/// A counter of 100 Hz that overflows every 497 days.
#[derive(Clone, Copy)]
struct Ticks(u32);

impl Instant for Ticks {
    fn saturating_duration_since(&self, earlier: Self) -> Duration {
        let elapsed = self.0.wrapping_sub(earlier.0);
        // Half of the range lies ahead, half behind.
        if elapsed > u32::MAX / 2 { Duration::ZERO } else { Duration::from_millis(10) * elapsed }
    }
}

#[test]
fn a_tick_counter_of_ones_own_serves_across_its_overflow() {
    five_then_fifteen(Ticks(100), Ticks(600));
    five_then_fifteen(Ticks(u32::MAX - 99), Ticks(400));
}
