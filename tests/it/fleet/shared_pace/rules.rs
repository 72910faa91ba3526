//! Each rule of a shared pace with figures.

use asyncpoll::fleet::{Ask, Grant, Limits, LimitsBuilder, SharedPace};
use core::time::Duration;

use crate::support::seconds;

/// A pace and its limits.
struct Row {
    pace: SharedPace,
    limits: Limits,
}

impl Row {
    fn new(limits: LimitsBuilder) -> Self {
        Self { pace: SharedPace::new(Duration::ZERO), limits: limits.build().unwrap() }
    }

    /// Ten a second, and no pace to be found.
    fn ten_a_second() -> Self {
        Self::new(Limits::builder().rate(10, seconds(1.0)).find_pace(false))
    }

    /// Asks at so many seconds, in the epoch that there is.
    fn ask(&mut self, now: f64, fill: impl FnOnce(&mut Ask)) -> Grant {
        let mut ask = Ask::default();
        ask.epoch = self.pace.epoch();
        fill(&mut ask);
        self.pace.admit(&self.limits, &ask, seconds(now))
    }

    fn want(&mut self, now: f64, slots: u32, turn: u64) -> Grant {
        self.ask(now, |ask| (ask.due, ask.wanted, ask.turn) = (slots, slots, turn))
    }

    /// Has as many polls served as slots were wanted, in each of so many seconds.
    fn serve(&mut self, from: u32, until: u32, polls: u32) {
        for second in from..until {
            let _grant = self.ask(second.into(), |ask| (ask.served, ask.due, ask.wanted) = (polls, polls, polls));
        }
    }

    /// The time between two slots, in seconds.
    fn spacing(&self) -> f64 {
        self.pace.spacing(&self.limits).map_or(0.0, |spacing| spacing.as_secs_f64())
    }

    #[track_caller]
    fn assert_spacing(&self, expected: f64) {
        let spacing = self.spacing();
        assert!((spacing - expected).abs() < 1e-6, "{spacing} s between two slots, not {expected}");
    }
}

/// The number of slots, and in how many seconds the first is.
fn slots(grant: Grant) -> (u32, f64) {
    (grant.slots, grant.first.as_secs_f64())
}

#[test]
fn slots_are_a_pace_apart_whoever_they_are_given_to() {
    let mut row = Row::ten_a_second();
    let one = row.want(0.0, 3, 0);
    assert_eq!((slots(one), one.spacing), ((3, 0.0), seconds(0.1)));
    assert_eq!(slots(row.want(0.05, 1, 0)), (1, 0.25));
    assert_eq!(slots(row.want(0.4, 1, 0)), (1, 0.0), "the fifth is free at 0.4 s");
    assert_eq!(slots(row.want(9.0, 1, 0)), (1, 0.0), "those that nobody has taken are lost");
    assert_eq!(slots(row.want(9.0, 1, 0)), (1, 0.1));
}

#[test]
fn half_a_second_s_worth_is_granted_at_a_time_and_one_at_least() {
    let mut row = Row::ten_a_second();
    assert_eq!(slots(row.want(0.0, 100, 0)), (5, 0.0));
    let mut slow = Row::new(Limits::builder().rate(1, seconds(7.0)).find_pace(false));
    let grant = slow.want(0.0, 100, 0);
    assert_eq!((slots(grant), grant.spacing), ((1, 0.0), seconds(7.0)));
}

#[test]
fn no_slot_is_more_than_a_second_ahead() {
    let mut slow = Row::new(Limits::builder().rate(1, seconds(3.0)).find_pace(false));
    let grant = slow.want(0.0, 1, 0);
    assert_eq!((slots(grant), grant.turn, grant.again), ((1, 0.0), 0, Duration::ZERO));
    let grant = slow.want(0.0, 1, 0);
    assert_eq!((slots(grant), grant.again), ((0, 3.0), seconds(2.5)));
    // Half a second before the slot is that of the turn, and whoever has it gets it.
    assert_eq!(slots(slow.want(2.5, 1, grant.turn)), (1, 0.5));
}

