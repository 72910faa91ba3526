//! Clocks of every kind: late, early, stopped, stepping back, at their ends, and of types that are not std's.

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
fn a_clock_that_steps_back_makes_no_time_pass_and_goes_on_from_there() {
    let poller = timetable!(start(exact(), Tape::none());
        at 0.0: pending => Sleep 5.0;
        at 590.0: pending => Sleep 10.0;
    );
    assert_eq!(poller.elapsed(seconds(100.0)), seconds(590.0));
    assert_eq!(poller.remaining(seconds(100.0)), Some(seconds(10.0)));
    assert_eq!(poller.until_next_poll(seconds(100.0)), Some(seconds(10.0)));
    // Set back by an hour, it costs that hour once: 580 s have passed, then 15 s more.
    timetable!(start(exact(), Tape::none());
        at 580.0: pending => Sleep 5.0;
        at 100.0: pending => Sleep 15.0;
        at 115.0: pending => Sleep 5.0;
        at 120.0: pending => GaveUp MaxWait;
    );
}

#[test]
fn time_goes_on_from_a_reading_before_the_start() {
    let mut poller = Poller::new(exact().build().unwrap(), Tape::none(), seconds(1000.0));
    assert_eq!(poller.elapsed(seconds(999.0)), Duration::ZERO);
    assert_eq!(step(&mut poller, Outcome::pending(), seconds(1.0)), Shape::Sleep(seconds(5.0)));
    assert_eq!(poller.elapsed(seconds(3.5)), seconds(2.5));
    assert_eq!(poller.until_next_poll(seconds(3.5)), Some(seconds(2.5)));
}

#[test]
fn a_look_a_cancellation_and_an_end_keep_the_reading_too() {
    let mut poller = start(exact(), Tape::none());
    assert_eq!(step(&mut poller, Outcome::pending(), seconds(50.0)), Shape::Sleep(seconds(5.0)));
    assert_eq!(poller.look(Outcome::<()>::pending(), seconds(20.0)), asyncpoll::Decision::Sleep(seconds(5.0)));
    assert_eq!(poller.look(Outcome::<()>::pending(), seconds(22.0)), asyncpoll::Decision::Sleep(seconds(3.0)));
    assert_eq!(poller.clone().cancel(seconds(23.0)).elapsed, seconds(53.0));
    assert_eq!(step(&mut poller, Outcome::Done(()), seconds(24.0)), Shape::Done);
    assert_eq!(poller.elapsed(seconds(99.0)), seconds(54.0));
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

/// A counter of 32 bits that wraps: half of the range lies ahead, half behind.
#[derive(Clone, Copy)]
struct Ticks<const PER_SECOND: u32>(u32);

impl<const PER_SECOND: u32> Ticks<PER_SECOND> {
    const TICK: Duration = Duration::from_nanos(1_000_000_000 / PER_SECOND as u64);

    /// What the counter shows at a time of its own, in whole ticks.
    fn at(time: Duration) -> Self {
        Self((time.as_nanos() / Self::TICK.as_nanos()) as u32)
    }
}

impl<const PER_SECOND: u32> Instant for Ticks<PER_SECOND> {
    fn saturating_duration_since(&self, earlier: Self) -> Duration {
        match self.0.wrapping_sub(earlier.0) {
            ahead @ ..=0x7fff_ffff => Self::TICK * ahead,
            _behind => Duration::ZERO,
        }
    }
}

#[test]
fn a_tick_counter_serves_across_its_overflow() {
    five_then_fifteen(Ticks::<100>(100), Ticks::<100>(600));
    five_then_fifteen(Ticks::<100>(u32::MAX - 99), Ticks::<100>(400));
}

/// Polls for a year of virtual time by a wrapping counter that is read at least every half of its range, with a new poller
/// after each end, and asserts that every poller ends at its deadline and polls as often as one by a clock of 64 bits.
fn a_year_by<const PER_SECOND: u32>(max_wait: Duration) {
    let year = Duration::from_secs(365 * 24 * 60 * 60);
    let longest_gap = Ticks::<PER_SECOND>::TICK * 0x7fff_ffff;
    let policy = exact().max_wait(max_wait).build().unwrap();
    let expected = policy.polls().unwrap();
    let (mut time, mut ends) = (seconds(17.0), 0);
    while time < year {
        let start = time;
        let mut poller = Poller::new(policy, Tape::none(), Ticks::<PER_SECOND>::at(time));
        while let Shape::Sleep(_) = step(&mut poller, Outcome::pending(), Ticks::<PER_SECOND>::at(time)) {
            while let Some(left) = poller.until_next_poll(Ticks::<PER_SECOND>::at(time)).filter(|left| !left.is_zero()) {
                time += left.min(longest_gap);
                // What is left has been rounded to ticks.
                time = Duration::from_nanos(time.as_nanos().next_multiple_of(Ticks::<PER_SECOND>::TICK.as_nanos()) as u64);
                let _left = poller.look(Outcome::<()>::pending(), Ticks::<PER_SECOND>::at(time));
            }
        }
        let end = Ticks::<PER_SECOND>::at(time);
        assert_eq!(poller.cancel(end).reason, asyncpoll::Reason::Finished);
        assert_eq!((poller.elapsed(end), time - start), (max_wait, max_wait), "it ended elsewhere than at its deadline");
        assert!(expected.contains(&poller.polls().into()), "{} polls, not {expected:?}", poller.polls());
        ends += 1;
        time += Duration::from_millis(7_919);
    }
    assert!(ends >= (year.as_secs() / (max_wait.as_secs() + 8)) as usize, "{ends} pollers in a year");
}

#[test]
fn counters_of_32_bits_wrap_for_a_year_of_polling() {
    let (hour, hundred_days) = (Duration::from_secs(60 * 60), Duration::from_secs(100 * 24 * 60 * 60));
    for max_wait in [hour, hundred_days] {
        a_year_by::<1_000>(max_wait);
        a_year_by::<1_000_000>(max_wait);
    }
}
