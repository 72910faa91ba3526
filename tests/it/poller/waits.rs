//! The waits of a table, which go before the ladder.

use asyncpoll::{Jitter, Outcome, Policy, PolicyBuilder};

use crate::support::{Shape, Tape, exact, seconds, start, step};

/// Waits of 4, 3, 60 and 2 s, then a ladder from 10 s that doubles.
fn table() -> PolicyBuilder {
    exact().waits(&[4.0, 3.0, 60.0, 2.0].map(seconds)).initial_wait(seconds(10.0)).multiplier(2, 1).max_wait(seconds(3_600.0))
}

#[test]
fn they_are_taken_in_their_order_and_the_ladder_starts_after_them() {
    timetable!(start(table(), Tape::none());
        at 0.0: pending => Sleep 4.0;
        at 4.0: transient => Sleep 3.0;
        at 7.0: pending => Sleep 60.0;
        at 67.0: transient => Sleep 2.0;
        at 69.0: pending => Sleep 10.0;
        at 79.0: pending => Sleep 20.0;
        at 99.0: pending => Sleep 40.0;
    );
}

#[test]
fn a_head_start_comes_before_them() {
    timetable!(start(table().head_start(seconds(20.0)), Tape::none());
        at 0.0: pending => Sleep 20.0;
        at 20.0: pending => Sleep 4.0;
        at 24.0: pending => Sleep 3.0;
    );
}

#[test]
fn a_hint_on_pending_leaves_the_table_where_it_is() {
    timetable!(start(table(), Tape::none());
        at 0.0: pending => Sleep 4.0;
        at 4.0: pending(30.0) => Sleep 30.0;
        at 34.0: pending => Sleep 3.0;
    );
}

#[test]
fn on_a_transient_error_the_later_of_hint_and_wait_counts_and_the_next_is_taken() {
    timetable!(start(table(), Tape::none());
        at 0.0: transient(30.0) => Sleep 30.0;
        at 30.0: transient(1.0) => Sleep 3.0;
        at 33.0: transient(1.0) => Sleep 60.0;
    );
}

#[test]
fn a_hint_below_the_shortest_is_drawn_as_the_shortest() {
    timetable!(start(table(), Tape::none());
        at 0.0: pending(0.0) => Sleep 2.0;
        at 2.0: pending(1.5) => Sleep 2.0;
        at 4.0: pending(2.5) => Sleep 2.5;
    );
}

#[test]
fn a_look_leaves_the_table_where_it_is() {
    let mut poller = timetable!(start(table(), Tape::none()); at 0.0: pending => Sleep 4.0;);
    assert!(matches!(poller.look(Outcome::<()>::pending(), seconds(1.0)), asyncpoll::Decision::Sleep(_)));
    timetable!(poller; at 4.0: pending => Sleep 3.0;);
}

#[test]
fn reset_backoff_goes_back_to_the_first() {
    let mut poller = timetable!(start(table(), Tape::none());
        at 0.0: pending => Sleep 4.0;
        at 4.0: pending => Sleep 3.0;
    );
    poller.reset_backoff();
    let mut poller = timetable!(poller;
        at 7.0: pending => Sleep 4.0;
        at 11.0: pending => Sleep 3.0;
        at 14.0: pending => Sleep 60.0;
        at 74.0: pending => Sleep 2.0;
        at 76.0: pending => Sleep 10.0;
        at 86.0: pending => Sleep 20.0;
    );
    poller.reset_backoff();
    timetable!(poller; at 106.0: pending => Sleep 4.0;);
}

#[test]
fn set_backoff_leaves_them_for_the_ladder() {
    let mut poller = timetable!(start(table(), Tape::none()); at 0.0: pending => Sleep 4.0;);
    poller.set_backoff(seconds(15.0));
    let mut poller = timetable!(poller;
        at 4.0: pending => Sleep 15.0;
        at 19.0: pending => Sleep 30.0;
    );
    // The shortest wait of all is the lower bound.
    poller.set_backoff(seconds(0.5));
    timetable!(poller; at 49.0: pending => Sleep 2.0; at 51.0: pending => Sleep 4.0;);
}

#[test]
fn each_is_jittered_as_a_wait_of_the_ladder_is() {
    let builder = table().jitter(Jitter::PlusMinus(20)).max_backoff(seconds(60.0));
    for (tape, expected) in [(Tape::lowest(), [3.2, 2.4, 48.0, 1.6, 8.0]), (Tape::highest(), [4.8, 3.6, 60.0, 2.4, 12.0])] {
        let mut poller = start(builder, tape);
        for wait in expected {
            assert_eq!(step(&mut poller, Outcome::pending(), seconds(0.0)), Shape::Sleep(seconds(wait)));
        }
    }
}

#[test]
fn the_shortest_measures_what_initial_wait_would() {
    // A tenth of 2 s is the floor of every window.
    let builder = table().jitter(Jitter::Full);
    assert_eq!(step(&mut start(builder, Tape::lowest()), Outcome::pending(), seconds(0.0)), Shape::Sleep(seconds(0.2)));
    // The last wait is spread over 2 s, and not over 10 s: of 50 s left, the last 20 % would be all of those.
    let mut poller =
        start(table().jitter(Jitter::PlusMinus(20)).max_wait(seconds(50.0)).waits(&[2.0, 60.0].map(seconds)), Tape::lowest());
    assert_eq!(step(&mut poller, Outcome::pending(), seconds(0.0)), Shape::Sleep(seconds(1.6)));
    assert_eq!(step(&mut poller, Outcome::pending(), seconds(0.0)), Shape::Sleep(seconds(48.0)));
}

#[test]
fn equal_tables_make_equal_policies_and_are_kept() {
    let policy = table().build().unwrap();
    assert!(policy.waits().eq([4.0, 3.0, 60.0, 2.0].map(seconds)));
    assert_eq!(policy.to_builder().build(), Ok(policy));
    assert_eq!(table().no_waits().build(), table().waits(&[]).build());
    assert_eq!(Policy::default().waits().count(), 0);
    let longest = [u64::MAX, 9_220_000_000_000_000_000].map(core::time::Duration::from_nanos);
    let most = exact().no_max_wait().max_backoff(core::time::Duration::from_nanos(i64::MAX.unsigned_abs()));
    assert!(most.waits(&longest[1..]).build().unwrap().waits().eq([longest[1]]));
    assert!(most.waits(&longest[..1]).build().is_err());
}