#[test]
fn turns_come_one_after_another() {
    let mut row = Row::ten_a_second();
    // Each wants ten, and gets five, and a turn for five more.
    let one = row.want(0.0, 10, 0);
    let two = row.want(0.0, 10, 0);
    let three = row.want(0.0, 10, 0);
    assert_eq!([one, two, three].map(|grant| grant.slots), [5, 0, 0]);
    // A twentieth of the slots of a turn are left over.
    assert_eq!([one, two, three].map(|grant| grant.again), [seconds(0.0), seconds(0.475), seconds(0.95)]);
    let [one, two, three] = [one, two, three].map(|grant| grant.turn);
    assert!(one < two && two < three);
    // Whoever comes before its turn keeps it.
    let early = row.want(0.3, 10, three);
    assert_eq!((early.slots, early.turn, early.again), (0, three, seconds(0.65)));
    // The first asks too, and gets nothing of what is the second's.
    assert_eq!(slots(row.want(0.3, 5, one)), (5, 0.2));
    assert_eq!(slots(row.want(0.475, 5, two)), (5, 0.525));
    assert_eq!(slots(row.want(0.95, 5, three)), (5, 0.55));
}

#[test]
fn a_turn_of_one_slot_is_promised_whole() {
    let mut row = Row::new(Limits::builder().rate(1, seconds(1.0)).find_pace(false));
    let grants = [0.0; 4].map(|now| row.want(now, 1, 0));
    assert_eq!(grants.map(|grant| grant.slots), [1, 0, 0, 0]);
    assert_eq!(grants.map(|grant| grant.again), [0.0, 0.5, 1.5, 2.5].map(seconds));
}

#[test]
fn a_turn_whose_slots_are_more_than_a_second_ahead_begins_anew_behind_the_others() {
    let mut row = Row::ten_a_second();
    let [_first, two, three, four] = [0.0; 4].map(|now| row.want(now, 5, 0));
    assert_eq!((slots(two), three.again), ((5, 0.5), seconds(0.5)));
    // From now on, slots are two seconds apart: the next is free at 1 s, and that after it at 3 s.
    let _grant = row.ask(0.5, |ask| ask.quota = Some((30, seconds(60.0))));
    assert_eq!(slots(row.want(0.5, 1, three.turn)), (1, 0.5));
    let late = row.want(0.975, 5, four.turn);
    assert_eq!((late.slots, late.again), (0, seconds(3.0 - 0.5 - 0.975)));
    assert!(late.turn > four.turn);
}

#[test]
fn who_never_comes_back_for_its_turn_delays_the_others_by_that() {
    let mut row = Row::ten_a_second();
    let _first = row.want(0.0, 5, 0);
    let gone = row.want(0.0, 5, 0);
    assert_eq!(slots(gone), (5, 0.5));
    let gone = row.want(0.0, 5, 0);
    let next = row.want(0.0, 5, 0);
    assert_eq!([gone.again, next.again], [seconds(0.5), seconds(0.975)]);
    // At 0.975 s nobody has taken the slot that is free at 1 s.
    assert_eq!(slots(row.want(0.975, 5, next.turn)), (5, 0.025));
    // If no slot is ahead at all, whoever asks gets those that are free.
    let far = row.want(0.975, 5, 0);
    assert_eq!(far.slots, 0);
    assert_eq!(slots(row.want(1.6, 5, 0)), (5, 0.0));
}

#[test]
fn before_the_first_refusal_a_second_has_sixteen_slots_and_a_tenth_more_each_second_of_service() {
    let mut row = Row::new(Limits::builder());
    row.assert_spacing(0.0625);
    row.serve(0, 1, 8);
    row.assert_spacing(0.0625);
    // They are served, but nobody has waited.
    row.serve(1, 2, 8);
    row.assert_spacing(0.0625);
    let _waits = row.want(1.0, 100, 0);
    // Polls wait, and none is served.
    let _waits = row.want(2.5, 100, 0);
    row.assert_spacing(0.0625);
    let _served = row.ask(2.5, |ask| (ask.served, ask.due, ask.wanted) = (1, 100, 100));
    row.assert_spacing(0.0625 * 10.0 / 11.0);
    let _served = row.ask(3.4, |ask| (ask.served, ask.due, ask.wanted) = (8, 100, 100));
    row.assert_spacing(0.0625 * 10.0 / 11.0);
    let _served = row.ask(3.5, |ask| (ask.served, ask.due, ask.wanted) = (8, 100, 100));
    row.assert_spacing(0.0625 * 100.0 / 121.0);
}

