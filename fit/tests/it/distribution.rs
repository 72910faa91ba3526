//! What a histogram of completion times says, to the last digit.

use asyncpoll_fit::{Distribution, Record, estimate};

fn assert_near(found: f64, wanted: f64) {
    assert!((found - wanted).abs() < 1e-9, "{found}, not {wanted}");
}

/// A tenth at once, three tenths from 10 to 20 s, none for ten seconds, four tenths until 60 s, and two tenths later.
fn times() -> Distribution {
    Distribution::new(0.1, vec![10.0, 20.0, 30.0, 60.0], &[0.3, 0.0, 0.4], 0.2)
}

#[test]
fn shares_are_read_from_it() {
    let times = times();
    assert_near(times.at_once(), 0.1);
    for (seconds, share) in [(0.0, 0.1), (10.0, 0.1), (15.0, 0.25), (25.0, 0.4), (45.0, 0.6), (60.0, 0.8), (1e9, 0.8)] {
        assert_near(times.done_by(seconds), share);
        assert_near(times.pending_at(seconds), 1.0 - share);
    }
}

#[test]
fn quantiles_are_the_first_times_of_their_share() {
    let times = times();
    for (share, seconds) in [(0.0, 10.0), (1.5 / 7.0, 15.0), (3.0 / 7.0, 20.0), (4.0 / 7.0, 37.5), (1.0, 60.0)] {
        assert_near(times.quantile(share), seconds);
    }
    assert_near(Distribution::new(0.5, vec![10.0], &[], 0.5).quantile(0.5), 0.0);
}

#[test]
fn a_twentieth_may_be_unlike_the_rest() {
    // From 10 s on, twice as long is a twentieth of the way if it is twenty doublings to ten times the last.
    let hedged = times().hedged();
    let whole = 60.0_f64.ln();
    assert_near(hedged.at_once(), 0.095);
    assert_near(hedged.done_by(20.0), 0.095 + 0.95 * 0.3 + 0.05 * 2.0_f64.ln() / whole);
    assert_near(hedged.done_by(30.0), 0.095 + 0.95 * 0.3 + 0.05 * 3.0_f64.ln() / whole);
    assert_near(hedged.pending_at(60.0), 0.95 * 0.2 + 0.05 * 10.0_f64.ln() / whole);
}

#[test]
fn few_records_are_spread_by_how_many_they_are() {
    // How much of the estimate lies far from where all the records are.
    let far = |count: usize| {
        let records = vec![Record::new(99.0, 101.0).unwrap(); count];
        let times = estimate(&records, 600.0).unwrap();
        times.done_by(80.0) + times.pending_at(125.0)
    };
    let (three, forty) = (far(3), far(40));
    assert!(three > 1.5 * forty && forty > 0.0 && three < 0.5, "{three} of 3 records, {forty} of 40");
}
