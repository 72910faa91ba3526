//! The ladder without jitter: how it starts, grows and stays at its ceiling.

use crate::support::{Tape, exact, seconds, start};

#[test]
fn the_default_ladder_triples_from_5_s_up_to_the_deadline() {
    // 5 + 15 + 45 + 135 + 300 = 500; the next 300 s would end at 800 s, so it is cut to 100 s.
    timetable!(start(exact(), Tape::none());
        at 0.0: pending => Sleep 5.0;
        at 5.0: pending => Sleep 15.0;
        at 20.0: pending => Sleep 45.0;
        at 65.0: pending => Sleep 135.0;
        at 200.0: pending => Sleep 300.0;
        at 500.0: pending => Sleep 100.0;
        at 600.0: pending => GaveUp MaxWait;
    );
}

#[test]
fn a_transient_error_climbs_the_same_ladder() {
    timetable!(start(exact(), Tape::none());
        at 0.0: transient => Sleep 5.0;
        at 5.0: pending => Sleep 15.0;
        at 20.0: transient => Sleep 45.0;
    );
}

#[test]
fn a_multiplier_of_one_polls_at_regular_intervals() {
    timetable!(start(exact().multiplier(1, 1).no_max_wait(), Tape::none());
        at 0.0: pending => Sleep 5.0;
        at 5.0: pending => Sleep 5.0;
        at 10.0: pending => Sleep 5.0;
    );
}

#[test]
fn a_fraction_grows_slowly_and_rounds_up() {
    // 5 × 4/3 = 6.666666666⅔, rounded up to the nanosecond; 6.666666667 × 4/3 = 8.888888889⅓.
    timetable!(start(exact().multiplier(4, 3).no_max_wait(), Tape::none());
        at 0.0: pending => Sleep 5.0;
        at 5.0: pending => Sleep 6.666_666_667;
        at 12.0: pending => Sleep 8.888_888_890;
    );
}

#[test]
fn the_ceiling_is_reached_and_kept() {
    // 5 × 3 = 15, above the ceiling of 7.
    timetable!(start(exact().max_backoff(seconds(7.0)).no_max_wait(), Tape::none());
        at 0.0: pending => Sleep 5.0;
        at 5.0: pending => Sleep 7.0;
        at 12.0: pending => Sleep 7.0;
        at 19.0: pending => Sleep 7.0;
    );
}

#[test]
fn a_ladder_that_starts_at_its_ceiling_stays_there() {
    timetable!(start(exact().initial_wait(seconds(300.0)).no_max_wait(), Tape::none());
        at 0.0: pending => Sleep 300.0;
        at 300.0: pending => Sleep 300.0;
    );
}

#[test]
fn the_largest_multiplier_goes_straight_to_the_ceiling() {
    timetable!(start(exact().multiplier(u32::MAX, 1).no_max_wait(), Tape::none());
        at 0.0: pending => Sleep 5.0;
        at 5.0: pending => Sleep 300.0;
        at 305.0: pending => Sleep 300.0;
    );
}

#[test]
fn a_ladder_from_one_nanosecond_does_not_stand_still() {
    // ⌈1 × 101/100⌉ = 2, ⌈2 × 1.01⌉ = 3: rounding up makes the smallest bases grow.
    timetable!(start(exact().initial_wait(seconds(1e-9)).multiplier(101, 100).no_max_wait(), Tape::none());
        at 0.0: pending => Sleep 0.000_000_001;
        at 1.0: pending => Sleep 0.000_000_002;
        at 2.0: pending => Sleep 0.000_000_003;
    );
}
