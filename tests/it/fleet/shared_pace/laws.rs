//! The laws of a pace that fleets share, for every history of those who do, each by its name.
//!
//! Each test judges its own law by what `play` has recorded. Only that of the reference compares with the naive pace.

use asyncpoll::fleet::{Ask, SharedPace};
use core::time::Duration;
use proptest::prelude::*;

use crate::support::{
    limit_rules::Rules,
    shared_pace_model::SharedPaceModel,
    shared_pace_play::{START, events, play, rules},
    upstream_model::SECOND,
};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn reference_of_plain_lists_agrees(rules in rules(), events in events()) {
        let mut model = SharedPaceModel::new(START);
        for (number, step) in play(&rules, &events).iter().enumerate() {
            match step.asked {
                Some((ask, grant)) => {
                    let agrees = model.admit(&step.rules, &ask, step.now, &grant);
                    prop_assert!(agrees.is_ok(), "step {number}: {}, for {ask:?}", agrees.unwrap_err());
                }
                None => model.resume(step.now),
            }
            let pace = step.after;
            prop_assert_eq!((model.time, model.epoch), (step.time, pace.epoch()), "step {}: time and epoch", number);
            let counts = (u128::from(pace.slots()), u128::from(pace.refusals()), u128::from(pace.forgiven()));
            prop_assert_eq!((model.slots, model.refusals, model.forgiven), counts, "step {}: counts", number);
            prop_assert_eq!(pace.held(step.now).as_nanos(), model.held_at(step.now), "step {}: held", number);
            let spacing = pace.spacing(&step.rules.limits()).map_or(0, |spacing| spacing.as_nanos());
            prop_assert_eq!(spacing, model.spacing(&step.rules), "step {}: spacing", number);
        }
    }

    #[test]
    fn pure_what_is_granted_depends_on_the_bytes_the_limits_the_ask_and_the_clock(rules in rules(), events in events()) {
        for step in play(&rules, &events) {
            let bytes = step.before.to_bytes();
            let mut restored = SharedPace::from_bytes(&bytes).expect("Pure: what was written is read");
            prop_assert_eq!(restored.to_bytes(), bytes, "Pure: bytes go round");
            match step.asked {
                Some((ask, grant)) => {
                    prop_assert_eq!(restored.admit(&step.rules.limits(), &ask, step.now), grant, "Pure: the grant");
                }
                None => restored.resume(step.now),
            }
            prop_assert_eq!(restored, step.after, "Pure: the pace after it");
        }
    }

    #[test]
    fn spaced_the_slots_of_an_epoch_are_in_order_and_apart(rules in rules(), events in events()) {
        // The last slot, and the least time between two that anybody has been told of since.
        let mut last: Option<(u128, u128)> = None;
        for step in play(&rules, &events) {
            if step.has_new_epoch() {
                last = None;
            }
            let Some((_, grant)) = step.asked else { continue };
            let spacing = grant.spacing.as_nanos();
            if let Some((_, least)) = &mut last {
                *least = spacing.min(*least);
            }
            for slot in step.slots() {
                prop_assert!(slot >= step.time, "Spaced: a slot lies in the past");
                prop_assert!(slot < step.time + SECOND, "Spaced: a slot is {} ns ahead", slot - step.time);
                if let Some((before, least)) = last.replace((slot, spacing)) {
                    prop_assert!(slot >= before + least, "Spaced: {before} and {slot} are not {least} ns apart");
                }
            }
        }
    }

    #[test]
    fn polite_no_slot_lies_in_a_hold_that_was_reported_and_not_ended(rules in rules(), events in events()) {
        // Until when a hold lasts, and the epoch that began when one was last ended.
        let (mut held_until, mut resumed) = (0, 0);
        for step in play(&rules, &events) {
            let (resume, reported) = match step.asked {
                None => (true, None),
                Some((ask, _)) => {
                    let longest = step.rules.longest_hold.map_or(u128::MAX, |longest| longest.as_nanos() * 6 / 5);
                    // A newcomer knows of no hold that was ended.
                    let has_heard = ask.resume || ask.epoch == 0 || ask.epoch >= resumed;
                    let used_up = ask.quota.filter(|(remaining, _)| *remaining == 0).map(|(_, reset)| reset);
                    let hold = Some(ask.hold).filter(|_| has_heard).max(used_up).unwrap_or_default();
                    (ask.resume, Some(step.time + hold.as_nanos().min(longest)))
                }
            };
            if resume && held_until > step.time {
                held_until = step.time;
                resumed = step.before.epoch() + 1;
            }
            held_until = held_until.max(reported.unwrap_or(0));
            let held = step.after.held(step.now).as_nanos();
            prop_assert_eq!(held, held_until.saturating_sub(step.time), "Polite: what is left of the hold");
            for slot in step.slots() {
                prop_assert!(slot >= held_until, "Polite: a slot lies in a hold");
            }
        }
    }

    #[test]
    fn one_cut_a_report_and_none_without_a_refusal_of_this_epoch(rules in rules(), events in events()) {
        for step in play(&rules, &events) {
            let (before, after) = (step.before, step.after);
            let begun = after.epoch() - before.epoch();
            let was_held = before.held(step.now) > Duration::ZERO;
            match step.asked {
                None => prop_assert_eq!(begun, u32::from(was_held), "an end of a hold begins an epoch"),
                Some((ask, grant)) => {
                    let ended = u32::from(ask.resume && was_held);
                    prop_assert!(begun <= 1, "one report begins {begun} epochs");
                    if begun > ended {
                        prop_assert!(ask.refused > 0, "One cut: without a refusal");
                        prop_assert_eq!(ask.epoch, before.epoch(), "One cut: an old report");
                        prop_assert!(step.rules.find_pace, "One cut: no pace is to be found");
                        prop_assert!(!grant.proven, "One cut: a cut is to be proven");
                    }
                    let forgiven = after.forgiven() - before.forgiven();
                    prop_assert!(forgiven <= u64::from(ask.refused), "more is forgiven than was refused");
                    prop_assert_eq!(after.refusals() - before.refusals(), u64::from(ask.refused), "refusals");
                    prop_assert_eq!(after.slots() - before.slots(), u64::from(grant.slots), "slots");
                    prop_assert_eq!(grant.epoch, after.epoch(), "the epoch");
                }
            }
        }
    }

    #[test]
    fn no_rise_without_service_and_none_by_a_cut(rules in rules(), events in events()) {
        // Without a rate or a quota, which are no pace that was found, and without the end of a time in which it was down.
        let rules: Vec<_> = rules.into_iter().map(|rules| Rules { rate: None, ..rules }).collect();
        let limits = Rules { find_pace: true, ..Rules::DEFAULT }.limits();
        for step in play(&rules, &events) {
            let Some((ask, _)) = step.asked else { continue };
            if !step.rules.find_pace || ask.quota.is_some() {
                continue;
            }
            let (before, after) = (step.before.spacing(&limits), step.after.spacing(&limits));
            let is_cut = step.has_new_epoch() && !(ask.resume && step.before.held(step.now) > Duration::ZERO);
            if ask.served == 0 || ask.epoch != step.before.epoch() {
                prop_assert!(after >= before || quota_may_end(&step.before), "it rises without service, {before:?} to {after:?}");
            }
            if is_cut && ask.served == 0 {
                prop_assert!(after > before || after >= Some(Duration::from_secs(1)), "a cut raises it: {before:?} to {after:?}");
            }
            // The first slots are given out, and no poll has been served yet.
            let is_first = step.before.slots() < 16 && step.after.slots() >= 16;
            if !is_cut && !is_first && ask.failed == 0 {
                prop_assert!(after <= before, "it falls without a cut: {before:?} to {after:?}");
            }
        }
    }

    #[test]
    fn turn_of_half_a_second_or_one(rules in rules(), events in events()) {
        for step in play(&rules, &events) {
            let Some((ask, grant)) = step.asked else { continue };
            let most = (SECOND / 2 / grant.spacing.as_nanos()).max(1);
            prop_assert!(u128::from(grant.slots) <= most, "Turn: {} slots", grant.slots);
            prop_assert!(grant.slots <= ask.wanted, "Turn: more than is wanted");
            let has_enough = grant.slots == ask.wanted;
            prop_assert!(!has_enough || (grant.turn, grant.again) == (0, Duration::ZERO), "Turn: what for?");
        }
    }

    #[test]
    fn a_hold_that_was_ended_is_brought_back_by_nobody_who_knew_it(rules in rules(), events in events(), hold in 1..3_600_u64) {
        let steps = play(&rules, &events);
        let Some(step) = steps.last() else { return Ok(()) };
        let (mut pace, limits) = (step.after, step.rules.limits());
        let mut ask = Ask::default();
        (ask.epoch, ask.hold) = (pace.epoch(), Duration::from_secs(hold));
        let held = pace.admit(&limits, &ask, step.now).held;
        let longest = step.rules.longest_hold.map_or(ask.hold, |longest| longest * 6 / 5);
        prop_assert!(held >= ask.hold.min(longest), "it does not hold");
        pace.resume(step.now);
        prop_assert_eq!(pace.held(step.now), Duration::ZERO);
        // Each who has not heard of it reports what it knows.
        for epoch in 1..=ask.epoch {
            ask.epoch = epoch;
            prop_assert_eq!(pace.admit(&limits, &ask, step.now).held, Duration::ZERO, "epoch {} brings it back", epoch);
        }
        ask.epoch = pace.epoch();
        prop_assert_eq!(pace.admit(&limits, &ask, step.now).held, ask.hold.min(longest), "a new one holds");
        // A newcomer has not known the one that was ended.
        pace.resume(step.now);
        ask.epoch = 0;
        prop_assert_eq!(pace.admit(&limits, &ask, step.now).held, ask.hold.min(longest), "that of a newcomer holds");
    }
}

/// Whether a quota keeps slots apart: its end is no rise of the pace.
fn quota_may_end(pace: &SharedPace) -> bool {
    pace.spacing(&Rules { find_pace: false, ..Rules::DEFAULT }.limits()).is_some()
}
