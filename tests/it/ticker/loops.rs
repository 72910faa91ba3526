//! The example `loops`: what the guide `docs/ticker.md` says of many loops that are started together.

use simulation::loops::{CADENCES, Hour};

#[test]
fn ten_thousand_loops_are_as_crowded_as_the_guide_says() {
    let page = include_str!("../../../docs/ticker.md");
    let rows = page.lines().skip_while(|line| !line.starts_with("| cadence")).skip(2).take_while(|line| line.starts_with('|'));
    let expected: Vec<(u32, u32)> = rows
        .map(|row| {
            let cells: Vec<_> =
                row.split('|').map(|cell| cell.trim().trim_end_matches(", for ever").replace(',', "")).collect();
            (cells[2].parse().unwrap(), cells[3].parse().unwrap())
        })
        .collect();
    assert_eq!(expected.len(), CADENCES.len());
    for ((name, cadence), (busiest, later)) in CADENCES.into_iter().zip(expected) {
        let hour = Hour::of(10_000, cadence);
        for (found, expected) in [(hour.busiest(), busiest), (hour.busiest_later(), later)] {
            let noise = if expected == 10_000 { 0 } else { expected / 12 };
            assert!(found.abs_diff(expected) <= noise, "{name}: {found} ticks in the busiest second, and not {expected}");
        }
    }
}

#[test]
fn spread_loops_tick_evenly_from_the_start_whatever_their_jitter() {
    for (name, cadence) in CADENCES.into_iter().filter(|(name, _)| name.ends_with("Spread")) {
        for percent in [0, 10, 50, 99] {
            // Ten times as many: the noise is a third of what it was.
            let hour = Hour::of(100_000, cadence.to_builder().jitter(percent).build().unwrap());
            let most = hour.seconds[..180].iter().max().unwrap();
            assert!(*most < 1_667 * 110 / 100, "{name}, {percent} %: {most} ticks in a second, and 1,667 are the mean");
        }
    }
}

#[test]
fn of_fifteen_loops_that_are_spread_no_more_than_a_few_tick_together() {
    for (name, cadence) in CADENCES {
        let busiest = Hour::of(15, cadence).busiest();
        let expected = match name {
            _ if name.ends_with("AtOnce") => 15..=15,
            _ if name.ends_with("Spread") => 1..=4,
            _ => continue,
        };
        assert!(expected.contains(&busiest), "{name}: {busiest} in one second");
    }
}