#[test]
fn if_answers_take_long_it_is_a_tenth_more_each_latency() {
    let mut row = Row::new(Limits::builder());
    let served = |ask: &mut Ask| (ask.served, ask.due, ask.wanted, ask.latency) = (9, 100, 100, seconds(10.0));
    for (now, spacings) in [(0.0, 0), (9.9, 0), (10.0, 1), (19.9, 1), (20.0, 2)] {
        let _grant = row.ask(now, served);
        row.assert_spacing(0.0625 * (10.0_f64 / 11.0).powi(spacings));
    }
}

#[test]
fn the_first_refusal_leaves_six_tenths_of_the_rate_at_which_slots_were_given_out() {
    let mut row = Row::new(Limits::builder());
    // Eight a second, for five seconds.
    row.serve(0, 5, 8);
    let grant = row.ask(5.0, |ask| ask.refused = 1);
    assert_eq!((grant.epoch, grant.proven, row.pace.refusals()), (2, false, 1));
    // Until one is served, they are a second apart, and whoever wants more looks in after a second.
    row.assert_spacing(1.0);
    let grant = row.want(5.0, 2, 0);
    assert_eq!((slots(grant), grant.turn, grant.again), ((1, 0.0), 0, seconds(1.0)));
    let grant = row.ask(6.0, |ask| ask.served = 1);
    assert!(grant.proven);
    row.assert_spacing(1.0 / (8.0 * 0.6));
}

#[test]
fn if_few_slots_were_given_out_the_first_refusal_leaves_six_tenths_of_the_rate_served() {
    let mut row = Row::new(Limits::builder());
    let _grant = row.want(0.0, 8, 0);
    let _grant = row.ask(2.0, |ask| ask.served = 4);
    let _cut = row.ask(2.0, |ask| ask.refused = 1);
    let _proven = row.ask(3.0, |ask| ask.served = 1);
    row.assert_spacing(1.0 / (2.0 * 0.6));
    // Where none was served, it is that of one a second.
    let mut row = Row::new(Limits::builder());
    let _cut = row.ask(0.0, |ask| ask.refused = 1);
    row.assert_spacing(1.0 / 0.6);
}

/// One whose pace was found, at 4.8 a second, at six seconds; and nothing is saved up but for one refusal.
fn found() -> Row {
    let mut row = Row::new(Limits::builder());
    row.serve(0, 5, 8);
    let _cut = row.ask(5.0, |ask| ask.refused = 1);
    let _proven = row.ask(6.0, |ask| ask.served = 1);
    row.assert_spacing(1.0 / 4.8);
    row
}

#[test]
fn the_second_refusal_is_forgiven_and_the_next_cuts_to_eight_tenths_or_seven_after_a_hold() {
    for (hint, left) in [(None, 0.8), (Some(1.0), 0.8), (Some(2.0), 0.7)] {
        let mut row = found();
        let _forgiven = row.ask(6.0, |ask| ask.refused = 1);
        assert_eq!((row.pace.forgiven(), row.pace.epoch()), (1, 2));
        let cut = row.ask(6.0, |ask| (ask.refused, ask.hint) = (1, hint.map(seconds)));
        assert_eq!((row.pace.forgiven(), cut.epoch, cut.proven), (1, 3, false));
        let _proven = row.ask(7.0, |ask| ask.served = 1);
        row.assert_spacing(1.0 / (4.8 * left));
    }
}

#[test]
fn slots_that_are_given_out_are_saved_up_and_polls_that_are_served_are_not() {
    let mut row = found();
    let _forgiven = row.ask(6.0, |ask| ask.refused = 1);
    // They are served without having been granted in this epoch: that saves nothing.
    let _served = row.ask(6.0, |ask| ask.served = 500);
    assert_eq!(row.ask(6.0, |ask| ask.refused = 1).epoch, 3);

    let mut row = found();
    let _forgiven = row.ask(6.0, |ask| ask.refused = 1);
    for second in 6..31 {
        assert_eq!(row.want(second.into(), 2, 0).slots, 2);
    }
    let forgiven = row.ask(31.0, |ask| ask.refused = 1);
    assert_eq!((row.pace.forgiven(), forgiven.epoch), (2, 2));
    assert_eq!(row.ask(31.0, |ask| ask.refused = 1).epoch, 3);
}

