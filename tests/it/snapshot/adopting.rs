//! Taking a poller out of its snapshot under another policy, which is adopted.

use asyncpoll::{Decision, Elapsed, Jitter, Outcome, Policy, PolicyBuilder, Poller, Snapshot, WaitKind};
use core::time::Duration;
use proptest::prelude::*;

use crate::{
    poller::promises::tapes,
    support::{
        Shape, Tape, exact,
        poller_model::{Found, LAST},
        seconds, start, step, strategies,
    },
};

/// Takes the poller out at once under another policy.
fn adopted(poller: &Poller<Duration, Tape>, now: f64, policy: PolicyBuilder) -> Poller<Duration, Tape> {
    let snapshot = poller.snapshot_without_generator(seconds(now));
    let restored = Poller::restore_with(&snapshot, policy.build().unwrap(), Tape::none(), seconds(now), Elapsed(seconds(now)));
    assert_eq!((restored.due(), restored.polls()), (poller.due(), poller.polls()), "what was promised stays");
    restored
}

/// A base of 45 s, and the next poll due at 65 s, of 600.
fn amid_the_ladder() -> Poller<Duration, Tape> {
    timetable!(start(exact(), Tape::none());
        at 0.0: pending => Sleep 5.0;
        at 5.0: pending => Sleep 15.0;
        at 20.0: pending => Sleep 45.0;
    )
}

/// The last wait, which ends at 600 s.
fn in_the_last_wait() -> Poller<Duration, Tape> {
    timetable!(start(exact(), Tape::none()); at 590.0: pending => Sleep 5.0; at 595.0: pending => Sleep 5.0;)
}

#[test]
fn the_base_is_brought_into_the_new_ladder() {
    let lower = exact().max_backoff(seconds(60.0));
    timetable!(adopted(&amid_the_ladder(), 20.0, lower); at 65.0: pending => Sleep 60.0;);
    let higher = exact().initial_wait(seconds(200.0));
    timetable!(adopted(&amid_the_ladder(), 20.0, higher); at 65.0: pending => Sleep 200.0;);
    let steeper = exact().multiplier(2, 1);
    timetable!(adopted(&amid_the_ladder(), 20.0, steeper); at 65.0: pending => Sleep 135.0; at 200.0: pending => Sleep 270.0;);
}

#[test]
fn it_goes_on_at_the_same_place_in_the_new_table() {
    let waits = |waits: &[u64]| exact().waits(&waits.iter().copied().map(Duration::from_secs).collect::<Vec<_>>());
    let amid_the_table = || {
        timetable!(start(waits(&[2, 30, 90]), Tape::none());
            at 0.0: pending => Sleep 2.0;
            at 2.0: pending => Sleep 30.0;
        )
    };
    timetable!(adopted(&amid_the_table(), 2.0, waits(&[7, 8, 9]));
        at 32.0: pending => Sleep 9.0;
        at 41.0: pending => Sleep 5.0;
        at 46.0: pending => Sleep 15.0;
    );
    timetable!(adopted(&amid_the_table(), 2.0, waits(&[7])); at 32.0: pending => Sleep 5.0; at 37.0: pending => Sleep 15.0;);
    timetable!(adopted(&amid_the_table(), 2.0, exact()); at 32.0: pending => Sleep 5.0; at 37.0: pending => Sleep 15.0;);
    // Above the table it stays on the ladder.
    timetable!(adopted(&amid_the_ladder(), 20.0, waits(&[7, 8, 9, 10, 11])); at 65.0: pending => Sleep 135.0;);
}

#[test]
fn what_has_polled_nothing_begins_with_the_new_table() {
    let table = || exact().waits(&[2.0, 30.0].map(seconds));
    let new = || start(exact(), Tape::none());
    timetable!(adopted(&new(), 0.0, table()); at 0.0: pending => Sleep 2.0; at 2.0: pending => Sleep 30.0;);
    let twice = adopted(&new(), 0.0, exact().initial_wait(seconds(9.0)));
    timetable!(adopted(&twice, 0.0, table()); at 0.0: pending => Sleep 2.0; at 2.0: pending => Sleep 30.0;);
    timetable!(adopted(&twice, 0.0, exact()); at 0.0: pending => Sleep 5.0;);
}

