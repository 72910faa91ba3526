//! The laws of a fleet, for every policy, limit, outcome and clock, each by its name.
//!
//! Each test judges its own law by what `play` has recorded. Only that of the reference compares with the naive fleet, and only
//! *Same* with lone pollers.

use asyncpoll::{Decision, Elapsed, Jitter, Outcome, Policy, Poller, Reason};
use core::time::Duration;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

use crate::support::{
    Tape,
    fleet_pair::Pair,
    fleet_play::{Answer, Entry, Event, NONE, Player, Setup, What, all_events, all_rules, events, play, rules, setups},
    limit_rules::Rules,
    seconds,
};

/// What a poll was that was sent, or whatever else happened: an id means something to its own fleet alone.
fn without_id(what: What) -> String {
    match what {
        What::Sent { number, poll, spacing } => {
            format!("{number}: {} {:?} {:?} {spacing:?}", poll.number, poll.elapsed, poll.remaining)
        }
        what => format!("{what:?}"),
    }
}

/// Says whether decisions are the same, but for the counts of an operation that a fleet has forgotten.
fn are_same(one: Decision<(), ()>, other: Decision<(), ()>) -> bool {
    match (one, other) {
        (Decision::GaveUp(one), Decision::GaveUp(other)) if other.reason == Reason::Finished => {
            (one.reason, one.retry_after, one.last_error) == (other.reason, other.retry_after, other.last_error)
        }
        _ => one == other,
    }
}

/// The same, of an error of which nothing is known.
fn without_error(decision: Decision<(), ()>) -> Decision<(), ()> {
    match decision {
        Decision::GaveUp(gave_up) => Decision::GaveUp(gave_up.with_last_error(None)),
        other => other,
    }
}