#[test]
fn a_report_cuts_once_however_often_it_comes_and_one_of_an_earlier_epoch_not_at_all() {
    let mut row = found();
    let mut report = Ask::default();
    (report.epoch, report.refused) = (row.pace.epoch(), 9);
    for repeated in 1..=3 {
        let grant = row.pace.admit(&row.limits, &report, seconds(6.0));
        assert_eq!((grant.epoch, row.pace.refusals()), (3, 1 + 9 * repeated), "the first forgives one and cuts once");
    }
    // Until the cut is proven, there is no other.
    assert_eq!(row.ask(7.0, |ask| ask.refused = 9).epoch, 3);
    let _proven = row.ask(8.0, |ask| ask.served = 1);
    assert_eq!(row.ask(8.0, |ask| ask.refused = 1).epoch, 4);
}

#[test]
fn served_polls_raise_the_pace_while_polls_wait_for_it() {
    let mut row = found();
    let before = row.spacing();
    // Nobody waits.
    let _grant = row.want(6.0, 1, 0);
    let _served = row.ask(6.0, |ask| ask.served = 481);
    row.assert_spacing(before);
    let _waits = row.want(6.0, 60, 0);
    let _served = row.ask(6.0, |ask| ask.served = 481);
    // A hundred seconds at the pace, of which 66 double it.
    row.assert_spacing(before / (1.0 + (100.0_f64 / 66.0).powi(2)));
}

#[test]
fn a_pace_does_not_rise_while_a_quota_is_what_polls_wait_for() {
    let mut row = Row::new(Limits::builder());
    let _grant = row.ask(0.0, |ask| ask.quota = Some((20, seconds(10.0))));
    row.serve(0, 10, 60);
    row.assert_spacing(0.5);
    let _after = row.want(10.0, 1, 0);
    row.assert_spacing(0.0625);
}

#[test]
fn a_hold_lasts_as_long_as_the_longest_that_any_fleet_reports() {
    let mut row = Row::ten_a_second();
    let grant = row.ask(0.0, |ask| ask.hold = seconds(30.0));
    assert_eq!((grant.held, grant.epoch), (seconds(30.0), 1));
    assert_eq!(row.ask(1.0, |ask| ask.hold = seconds(20.0)).held, seconds(29.0));
    assert_eq!(row.ask(1.0, |ask| ask.hold = seconds(40.0)).held, seconds(40.0));
    // Meanwhile a fleet looks in every ten seconds, and comes half a second before its end.
    let grant = row.want(2.0, 5, 0);
    assert_eq!((slots(grant), grant.again, grant.turn), ((0, 39.0), seconds(10.0), 0));
    assert_eq!(row.want(40.0, 5, 0).again, seconds(0.5));
    assert_eq!(slots(row.want(40.5, 5, 0)), (5, 0.5));
}

#[test]
fn the_longest_hold_and_a_fifth_bound_a_hold() {
    let mut row = Row::new(Limits::builder().longest_hold(seconds(60.0)));
    assert_eq!(row.ask(0.0, |ask| ask.hold = seconds(1e9)).held, seconds(72.0));
    assert_eq!(row.ask(0.0, |ask| ask.quota = Some((0, seconds(1e9)))).held, seconds(72.0));
    let mut row = Row::new(Limits::builder().no_longest_hold());
    assert_eq!(row.ask(0.0, |ask| ask.hold = seconds(1e9)).held, seconds(1e9));
}

#[test]
fn a_hold_that_is_ended_begins_an_epoch_and_none_does_if_there_is_no_hold() {
    let mut row = Row::ten_a_second();
    row.pace.resume(seconds(1.0));
    assert_eq!(row.ask(1.0, |ask| ask.resume = true).epoch, 1);
    let _held = row.ask(1.0, |ask| ask.hold = seconds(30.0));
    let grant = row.ask(2.0, |ask| (ask.resume, ask.due, ask.wanted) = (true, 1, 1));
    assert_eq!((grant.epoch, grant.held, slots(grant)), (2, Duration::ZERO, (1, 0.0)));
    // One who has not heard of it reports what was left.
    let stale = row.ask(2.0, |ask| (ask.epoch, ask.hold) = (1, seconds(29.0)));
    assert_eq!((stale.epoch, stale.held), (2, Duration::ZERO));
    // A newcomer has never known of that hold, and whoever has heard of its end knows of another.
    assert_eq!(row.ask(2.0, |ask| (ask.epoch, ask.hold) = (0, seconds(5.0))).held, seconds(5.0));
    assert_eq!(row.ask(2.0, |ask| ask.hold = seconds(7.0)).held, seconds(7.0));
}