#[test]
fn limits_apply_from_the_next_outcome_on() {
    let fewer = exact().max_polls(2);
    timetable!(adopted(&amid_the_ladder(), 20.0, fewer); at 65.0: pending => GaveUp MaxPolls;);
    let fewer = exact().max_polls(2);
    timetable!(adopted(&amid_the_ladder(), 20.0, fewer); at 65.0: done => Done;);
    let errors = exact().max_consecutive_errors(1);
    timetable!(adopted(&amid_the_ladder(), 20.0, errors); at 65.0: transient => GaveUp MaxConsecutiveErrors;);
}

#[test]
fn a_head_start_that_is_new_applies_to_the_first_wait_alone() {
    let with = exact().head_start(seconds(99.0));
    timetable!(adopted(&start(exact(), Tape::none()), 0.0, with); at 0.0: pending => Sleep 99.0;);
    let with = exact().head_start(seconds(99.0));
    timetable!(adopted(&amid_the_ladder(), 20.0, with); at 65.0: pending => Sleep 135.0;);
}

#[test]
fn another_jitter_is_drawn_from_then_on() {
    let mut poller = adopted(&amid_the_ladder(), 20.0, exact());
    let snapshot = poller.snapshot_without_generator(seconds(20.0));
    let full = Policy::builder().jitter(Jitter::Full).build().unwrap();
    let mut lucky = Poller::restore_with(&snapshot, full, Tape::new([1 << 63]), seconds(20.0), Elapsed(seconds(20.0)));
    assert_eq!(step(&mut poller, Outcome::pending(), seconds(65.0)), Shape::Sleep(seconds(135.0)));
    let Shape::Sleep(wait) = step(&mut lucky, Outcome::pending(), seconds(65.0)) else { panic!("half of the window") };
    assert!(wait.abs_diff(seconds(67.75)) < seconds(0.01), "{wait:?}");
}

#[test]
fn the_max_wait_is_as_it_was() {
    let poller = adopted(&in_the_last_wait(), 596.0, exact().multiplier(2, 1));
    assert_eq!(poller.wait_kind(), Some(WaitKind::Last));
    // Even if its timer fires early, nothing follows the last wait.
    timetable!(poller; at 597.0: pending => GaveUp MaxWait;);
    let poller = adopted(&amid_the_ladder(), 20.0, exact().multiplier(2, 1));
    assert_eq!(poller.wait_kind(), Some(WaitKind::Ladder));
}

#[test]
fn a_longer_max_wait_in_the_last_wait_has_it_poll_again() {
    for longer in [exact().max_wait(seconds(1_000.0)), exact().no_max_wait()] {
        let poller = adopted(&in_the_last_wait(), 596.0, longer);
        assert_eq!(poller.wait_kind(), Some(WaitKind::Ladder));
        timetable!(poller; at 600.0: pending => Sleep 45.0;);
    }
}

#[test]
fn a_longer_max_wait_that_leaves_no_time_for_another_changes_nothing() {
    let jittered = |max_wait| Policy::builder().max_wait(seconds(max_wait)).build().unwrap();
    let mut original = Poller::new(jittered(600.0), Tape::highest(), Duration::ZERO);
    assert_eq!(step(&mut original, Outcome::pending(), seconds(595.0)), Shape::Sleep(seconds(5.0)));
    let snapshot = original.snapshot_without_generator(seconds(595.0));
    let kind = |max_wait| {
        Poller::restore_with(&snapshot, jittered(max_wait), Tape::highest(), seconds(595.0), Elapsed(seconds(595.0)))
            .wait_kind()
    };
    // Last waits are spread over a second at least.
    assert_eq!((kind(600.5), kind(601.0)), (Some(WaitKind::Last), Some(WaitKind::Last)));
    assert_eq!(kind(601.000_000_001), Some(WaitKind::Ladder));
}

#[test]
fn a_shorter_max_wait_makes_the_poll_that_was_owed_the_last() {
    for max_wait in [10.0, 64.0, 65.0] {
        let poller = adopted(&amid_the_ladder(), 20.0, exact().max_wait(seconds(max_wait)));
        assert_eq!(poller.wait_kind(), Some(WaitKind::Last), "{max_wait}");
        timetable!(poller; at 30.0: pending => GaveUp MaxWait;);
    }
    let from_none = timetable!(start(exact().no_max_wait(), Tape::none()); at 0.0: pending => Sleep 5.0;);
    let poller = adopted(&from_none, 0.0, exact().max_wait(seconds(2.0)));
    timetable!(poller; at 5.0: pending => GaveUp MaxWait;);
}

