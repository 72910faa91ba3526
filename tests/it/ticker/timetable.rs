//! The ticker in timetables, and under clocks of every kind.

use asyncpoll::{
    Cadence, CadenceBuilder, Instant, Ticker,
    ticker::{First, Missed, Phase},
};
use core::time::Duration;

use crate::support::{Tape, seconds};

fn regular() -> CadenceBuilder {
    Cadence::every(seconds(10.0)).jitter(0)
}

fn start(builder: CadenceBuilder, rng: Tape) -> Ticker<Duration, Tape> {
    Ticker::new(builder.build().unwrap(), rng, Duration::ZERO)
}

/// Asks at each of these seconds, and returns for each tick its number, what was missed, how late it is and how long it is to
/// the next, in seconds.
fn asked(mut ticker: Ticker<Duration, Tape>, at: impl IntoIterator<Item = f64>) -> Vec<Option<(u64, u64, f64, f64)>> {
    let ask = |at| {
        let now = seconds(at);
        let tick = ticker.tick(now)?;
        Some((tick.number, tick.missed, tick.late.as_secs_f64(), ticker.until_next_tick(now).as_secs_f64()))
    };
    at.into_iter().map(ask).collect()
}

#[test]
fn the_first_tick_is_due_as_the_cadence_says() {
    for phase in [Phase::Free, Phase::Locked] {
        let first = |first, rng| start(regular().first(first).phase(phase), rng).until_next_tick(Duration::ZERO);
        assert_eq!(first(First::AfterOne, Tape::none()), seconds(10.0));
        assert_eq!(first(First::AtOnce, Tape::none()), Duration::ZERO);
        assert_eq!(first(First::Spread, Tape::lowest()), Duration::from_nanos(1));
        assert_eq!(first(First::Spread, Tape::new([1 << 63])), seconds(5.0) + Duration::from_nanos(1));
        assert_eq!(first(First::Spread, Tape::highest()), seconds(10.0));
    }
}

#[test]
fn a_ticker_shows_its_cadence() {
    assert_eq!(Ok(*start(regular(), Tape::none()).cadence()), regular().build());
}

#[test]
fn spread_with_jitter_ends_at_the_longest_gap() {
    for phase in [Phase::Free, Phase::Locked] {
        let spread = |draws| start(regular().jitter(20).first(First::Spread).phase(phase), Tape::new(draws));
        let first = |draws: [u64; 2]| spread(draws).until_next_tick(Duration::ZERO);
        assert_eq!(first([u64::MAX; 2]), seconds(12.0));
        // From half way into the interval, back by as much as there is.
        let middle = if phase == Phase::Free { 3.0 } else { 5.0 };
        assert_eq!(first([1 << 63, 0]), seconds(middle) + Duration::from_nanos(1));
        // From its beginning. Under `Free` that leads to before the start, and counts as long after it.
        let beginning = if phase == Phase::Free { seconds(2.0) } else { Duration::from_nanos(1) };
        assert_eq!(first([0, 0]), beginning);
    }
}

#[test]
fn a_timer_that_fires_early_gets_nothing_and_costs_nothing() {
    let ticks = asked(start(regular(), Tape::none()), [0.0, 9.0, 9.999_999_999, 10.0, 10.0, 20.0]);
    assert_eq!(ticks, [None, None, None, Some((1, 0, 0.0, 10.0)), None, Some((2, 0, 0.0, 10.0))]);
}

#[test]
fn skip_leaves_out_what_was_missed_and_keeps_the_grid() {
    let locked = regular().phase(Phase::Locked);
    let ticks = asked(start(locked, Tape::none()), [10.0, 25.0, 30.0, 67.0, 80.0]);
    let expected = [(1, 0, 0.0, 10.0), (2, 0, 5.0, 5.0), (3, 0, 0.0, 10.0), (4, 2, 27.0, 3.0), (5, 1, 10.0, 10.0)];
    assert_eq!(ticks, expected.map(Some));
}

#[test]
fn skip_starts_a_gap_from_now_where_there_is_no_grid() {
    let ticks = asked(start(regular(), Tape::none()), [10.0, 25.0, 30.0, 67.0, 80.0]);
    let expected = [(1, 0, 0.0, 10.0), (2, 0, 5.0, 5.0), (3, 0, 0.0, 10.0), (4, 2, 27.0, 10.0), (5, 0, 3.0, 7.0)];
    assert_eq!(ticks, expected.map(Some));
}