#[test]
fn a_hold_that_comes_with_the_end_of_another_is_later_than_that() {
    let mut row = Row::ten_a_second();
    let _held = row.ask(0.0, |ask| ask.hold = seconds(300.0));
    let grant = row.ask(1.0, |ask| (ask.resume, ask.hold) = (true, seconds(5.0)));
    assert_eq!((grant.epoch, grant.held), (2, seconds(5.0)));
}

#[test]
fn a_server_that_fails_sixteen_polls_is_asked_once_a_second_until_it_serves_one() {
    let mut row = Row::new(Limits::builder().rate(10, seconds(1.0)));
    assert!(row.ask(0.0, |ask| ask.served = 1).proven);
    let _grant = row.ask(0.0, |ask| ask.failed = 15);
    row.assert_spacing(0.1);
    let grant = row.ask(0.0, |ask| (ask.failed, ask.due, ask.wanted) = (1, 9, 9));
    assert_eq!((slots(grant), grant.spacing, grant.proven), ((1, 0.0), seconds(1.0), false));
    // Whoever was told last that the server is up reports what was served before.
    let _before = row.ask(0.4, |ask| (ask.served, ask.proven) = (1, true));
    row.assert_spacing(1.0);
    let _served = row.ask(0.5, |ask| ask.served = 1);
    row.assert_spacing(0.1);
    // Of one who reports of an earlier epoch, it says nothing of now.
    let _old = row.ask(0.5, |ask| (ask.epoch, ask.failed) = (0, 99));
    row.assert_spacing(0.1);
}

#[test]
fn what_remains_of_a_quota_is_shared_out_until_the_reset() {
    let mut row = Row::ten_a_second();
    let _grant = row.ask(0.0, |ask| ask.quota = Some((30, seconds(60.0))));
    row.assert_spacing(2.0);
    let _later = row.want(59.9, 1, 0);
    row.assert_spacing(2.0);
    let _after = row.want(60.0, 1, 0);
    row.assert_spacing(0.1);
    // Of several, the latest word counts, and none that remains is a hold.
    let _grant = row.ask(61.0, |ask| ask.quota = Some((1, seconds(60.0))));
    let _grant = row.ask(61.0, |ask| ask.quota = Some((60, seconds(60.0))));
    row.assert_spacing(1.0);
    assert_eq!(row.ask(61.0, |ask| ask.quota = Some((0, seconds(7.0)))).held, seconds(7.0));
}

#[test]
fn without_limits_slots_are_a_nanosecond_apart() {
    let mut row = Row::new(Limits::none().to_builder());
    assert_eq!(row.pace.spacing(&row.limits), None);
    let grant = row.want(0.0, 8_192, 0);
    assert_eq!((slots(grant), grant.spacing), ((8_192, 0.0), Duration::from_nanos(1)));
}

#[test]
fn what_is_found_is_forgotten_if_it_is_not_to_be_found_any_more() {
    let mut row = found();
    row.limits = Limits::none();
    assert!(row.want(7.0, 1, 0).proven);
    row.limits = Limits::default();
    row.assert_spacing(0.0625);
}

#[test]
fn a_clock_that_goes_back_adds_nothing_and_time_goes_on_from_there() {
    let mut row = Row::ten_a_second();
    let _held = row.ask(5_000.0, |ask| ask.hold = seconds(30.0));
    assert_eq!(row.want(1_400.0, 1, 0).held, seconds(30.0), "an hour back");
    assert_eq!(row.want(1_410.0, 1, 0).held, seconds(20.0));
    assert_eq!(row.pace.held(seconds(1_415.0)), seconds(15.0));
    assert_eq!(row.pace.held(seconds(1_000.0)), seconds(20.0));
    assert_eq!(row.want(5_010.0, 1, 0).held, Duration::ZERO, "and forth again, which nobody can tell from time that passes");
}
