//! The window of each jitter kind, end to end.

use asyncpoll::{Jitter, Outcome, Policy, PolicyBuilder};

use crate::support::{Shape, Tape, every::JITTERS, seconds, start, step};

/// Asserts the windows of the first waits, in seconds, that the lowest and the highest draws show.
fn windows(builder: PolicyBuilder, expected: &[(f64, f64)]) {
    for (index, tape) in [Tape::lowest(), Tape::highest()].into_iter().enumerate() {
        let mut poller = start(builder.no_max_wait(), tape);
        for (number, window) in expected.iter().enumerate() {
            let wait = seconds(if index == 0 { window.0 } else { window.1 });
            assert_eq!(step(&mut poller, Outcome::pending(), seconds(0.0)), Shape::Sleep(wait), "wait {number} of {builder:?}");
        }
    }
}

#[test]
fn plus_minus_spreads_around_the_base_and_is_truncated_at_the_ceiling() {
    // Bases 5, 15, 45, 135, 300, 300; 300 × 1.2 = 360 is above the ceiling of 300.
    let expected = [(4.0, 6.0), (12.0, 18.0), (36.0, 54.0), (108.0, 162.0), (240.0, 300.0), (240.0, 300.0)];
    windows(Policy::builder(), &expected);
}

#[test]
fn plus_minus_100_percent_is_truncated_at_a_tenth_of_initial_wait() {
    windows(Policy::builder().jitter(Jitter::PlusMinus(100)), &[(0.5, 10.0), (0.5, 30.0), (0.5, 90.0)]);
}

#[test]
fn above_never_shortens_until_the_ceiling_is_near_and_spreads_there_too() {
    // Bases 5, 15, 45, 135; 300 × 1.2 is above the ceiling, and 300 / 1.2 is 250.
    windows(
        Policy::builder().jitter(Jitter::Above(20)),
        &[(5.0, 6.0), (15.0, 18.0), (45.0, 54.0), (135.0, 162.0), (250.0, 300.0), (250.0, 300.0)],
    );
    windows(Policy::builder().jitter(Jitter::Above(100)).max_backoff(seconds(10.0)), &[(5.0, 10.0), (5.0, 10.0)]);
    // 7 ns × 1.2 = 8.4, rounded down; 100 ns / 1.3 = 76.9, rounded up.
    windows(Policy::builder().initial_wait(seconds(7e-9)).multiplier(1, 1).jitter(Jitter::Above(20)), &[(7e-9, 8e-9)]);
    let near = Policy::builder().initial_wait(seconds(40e-9)).multiplier(2, 1).max_backoff(seconds(100e-9));
    windows(near.jitter(Jitter::Above(30)), &[(40e-9, 52e-9), (77e-9, 100e-9)]);
}

#[test]
fn plus_minus_rounds_into_the_window() {
    // 7 ns × 0.8 = 5.6, rounded up; 7 × 1.2 = 8.4, rounded down.
    windows(Policy::builder().initial_wait(seconds(7e-9)).multiplier(1, 1), &[(6e-9, 8e-9)]);
}

#[test]
fn full_reaches_down_to_a_tenth_of_initial_wait() {
    windows(Policy::builder().jitter(Jitter::Full), &[(0.5, 5.0), (0.5, 15.0), (0.5, 45.0), (0.5, 135.0), (0.5, 300.0)]);
}

#[test]
fn the_tenth_is_rounded_up() {
    windows(Policy::builder().initial_wait(seconds(11e-9)).jitter(Jitter::Full), &[(2e-9, 11e-9)]);
}

#[test]
fn equal_keeps_half_of_the_base() {
    windows(Policy::builder().jitter(Jitter::Equal), &[(2.5, 5.0), (7.5, 15.0), (22.5, 45.0), (67.5, 135.0), (150.0, 300.0)]);
    // Half of 5 ns, rounded up.
    windows(Policy::builder().initial_wait(seconds(5e-9)).jitter(Jitter::Equal), &[(3e-9, 5e-9)]);
}

#[test]
fn decorrelated_grows_from_the_previous_wait() {
    // Lowest: always 5. Highest: 3 × 5 = 15, 45, 135, then the ceiling of 300.
    let expected = [(5.0, 15.0), (5.0, 45.0), (5.0, 135.0), (5.0, 300.0), (5.0, 300.0)];
    windows(Policy::builder().jitter(Jitter::Decorrelated), &expected);
}

#[test]
fn decorrelated_does_not_use_the_multiplier() {
    windows(Policy::builder().jitter(Jitter::Decorrelated).multiplier(1, 1), &[(5.0, 15.0), (5.0, 45.0)]);
}

#[test]
fn a_draw_places_the_wait_in_proportion() {
    // [4 s, 6 s] is 2,000,000,001 ns wide; the middle draw adds ⌊2,000,000,001 / 2⌋ of them.
    let mut poller = start(Policy::builder(), Tape::new([1 << 63]));
    assert_eq!(step(&mut poller, Outcome::pending(), seconds(0.0)), Shape::Sleep(seconds(5.0)));
    let mut poller = start(Policy::builder(), Tape::new([1 << 62]));
    assert_eq!(step(&mut poller, Outcome::pending(), seconds(0.0)), Shape::Sleep(seconds(4.5)));
}

#[test]
fn without_jitter_nothing_is_drawn() {
    for jitter in [Jitter::None, Jitter::PlusMinus(0)] {
        timetable!(start(Policy::builder().jitter(jitter), Tape::none());
            at 0.0: pending => Sleep 5.0;
            at 5.0: pending(30.0) => Sleep 30.0;
            at 599.0: transient => Sleep 1.0;
        );
    }
}

#[test]
fn no_jitter_and_plus_or_minus_nothing_are_the_same_policy() {
    let (none, nothing) = (Policy::builder().jitter(Jitter::None), Policy::builder().jitter(Jitter::PlusMinus(0)));
    assert_eq!(none.build(), nothing.build());
}

#[test]
fn the_docs_have_the_window_of_each_kind() {
    let docs = include_str!("../../../src/wait/jitter.rs");
    for (_, jitter) in JITTERS {
        let text = format!("{jitter:?}");
        let kind = text.split('(').next().unwrap_or(&text);
        assert!(docs.lines().any(|line| line.starts_with(&format!("/// | `{kind}"))), "the table lacks {kind}");
    }
}