#[test]
fn a_shorter_max_wait_with_time_for_more_polls_cuts_what_follows() {
    let poller = adopted(&amid_the_ladder(), 20.0, exact().max_wait(seconds(66.0)));
    assert_eq!(poller.wait_kind(), Some(WaitKind::Ladder));
    timetable!(poller; at 65.0: pending => Sleep 1.0; at 66.0: pending => GaveUp MaxWait;);
}

#[test]
fn a_shorter_max_wait_in_the_last_wait_leaves_it_the_last() {
    for max_wait in [10.0, 599.0] {
        let poller = adopted(&in_the_last_wait(), 596.0, exact().max_wait(seconds(max_wait)));
        assert_eq!(poller.wait_kind(), Some(WaitKind::Last));
        timetable!(poller; at 597.0: pending => GaveUp MaxWait;);
    }
}

#[test]
fn what_had_finished_stays_finished_under_any() {
    let original = timetable!(start(exact(), Tape::none()); at 600.0: pending => GaveUp MaxWait;);
    let snapshot = original.snapshot_without_generator(seconds(600.0));
    let longer = exact().max_wait(seconds(9_000.0)).build().unwrap();
    let poller = Poller::restore_with(&snapshot, longer, Tape::none(), seconds(600.0), Elapsed(seconds(600.0)));
    assert_eq!(poller.wait_kind(), None);
    timetable!(poller; at 600.0: pending => GaveUp Finished;);
}

#[test]
fn what_is_adopted_is_what_it_ran_under_the_next_time() {
    let longer = || exact().max_wait(seconds(1_000.0));
    let poller = adopted(&in_the_last_wait(), 596.0, longer());
    let again = adopted(&poller, 597.0, longer());
    assert_eq!(again.wait_kind(), Some(WaitKind::Ladder));
    timetable!(again; at 600.0: pending => Sleep 45.0;);
}

/// A snapshot of a poller amid its life, and when it is put away.
fn snapshots() -> impl Strategy<Value = (Snapshot, Duration)> {
    let lives = prop::collection::vec(strategies::found(), 0..12);
    (strategies::settings(), lives, any::<u64>()).prop_map(|(settings, lives, seed)| {
        let mut now = Duration::ZERO;
        let mut poller = Poller::seeded(settings.policy(), seed, now);
        for found in lives {
            if let Decision::Sleep(wait) = poller.step(found.outcome(), now) {
                now = now.saturating_add(wait);
            }
        }
        (poller.snapshot(now), now)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn due_stays_and_what_is_decided_keeps_to_the_new_policy(
        (snapshot, now) in snapshots(), settings in strategies::settings(), tape in tapes(),
        away in 0..2_000_000_000_000_u64, outcomes in prop::collection::vec(strategies::found(), 1..12),
    ) {
        let (mut now, away) = (now, Duration::from_nanos(away));
        let elapsed = snapshot.elapsed().saturating_add(away);
        let mut poller = Poller::restore_with(&snapshot, settings.policy(), Tape::new(tape), now, Elapsed(elapsed));
        prop_assert_eq!((poller.due(), poller.polls()), (snapshot.due(), snapshot.polls()), "what was promised moved");
        prop_assert_eq!(poller.is_finished(), snapshot.due().is_none());
        now = now.saturating_add(poller.until_next_poll(now).unwrap_or_default());
        for found in outcomes {
            let (was_finished, had_waited) = (poller.is_finished(), poller.wait_kind().is_some());
            let Decision::Sleep(wait) = poller.step(found.outcome(), now) else { continue };
            prop_assert!(!was_finished, "it went on after the end");
            let (wait, hint) = (wait.as_nanos(), found.retry_after().map_or(0, |hint| settings.believed(hint)));
            prop_assert!(wait >= hint, "{wait} is below the hint {hint}");
            let least = if poller.wait_kind() == Some(WaitKind::Last) { 1 } else { 1.max(settings.floor().min(settings.head_start.unwrap_or(u64::MAX).into())) };
            prop_assert!(wait >= least, "{wait} is below {least}");
            let end = poller.elapsed(now).as_nanos() + wait;
            prop_assert!(end <= settings.max_wait.map_or(LAST + wait, u128::from), "a wait that ends past the deadline");
            let is_free = matches!(found, Found::Pending(None) | Found::Transient(None)) && had_waited;
            prop_assert!(!is_free || wait <= settings.max_backoff.into(), "{wait} is above max_backoff");
            now = now.saturating_add(Duration::from_nanos(wait as u64));
        }
    }
}