#[test]
fn burst_makes_up_for_all_of_them_one_a_call() {
    for phase in [Phase::Free, Phase::Locked] {
        let bursting = regular().missed(Missed::Burst).phase(phase);
        let ticks = asked(start(bursting, Tape::none()), [35.0, 35.0, 36.0, 36.0, 40.0]);
        let expected =
            [Some((1, 0, 25.0, 0.0)), Some((2, 0, 15.0, 0.0)), Some((3, 0, 6.0, 4.0)), None, Some((4, 0, 0.0, 10.0))];
        assert_eq!(ticks, expected);
    }
}

#[test]
fn delay_counts_the_gap_from_a_late_caller() {
    for phase in [Phase::Free, Phase::Locked] {
        let delaying = regular().missed(Missed::Delay).phase(phase);
        let ticks = asked(start(delaying, Tape::none()), [10.0, 25.0, 35.0, 68.0, 78.0]);
        let expected = [(1, 0, 0.0, 10.0), (2, 0, 5.0, 10.0), (3, 0, 0.0, 10.0), (4, 2, 23.0, 10.0), (5, 0, 0.0, 10.0)];
        assert_eq!(ticks, expected.map(Some));
    }
}

#[test]
fn a_punctual_caller_keeps_the_grid_under_delay_too() {
    let delaying = Cadence::every(seconds(10.0)).jitter(20).phase(Phase::Locked).missed(Missed::Delay);
    let mut ticker = start(delaying, Tape::new([0, u64::MAX, u64::MAX, 0]));
    let mut now = Duration::ZERO;
    let dues = [9.0, 21.0, 31.0, 39.0, 49.0].map(seconds);
    for due in dues {
        now += ticker.until_next_tick(now);
        assert_eq!(now, due);
        assert!(ticker.tick(now).is_some());
    }
}

#[test]
fn near_the_place_of_the_next_tick_its_window_narrows_to_what_lies_ahead() {
    // Due at 10 s and taken later and later: the next has its place at 20 s, and the widest window is 18 s to 22 s.
    for (late, width) in [(0.0, 2.0), (8.0, 2.0), (9.0, 1.0), (9.5, 0.5)] {
        for (draws, sign) in [([1 << 63, 0], -1.0), ([1 << 63, u64::MAX], 1.0)] {
            let mut ticker = start(Cadence::every(seconds(10.0)).jitter(20), Tape::new(draws));
            let now = seconds(10.0 + late);
            let tick = ticker.tick(now).unwrap();
            assert_eq!((tick.missed, tick.late), (0, seconds(late)));
            let off = (now + ticker.until_next_tick(now)).as_secs_f64() - (20.0 + sign * width);
            assert!(off.abs() < 2e-9, "{late} s late: off by {off} s");
        }
    }
    // A nanosecond before that place there is nothing left to draw, and at it the tick is missed.
    let mut ticker = start(Cadence::every(seconds(10.0)).jitter(20), Tape::new([1 << 63, 0]));
    let now = seconds(19.999_999_999);
    assert_eq!((ticker.tick(now).map(|tick| tick.missed), ticker.until_next_tick(now)), (Some(0), Duration::from_nanos(1)));
    let mut ticker = start(Cadence::every(seconds(10.0)).jitter(20), Tape::new([1 << 63, 0]));
    let now = seconds(20.0);
    assert_eq!((ticker.tick(now).map(|tick| tick.missed), ticker.until_next_tick(now)), (Some(1), seconds(8.0)));
}

#[test]
fn a_reset_is_a_new_start_and_the_numbers_go_on() {
    for (first, until) in [(First::AfterOne, 10.0), (First::AtOnce, 0.0)] {
        let mut ticker = start(regular().first(first), Tape::none());
        assert_eq!(ticker.tick(seconds(10.0)).map(|tick| tick.number), Some(1));
        ticker.reset(seconds(17.0));
        assert_eq!(ticker.until_next_tick(seconds(17.0)), seconds(until));
        let tick = ticker.tick(seconds(27.0)).unwrap();
        assert_eq!((tick.number, tick.late), (2, seconds(10.0 - until)));
    }
}