fn signed(time: u128) -> i128 {
    time.try_into().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn reference_of_plain_lists_and_maps_agrees(setup in setups(all_rules()), events in all_events()) {
        let tapes = [Tape::new(&setup.tape[..]), Tape::new(&setup.tape[..])];
        let mut pair = Pair::new(tapes, &setup.rules, seconds(1_000_000.0));
        for event in events {
            match event {
                Event::Start { upstream, policy } => pair.start(upstream, &setup.policies[policy % setup.policies.len()]),
                Event::Next => drop(pair.next()),
                Event::All => while pair.next() {},
                Event::Batch(most) => pair.batch(most),
                Event::StepPoll(which, outcome) => pair.step_poll(which, outcome),
                Event::LosePoll(which) => pair.lose_poll(which),
                Event::ReleasePoll(which) => pair.release_poll(which),
                Event::Answer(which, outcome) => pair.answer(which, outcome),
                Event::Step(which, outcome) => pair.step(which, outcome),
                Event::Look(which, outcome) => pair.look(which, outcome),
                Event::Lose(which) => pair.lose(which),
                Event::Fail => (0..20).for_each(|_| pair.fail()),
                Event::Release(which) => pair.release(which),
                Event::SlowDown(upstream, hint) => pair.slow_down(upstream, hint),
                Event::Pause(upstream) => pair.pause(upstream),
                Event::Resume(upstream) => pair.resume(upstream),
                Event::Quota(upstream, remaining, reset) => pair.quota(upstream, remaining, reset),
                Event::SetLimits(upstream, rules) => pair.set_limits(upstream, &rules),
                Event::Ask(upstream) => drop(pair.ask(upstream)),
                Event::Grant(before, granted) => pair.grant(before, |ask| granted.answer(ask)),
                Event::FailAsk(upstream, retry) => pair.ask_failed(upstream, retry),
                Event::Cancel(which) => pair.cancel(which),
                Event::Reset(which) => pair.reset_backoff(which),
                Event::SetBackoff(which, base) => pair.set_backoff(which, base),
                Event::PutAway { which, upstream, policy, away } => {
                    pair.put_away(which, upstream, &setup.policies[policy % setup.policies.len()], away);
                }
                Event::WakeUp(late) => pair.wake_up(late),
                Event::Advance(by) => pair.set_clock(pair.now() + by),
                Event::SetBack(by) => pair.set_clock(pair.now().saturating_sub(by)),
            }
        }
    }

    #[test]
    fn same_as_lone_pollers_without_limits_and_refusals(setup in setups(Just(NONE)), events in events(false)) {
        let player = play(&setup, &events);
        let tape = Tape::new(&setup.tape[..]);
        let mut pollers: BTreeMap<usize, Poller<Duration, Tape>> = BTreeMap::new();
        let mut out = BTreeSet::new();
        for Entry { time, what } in &player.entries {
            let now = Duration::from_nanos(u64::try_from(*time).unwrap());
            match *what {
                What::Started { number, policy, .. } => {
                    pollers.insert(number, Poller::new(policy, tape.clone(), now));
                }
                What::Restored { number, policy, snapshot, elapsed, .. } => {
                    pollers.insert(number, Poller::restore_with(&snapshot, policy, tape.clone(), now, Elapsed(elapsed)));
                }
                What::Sent { number, poll, .. } => {
                    let poller = &pollers[&number];
                    prop_assert_eq!(poller.until_next_poll(now), Some(Duration::ZERO), "Same: it is not due");
                    let of_poller = (poller.polls() + 1, poller.elapsed(now), poller.remaining(now));
                    prop_assert_eq!((poll.number, poll.elapsed, poll.remaining), of_poller, "Same: what is handed out");
                    out.insert(number);
                }
                What::Nothing { until } => {
                    let waiting = pollers.iter().filter(|(number, _)| !out.contains(*number));
                    let least = waiting.filter_map(|(_, poller)| poller.until_next_poll(now)).min();
                    prop_assert_eq!(until, least, "Same: when to wake up");
                }
                What::Fed { number, answer } => {
                    out.remove(&number);
                    let alone = pollers.get_mut(&number).unwrap().step(answer.outcome, now);
                    prop_assert!(are_same(answer.decision, alone), "Same: {:?} alone, here {answer:?}", alone);
                }
                What::Lost { number, answer } => {
                    out.remove(&number);
                    let alone = without_error(pollers.get_mut(&number).unwrap().step(answer.outcome, now));
                    prop_assert!(are_same(answer.decision, alone), "Same: {:?} alone, here {answer:?}", alone);
                }
                What::Looked { number, answer } => {
                    let alone = pollers.get_mut(&number).unwrap().look(answer.outcome, now);
                    prop_assert!(are_same(answer.decision, alone), "Same: {:?} alone, here {answer:?}", alone);
                }
                What::Cancelled { number, gave_up, .. } => {
                    let alone = pollers.get_mut(&number).unwrap().cancel(now).with_last_error(None);
                    let here = Decision::GaveUp(gave_up.with_last_error(None));
                    prop_assert!(are_same(here, Decision::GaveUp(alone)), "Same: {alone:?} alone, here {here:?}");
                }
                What::Released { number } => drop(out.remove(&number)),
                What::Reset { number } => pollers.get_mut(&number).unwrap().reset_backoff(),
                What::SetBackoff { number, base } => pollers.get_mut(&number).unwrap().set_backoff(base),
                What::Slowed { .. }
                | What::Paused { .. }
                | What::Resumed { .. }
                | What::Along { .. }
                | What::Told { .. }
                | What::Asked { .. }
                | What::Granted { .. }
                | What::Limited { .. } => {}
                What::Ended { number, gave_up } => prop_assert!(false, "Same: {number} ends by itself: {gave_up:?}"),
            }
        }
    }

    #[test]
    fn polite_nothing_is_sent_before_the_end_of_a_hint(setup in setups(rules()), events in events(true)) {
        let player = play(&setup, &events);
        let mut held_until = vec![0; setup.rules.len()];
        let mut is_paused = vec![false; setup.rules.len()];
        let mut asked_until: BTreeMap<usize, u128> = BTreeMap::new();
        let mut longest = BTreeMap::new();
        for Entry { time, what } in &player.entries {
            if let Some((upstream, Some(hint))) = player.refusal(*what) {
                let longest = setup.rules[upstream].longest_hold.map_or(hint, |longest| longest.as_nanos());
                held_until[upstream] = held_until[upstream].max(time + hint.min(longest));
            }
            if let What::Started { number, policy, .. } | What::Restored { number, policy, .. } = *what {
                longest.insert(number, policy.max_hint().map_or(u128::MAX, |hint| hint.as_nanos()));
            }
            match *what {
                What::Fed { number, answer } | What::Lost { number, answer } => {
                    asked_until.insert(number, time + answer.hint().unwrap_or(0).min(longest[&number]));
                }
                What::Restored { number, of, snapshot, elapsed, .. } => {
                    let away = (elapsed - snapshot.elapsed()).as_nanos();
                    let asked = asked_until.get(&of).map(|asked| asked.saturating_sub(away));
                    asked_until.extend(asked.map(|asked| (number, asked)));
                }
                What::Sent { number, .. } => {
                    let upstream = player.upstream_of(number);
                    prop_assert!(*time >= held_until[upstream], "Polite: {number} is sent in a hold");
                    prop_assert!(!is_paused[upstream], "Polite: {number} is sent in a pause");
                    let asked_until = asked_until.get(&number).copied().unwrap_or(0);
                    prop_assert!(*time >= asked_until, "Polite: {number} is sent before its own hint has ended");
                }
                What::Paused { upstream } => is_paused[upstream] = true,
                What::Resumed { upstream } => (is_paused[upstream], held_until[upstream]) = (false, 0),
                _ => {}
            }
        }
    }

    #[test]
    fn paced_polls_are_apart_and_few_are_in_flight(setup in setups(rules()), events in events(true)) {
        let player = play(&setup, &events);
        let mut last_sent = vec![None; setup.rules.len()];
        let mut out = vec![BTreeSet::new(); setup.rules.len()];
        for Entry { time, what } in &player.entries {
            if let Some(number) = what.end() {
                out[player.upstream_of(number)].remove(&number);
            }
            match *what {
                What::Sent { number, spacing, .. } => {
                    let upstream = player.upstream_of(number);
                    let rules = setup.rules[upstream];
                    if let Some(last) = last_sent[upstream].replace(*time) {
                        let apart: u128 = time - last;
                        prop_assert!(apart >= spacing.as_nanos(), "Paced: {apart} ns apart instead of {spacing:?}");
                        let (polls, per) = rules.rate.unwrap_or((1, Duration::ZERO));
                        prop_assert!(apart * u128::from(polls) >= per.as_nanos(), "Paced: {apart} ns apart at {polls} per {per:?}");
                    }
                    out[upstream].insert(number);
                    if let (Some(most), false) = (rules.in_flight, rules.is_growing) {
                        prop_assert!(out[upstream].len() <= most, "Paced: {} are in flight, not {most}", out[upstream].len());
                    }
                }
                What::Fed { number, .. } | What::Lost { number, .. } | What::Released { number } => {
                    out[player.upstream_of(number)].remove(&number);
                }
                _ => {}
            }
        }
    }

    #[test]
    fn pace_found_by_refusals_alone_and_never_past_a_limit(setup in setups(rules()), events in events(true)) {
        let mut player = Player::new(&setup);
        let mut is_refused = vec![false; setup.rules.len()];
        for event in events {
            let before: Vec<_> = (0..setup.rules.len()).map(|upstream| player.spacing(upstream)).collect();
            let known = player.entries.len();
            player.play(event);
            let (mut hint, mut is_served) = (0, false);
            for entry in &player.entries[known..] {
                if let Some((upstream, asked_for)) = player.refusal(entry.what) {
                    is_refused[upstream] = true;
                    hint = asked_for.unwrap_or(0);
                }
                is_served |= matches!(entry.what, What::Fed { answer, .. } | What::Looked { answer, .. } if answer.is_served());
            }
            for (upstream, rules) in setup.rules.iter().enumerate() {
                let (polls, per) = rules.rate.unwrap_or((1, Duration::ZERO));
                let limit = Duration::from_nanos(u64::try_from(per.as_nanos()).unwrap().div_ceil(polls.into()));
                let (spacing, was) = (player.spacing(upstream), before[upstream]);
                prop_assert!(spacing >= limit, "Pace found: it passes a limit");
                if !rules.find_pace || !is_refused[upstream] {
                    prop_assert_eq!(spacing, limit, "Pace found: nobody has refused, or it is not to be found");
                } else if spacing > was && was > limit {
                    let tenths = if hint > 1_000_000_000 { 7 } else { 8 };
                    let cut = u64::try_from((was.as_nanos() * 10).div_ceil(tenths)).unwrap();
                    prop_assert_eq!(spacing, Duration::from_nanos(cut), "Pace found: a cut leaves {} tenths", tenths);
                } else if spacing < was {
                    prop_assert!(is_served, "Pace found: it grows without service");
                } else if rules.rate.is_none() {
                    prop_assert!(!spacing.is_zero(), "Pace found: a refusal sets one");
                }
            }
        }
    }

    #[test]
    fn never_hammers_what_serves_nobody(
        setup in setups(rules().prop_map(|rules| Rules { find_pace: true, ..rules })), refuses in prop::collection::vec(any::<bool>(), 1..8),
    ) {
        let patient = Policy::builder().no_max_wait().no_max_consecutive_errors().build().unwrap();
        let mut player = Player::new(&Setup { policies: vec![patient], rules: setup.rules[..1].to_vec(), ..setup });
        (0..100).for_each(|_| player.play(Event::Start { upstream: 0, policy: 0 }));
        let mut found = refuses.into_iter().cycle().map(|refuses| if refuses { Outcome::throttled(()) } else { Outcome::transient(()) });
        let (mut answered, mut last) = (0, None);
        while answered < 200 {
            let known = player.entries.len();
            player.play(Event::WakeUp(Duration::ZERO));
            player.play(Event::Next);
            for Entry { time, what } in &player.entries[known..] {
                if let What::Sent { .. } = what {
                    let apart = last.replace(*time).map(|last: u128| time - last);
                    prop_assert!(answered < 16 || apart >= Some(1_000_000_000), "Never hammers: {apart:?} ns after another");
                }
            }
            player.play(Event::Answer(0, found.next().unwrap()));
            answered += 1;
        }
    }

    #[test]
    fn fair_the_one_whose_turn_it_is_goes_first_and_no_upstream_delays_another(setup in setups(rules()), events in events(true)) {
        let player = play(&setup, &events);
        // When the polls are due that wait, and were that are in flight.
        let mut due: BTreeMap<usize, i128> = BTreeMap::new();
        let mut max_waits = BTreeMap::new();
        let mut out = BTreeSet::new();
        let (mut refused, mut paused) = (BTreeSet::new(), BTreeSet::new());
        let mut failed = vec![0; setup.rules.len()];
        for Entry { time, what } in &player.entries {
            let time = signed(*time);
            refused.extend(player.refusal(*what).map(|(upstream, _)| upstream));
            if let What::Fed { number, answer } | What::Lost { number, answer } = *what {
                failed[player.upstream_of(number)] += usize::from(matches!(answer.outcome, Outcome::Transient { .. }));
            }
            if let What::Started { number, policy, .. } | What::Restored { number, policy, .. } = *what {
                max_waits.insert(number, policy.max_wait().map_or(3_600_000_000_000, |max_wait| signed(max_wait.as_nanos())));
            }
            let waiting = |upstream| -> Vec<(usize, i128)> {
                let waiting = due.iter().filter(|(number, _)| !out.contains(*number));
                waiting.filter(|(number, _)| player.upstream_of(**number) == upstream).map(|(number, due)| (*number, *due)).collect()
            };
            match *what {
                What::Started { number, .. } => drop(due.insert(number, time)),
                What::Restored { number, snapshot, elapsed, .. } => {
                    let since_due = signed(elapsed.as_nanos()) - signed(snapshot.due().expect("it has not ended").as_nanos());
                    due.insert(number, time - since_due);
                }
                What::Sent { number, .. } => {
                    let upstream = player.upstream_of(number);
                    let rules = setup.rules[upstream];
                    if rules.rate.is_some() || rules.in_flight.is_some() {
                        // An eighth is rounded down by less than a fifth, and to a whole nanosecond.
                        let earliest = due[&number] + max_waits[&number] / 10 - 1;
                        for (other, other_due) in waiting(upstream).into_iter().filter(|(_, due)| *due <= time) {
                            let is_equal = max_waits[&number] == max_waits[&other];
                            prop_assert!(!is_equal || due[&number] <= other_due, "Fair: {number} goes before {other}, due first");
                            let latest = other_due + max_waits[&other] / 8;
                            prop_assert!(earliest <= latest, "Fair: {number} goes before {other}, which is in a hurry");
                        }
                    }
                    out.insert(number);
                }
                What::Nothing { .. } => {
                    for (upstream, rules) in setup.rules.iter().enumerate() {
                        let may_be_down = rules.find_pace && failed[upstream] >= 16;
                        let is_held = may_be_down || refused.contains(&upstream) || paused.contains(&upstream);
                        let is_free = rules.rate.is_none() && rules.in_flight.is_none() && !is_held;
                        let is_late = waiting(upstream).iter().any(|(_, due)| *due <= time);
                        prop_assert!(!(is_free && is_late), "Fair: what nothing holds back is not handed out");
                    }
                }
                What::Paused { upstream } => drop(paused.insert(upstream)),
                What::Resumed { upstream } => drop(paused.remove(&upstream)),
                What::Released { number } => drop(out.remove(&number)),
                What::Fed { number, answer } | What::Lost { number, answer } if answer.was_living => {
                    out.remove(&number);
                    due.insert(number, time + answer.wait().map_or(0, signed));
                }
                What::Looked { number, answer } => {
                    // It is what is left, or more if the look was hinted.
                    if let Some(wait @ 1..) = answer.wait() {
                        due.insert(number, time + signed(wait));
                    }
                }
                _ => {}
            }
            if let Some(number) = what.end() {
                due.remove(&number);
                out.remove(&number);
            }
        }
    }

    #[test]
    fn ends_on_time_every_operation_ends_once_and_by_its_deadline_unless_a_poll_of_it_is_in_flight(
        setup in setups(rules()), events in events(true), found in any::<bool>(),
    ) {
        let max_wait = seconds(600.0);
        let setup = Setup { policies: vec![Policy::builder().max_wait(max_wait).build().unwrap()], ..setup };
        let mut player = play(&setup, &events);
        (0..setup.rules.len()).for_each(|upstream| player.play(Event::Resume(upstream)));
        let outcome = if found { Outcome::pending() } else { Outcome::transient(()) };
        for _ in 0..3_000 {
            while let Some(number) = player.out.first().copied() {
                player.step(number, outcome);
            }
            player.play(Event::WakeUp(Duration::ZERO));
            player.play(Event::Next);
        }
        prop_assert!(player.fleet.is_empty(), "Ends on time: {} operations have not ended", player.fleet.len());

        let mut deadlines = BTreeMap::new();
        // The hold ends between these two.
        let mut held_until = vec![(0, 0); setup.rules.len()];
        let (mut out, mut came_late, mut ended) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for Entry { time, what } in &player.entries {
            let now = signed(*time);
            if let Some((upstream, Some(hint))) = player.refusal(*what) {
                let longest = setup.rules[upstream].longest_hold.map_or(hint, |longest| longest.as_nanos());
                let hint = signed(hint.min(longest));
                let (least, most) = held_until[upstream];
                held_until[upstream] = (least.max(now + hint), most.max(now + hint + hint / 5));
            }
            match *what {
                What::Resumed { upstream } => {
                    let (least, most) = held_until[upstream];
                    held_until[upstream] = (least.min(now), most.min(now));
                }
                What::Started { number, .. } => drop(deadlines.insert(number, now + signed(max_wait.as_nanos()))),
                What::Restored { number, elapsed, .. } => {
                    deadlines.insert(number, now + signed(max_wait.as_nanos()) - signed(elapsed.as_nanos()));
                    if elapsed >= max_wait {
                        came_late.insert(number);
                    }
                }
                What::Sent { number, .. } => drop(out.insert(number)),
                What::Released { number } | What::Fed { number, .. } | What::Lost { number, .. } => drop(out.remove(&number)),
                What::Ended { number, gave_up } => {
                    prop_assert!(!out.contains(&number), "Ends on time: {number} ends while a poll of it is in flight");
                    prop_assert!(!came_late.contains(&number), "Ends on time: {number} came late, and ends without a poll");
                    prop_assert!(now >= deadlines[&number], "Ends on time: {number} ends early");
                    let (least, most) = held_until[player.upstream_of(number)];
                    if least > deadlines[&number] {
                        prop_assert_eq!(gave_up.reason, Reason::RetryAfterPastDeadline, "Ends on time: why {} ends", number);
                    }
                    if most <= deadlines[&number] {
                        prop_assert_eq!(gave_up.reason, Reason::MaxWait, "Ends on time: why {} ends", number);
                    }
                }
                What::Nothing { .. } => {
                    let mut late = deadlines.iter().filter(|(number, deadline)| {
                        **deadline <= now && !ended.contains(*number) && !out.contains(*number) && !came_late.contains(*number)
                    });
                    prop_assert_eq!(late.next(), None, "Ends on time: at {} one has not ended", now);
                }
                _ => {}
            }
            if let What::Fed { answer, .. } | What::Lost { answer, .. } | What::Looked { answer, .. } = what {
                prop_assert!(answer.was_living || answer.wait().is_none(), "Ends on time: one that has ended sleeps");
            }
            if let Some(number) = what.end() {
                prop_assert!(ended.insert(number), "Ends on time: {number} ends twice");
                out.remove(&number);
            }
        }
        prop_assert_eq!(ended.len(), deadlines.len(), "Ends on time: one has not ended");
    }

    #[test]
    fn lost_polls_cost_what_transient_errors_do(setup in setups(rules()), events in events(true)) {
        let (mut player, mut other) = (Player::new(&setup), Player::new(&setup));
        for event in events {
            other.play(match event {
                Event::Lose(which) if !other.out.is_empty() => Event::Answer(which, Outcome::transient(())),
                event => event,
            });
            player.play(event);
        }
        prop_assert_eq!(player.entries.len(), other.entries.len(), "Lost: entries");
        for (entry, other) in player.entries.iter().zip(other.entries) {
            let as_fed = match entry.what {
                What::Lost { number, answer } => What::Fed { number, answer },
                what => what,
            };
            let other_what = match (entry.what, other.what) {
                (What::Lost { .. }, What::Fed { number, answer }) => {
                    What::Fed { number, answer: Answer { decision: without_error(answer.decision), ..answer } }
                }
                (_, what) => what,
            };
            prop_assert_eq!((entry.time, without_id(as_fed)), (other.time, without_id(other_what)), "Lost");
        }
    }

    #[test]
    fn no_herd_after_a_hold(
        operations in 1..60_usize, hint in 1_000_000_000..100_000_000_000_u64, is_told in any::<bool>(), find_pace in any::<bool>(),
    ) {
        let rules = Rules { find_pace, ..NONE };
        let policy = Policy::builder().no_max_wait().build().unwrap();
        let setup = Setup { rules: vec![rules], policies: vec![policy], tape: vec![0] };
        let mut player = Player::new(&setup);
        (0..operations).for_each(|_| player.play(Event::Start { upstream: 0, policy: 0 }));
        player.play(Event::Next);
        let hold = Duration::from_nanos(hint);
        if is_told {
            player.play(Event::SlowDown(0, Some(hold)));
        } else {
            player.play(Event::Answer(0, Outcome::throttled(()).retry_after(hold)));
        }
        let known = player.entries.len();
        let apart = if find_pace { player.spacing(0).as_nanos() } else { u128::from(hint) / 5 / operations as u128 };
        for _ in 1..operations {
            player.play(Event::WakeUp(Duration::ZERO));
            player.play(Event::Next);
        }
        let sent: Vec<u128> = player.entries[known..].iter().map(|entry| entry.time).collect();
        prop_assert_eq!(sent.len(), operations - 1);
        for pair in sent.windows(2) {
            // It grows, while polls wait for it, by a millionth in so short a time.
            prop_assert!((pair[1] - pair[0]) * 10 >= apart * 9 || find_pace, "No herd: {} ns after another", pair[1] - pair[0]);
            prop_assert!(pair[1] - pair[0] >= apart / 2, "No herd: {} ns after another", pair[1] - pair[0]);
        }
        if let (Some(last), false) = (sent.last(), find_pace) {
            prop_assert!(*last <= u128::from(hint) * 6 / 5, "No herd: the last is sent {last} ns after the refusal");
        }
    }

    #[test]
    fn replayable_the_same_events_have_the_same_record(setup in setups(all_rules()), events in all_events()) {
        let record = || -> Vec<_> {
            play(&setup, &events).entries.into_iter().map(|entry| (entry.time, without_id(entry.what))).collect()
        };
        prop_assert_eq!(record(), record(), "Replayable");
    }

    #[test]
    fn frugal_a_sleep_is_a_draw_and_nothing_else_is(setup in setups(rules()), events in events(true)) {
        let player = play(&setup, &events);
        let mut draws_at_all = BTreeMap::new();
        for Entry { what, .. } in &player.entries {
            // A refusal that begins a hold draws once.
            let holds = usize::from(matches!(player.refusal(*what), Some((_, Some(_)))));
            match *what {
                What::Started { number, policy, .. } | What::Restored { number, policy, .. } => {
                    let draws = policy.jitter() != Jitter::None || policy.hint_jitter().is_some_and(|percent| percent > 0);
                    draws_at_all.insert(number, (draws, policy.last_poll()));
                }
                What::Fed { number, answer } | What::Lost { number, answer } => {
                    let (draws, has_last_poll) = draws_at_all[&number];
                    let is_wait = draws && answer.wait().is_some();
                    // One that turned out too long for the deadline was drawn, too.
                    let is_too_long = draws && !has_last_poll && matches!(answer.decision, Decision::GaveUp(gave_up) if gave_up.reason == Reason::MaxWait);
                    let (least, most) = (usize::from(is_wait), usize::from(is_wait) * 2 + usize::from(is_too_long) + holds);
                    prop_assert!((least..=most).contains(&answer.draws), "Frugal: {} draws for {answer:?}", answer.draws);
                }
                What::Looked { answer, .. } => prop_assert!(answer.draws <= holds, "Frugal: a look draws"),
                _ => {}
            }
        }
    }

    #[test]
    fn total_it_never_panics(setup in setups(all_rules()), events in all_events(), extremes in prop::collection::vec(any::<u8>(), 120)) {
        let mut player = Player::new(&setup);
        for (event, extreme) in events.into_iter().zip(extremes) {
            let times = [Duration::MAX, Duration::from_nanos(u64::MAX), Duration::from_nanos(1 << 63)];
            let time = times.get(usize::from(extreme) % 16).copied();
            player.play(match (event, time) {
                (Event::Advance(_) | Event::WakeUp(_), Some(time)) => Event::Advance(time),
                (Event::SetBack(_), Some(time)) => Event::SetBack(time),
                (Event::Answer(which, outcome), Some(time)) => Event::Answer(which, outcome.retry_after(time)),
                (Event::Look(which, outcome), Some(time)) => Event::Look(which, outcome.retry_after(time)),
                (Event::SlowDown(upstream, _), Some(time)) => Event::SlowDown(upstream, Some(time)),
                (event, _) => event,
            });
        }
    }
}
