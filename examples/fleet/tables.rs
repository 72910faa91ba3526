//! The tables of the simulation: which orders, at which server, polled in which way.

use core::time::Duration;
use std::io::{self, Write};

use asyncpoll::{const_limits, fleet::Limits};

use super::simulation::{Figures, Scenario, Way};

const HALF_A_MINUTE: Duration = Duration::from_secs(30);

/// One server and its orders, polled in several ways.
pub(crate) struct Table {
    pub(crate) name: &'static str,
    scenario: Scenario,
    ways: Vec<(&'static str, Way)>,
}

/// Returns all tables.
pub(crate) fn all() -> Vec<Table> {
    let at_once = |orders, rate| Scenario { latency: Duration::ZERO, ..Scenario::new(orders, rate) };
    let usual = Scenario::new(5_000, 40);
    let found = Way::Fleet(Limits::default());
    let bounds = || {
        vec![
            ("found, no bound in flight", Way::Fleet(const_limits!(Limits::builder().no_in_flight()))),
            ("found, 256 in flight", Way::Fleet(const_limits!(Limits::builder().in_flight(256)))),
            ("found, 64 in flight", Way::Fleet(const_limits!(Limits::builder().in_flight(64)))),
            ("found, 16 in flight", Way::Fleet(const_limits!(Limits::builder().in_flight(16)))),
        ]
    };
    let table = |name, scenario: Scenario| {
        let known = scenario.rate.map(|rate| ("known", known(rate)));
        let ways = [("alone", Way::Alone), ("held", Way::Fleet(Limits::none()))].into_iter().chain(known);
        Table { name, scenario, ways: ways.chain([("found", found)]).collect() }
    };
    let with_bounds = |name, scenario| {
        let Table { mut ways, .. } = table(name, scenario);
        ways.splice(3..3, bounds());
        Table { name, scenario, ways }
    };
    vec![
        table("5,000 orders, 40 a second, no latency", at_once(5_000, 40)),
        table("20,000 orders, 40 a second, no latency", at_once(20_000, 40)),
        table("1,000 orders, 10 a second, no latency", at_once(1_000, 10)),
        with_bounds("5,000 orders, 40 a second", usual),
        with_bounds("1,000 orders, 10 a second", Scenario::new(1_000, 10)),
        table("100 orders, 1 a second", Scenario::new(100, 1)),
        table("10,000 orders, 100 a second", Scenario::new(10_000, 100)),
        table("40,000 orders, 1,000 a second", Scenario::new(40_000, 1_000)),
        table("5,000 orders, 40 a second, a latency of 10 ms", Scenario { latency: Duration::from_millis(10), ..usual }),
        table("5,000 orders, 40 a second, a latency of 2 s", Scenario { latency: Duration::from_secs(2), ..usual }),
        table("5,000 orders, 40 a second, 20 after two minutes", Scenario { change: Some((4 * HALF_A_MINUTE, 20)), ..usual }),
        table("5,000 orders, 40 a second, 80 after two minutes", Scenario { change: Some((4 * HALF_A_MINUTE, 80)), ..usual }),
        table("5,000 orders, 40 a second, 429 without a hint", Scenario { hint: None, ..usual }),
        table("5,000 orders, ten servers, one with 4 a second", Scenario { rate: Some(4), servers: 10, ..usual }),
        table("5,000 orders, no limit", Scenario { rate: None, ..usual }),
    ]
}

/// A pace nine tenths of what the server serves, as a careful user would set it.
fn known(rate: u32) -> Way {
    let limits = Limits::none().to_builder().rate(9 * rate, Duration::from_secs(10)).build();
    Way::Fleet(limits.expect("a server that serves nothing has no pace"))
}

impl Table {
    /// Plays it, a row a way.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (&'static str, Figures)> {
        self.ways.iter().map(|(name, way)| (*name, self.scenario.run(*way)))
    }
}

/// Prints all tables.
pub(crate) fn print(out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "Orders placed at once, each taking three minutes in the median, under the default policy. A server serves so"
    )?;
    writeln!(
        out,
        "many polls a second, twice as many after a rest, and answers the others 429, Retry-After: 30, all after 0.2 s."
    )?;
    for table in all() {
        writeln!(out, "\n{}", table.name)?;
        writeln!(
            out,
            "{:26} {:>8} {:>8} {:>8}   {:>10} {:>10} {:>9}",
            "", "polls", "refused", "busiest", "noticed", "95 %", "given up"
        )?;
        for (name, figures) in table.rows() {
            let Figures { polls, refused, busiest, mean, p95, given_up } = figures;
            writeln!(out, "{name:26} {polls:>8} {refused:>8} {busiest:>6}/s   {mean:>8.1} s {p95:>8.1} s {given_up:>9}")?;
        }
    }
    Ok(())
}