#[test]
fn when_a_tick_is_due_stays_the_same_until_it_is_given() {
    let mut ticker = Ticker::new(regular().build().unwrap(), Tape::none(), seconds(100.0));
    for now in [100.0, 104.0, 3.0, 7.0] {
        assert_eq!((ticker.tick(seconds(now)), ticker.due()), (None, seconds(10.0)));
    }
    assert!(ticker.tick(seconds(15.0)).is_some());
    assert_eq!(ticker.due(), seconds(20.0), "4 s had passed when the clock was set back, and 12 s since");
    ticker.reset(seconds(18.0));
    assert_eq!(ticker.due(), seconds(29.0), "19 s after the start, and an interval");
}

#[test]
fn when_a_tick_is_due_can_be_centuries_away() {
    let longest = Duration::from_nanos(i64::MAX.unsigned_abs());
    let cadence = Cadence::every(longest).jitter(0).build().unwrap();
    let mut ticker = Ticker::new(cadence, Tape::none(), Duration::ZERO);
    for number in 1..=5 {
        assert_eq!(ticker.due(), longest * number);
        // The clock is set back after each tick.
        assert!(ticker.tick(longest).is_some());
        assert_eq!(ticker.tick(Duration::ZERO), None);
    }
}

#[test]
fn it_goes_on_over_centuries_and_steps_of_the_clock() {
    let mut ticker = start(regular().phase(Phase::Locked), Tape::none());
    for century in 1..=20 {
        // The clock is set back after each century, as far as it goes, and time goes on from there.
        let now = seconds(3_155_760_000.0);
        assert_eq!(ticker.tick(now).map(|tick| (tick.number, tick.late)), Some((century, now - seconds(10.0))));
        assert_eq!((ticker.tick(Duration::ZERO), ticker.until_next_tick(Duration::ZERO)), (None, seconds(10.0)));
    }
}

#[test]
fn a_clock_that_stands_still_makes_no_tick() {
    let mut ticker = start(regular(), Tape::none());
    assert!((0..1_000).all(|_| ticker.tick(seconds(3.0)).is_none()));
    assert_eq!(ticker.until_next_tick(seconds(3.0)), seconds(7.0));
}

/// A counter of 1 kHz that overflows every 50 days, compared by half of its range.
#[derive(Clone, Copy)]
struct Ticks(u32);

impl Instant for Ticks {
    fn saturating_duration_since(&self, earlier: Self) -> Duration {
        let elapsed = self.0.wrapping_sub(earlier.0);
        if elapsed > u32::MAX / 2 { Duration::ZERO } else { Duration::from_millis(elapsed.into()) }
    }
}

#[test]
fn a_counter_may_wrap_again_and_again() {
    let day = Duration::from_secs(86_400);
    let cadence = Cadence::every(day).jitter(0).build().unwrap();
    let mut ticker = Ticker::new(cadence, Tape::none(), Ticks(u32::MAX - 5));
    let mut now = u32::MAX - 5;
    for number in 1..=1_000 {
        let until = u32::try_from(ticker.until_next_tick(Ticks(now)).as_millis()).unwrap();
        assert_eq!(until, 86_400_000, "a thousand days are twenty overflows");
        now = now.wrapping_add(until);
        assert_eq!(ticker.tick(Ticks(now)).map(|tick| (tick.number, tick.late)), Some((number, Duration::ZERO)));
    }
}

#[test]
fn instants_of_std_and_tokio_serve_as_they_are() {
    fn ticks_once<I: Instant>(start: I, later: I) {
        let mut ticker = Ticker::new(regular().build().unwrap(), Tape::none(), start);
        assert_eq!((ticker.tick(start), ticker.tick(later).map(|tick| tick.late)), (None, Some(Duration::ZERO)));
    }
    let now = std::time::Instant::now();
    ticks_once(now, now + seconds(10.0));
    let now = tokio::time::Instant::now();
    ticks_once(now, now + seconds(10.0));
}

#[test]
fn it_is_small_and_can_be_put_anywhere() {
    fn is_send_and_sync<T: Send + Sync>() {}
    is_send_and_sync::<Ticker<std::time::Instant>>();
    assert!(size_of::<Ticker<std::time::Instant, ()>>() <= 128);
    let ticker: Ticker<Duration, Tape> = start(regular(), Tape::none());
    let twin = ticker.clone();
    assert_eq!(asked(ticker, [10.0, 35.0]), asked(twin, [10.0, 35.0]));
}
