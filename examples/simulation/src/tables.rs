//! The tables of the simulation, printed: which orders, at which server, polled in which way.

use core::time::Duration;
use std::io::{self, Write};

use asyncpoll::{const_limits, fleet::Limits};

use crate::{
    backlog::{Backlog, Use},
    replica_tables,
    scenario::{Figures, Scenario, Way},
    server::{Answer, Change, Outage, Server},
};

const FORGIVING: Limits = const_limits!(Limits::builder().forgive(6));

const HALF_A_MINUTE: Duration = Duration::from_secs(30);

/// One server and its orders, polled in several ways.
struct Table {
    name: &'static str,
    scenario: Scenario,
    ways: Vec<(&'static str, Way)>,
}

/// Fleets that have more to poll than a server serves.
struct Row {
    name: &'static str,
    backlog: Backlog,
}

/// Returns all tables of orders at a server that only has a limit.
fn all() -> Vec<Table> {
    let at_once = |orders, rate| Scenario {
        server: Server { latency: Duration::ZERO, ..Server::new(rate) },
        ..Scenario::new(orders, rate)
    };
    let varied = |server| Scenario { server, ..Scenario::new(5_000, 40) };
    let of_40 = Server::new(40);
    let usual = Scenario::new(5_000, 40);
    let bounds = || {
        vec![
            ("found, no bound in flight", Way::Fleet(const_limits!(Limits::builder().no_in_flight()))),
            ("found, 256 in flight", Way::Fleet(const_limits!(Limits::builder().in_flight(256)))),
            ("found, 64 in flight", Way::Fleet(const_limits!(Limits::builder().in_flight(64)))),
            ("found, 16 in flight", Way::Fleet(const_limits!(Limits::builder().in_flight(16)))),
        ]
    };
    let table = |name, scenario: Scenario| {
        let ways = Way::all(&scenario.server);
        Table { name, scenario, ways }
    };
    let with_bounds = |name, scenario| {
        let mut table = table(name, scenario);
        table.ways.splice(3..3, bounds());
        table
    };
    vec![
        table("5,000 orders, 40 a second, no latency", at_once(5_000, 40)),
        table("20,000 orders, 40 a second, no latency", at_once(20_000, 40)),
        table("1,000 orders, 10 a second, no latency", at_once(1_000, 10)),
        with_bounds("5,000 orders, 40 a second", usual.clone()),
        with_bounds("1,000 orders, 10 a second", Scenario::new(1_000, 10)),
        table("100 orders, 1 a second", Scenario::new(100, 1)),
        table("10,000 orders, 100 a second", Scenario::new(10_000, 100)),
        table("40,000 orders, 1,000 a second", Scenario::new(40_000, 1_000)),
        table("5,000 orders, 40 a second, a latency of 10 ms", varied(Server { latency: Duration::from_millis(10), ..of_40 })),
        table("5,000 orders, 40 a second, a latency of 2 s", varied(Server { latency: Duration::from_secs(2), ..of_40 })),
        table(
            "5,000 orders, 40 a second, 20 after two minutes",
            varied(Server { change: Some(Change { at: 4 * HALF_A_MINUTE, rate: 20 }), ..of_40 }),
        ),
        table(
            "5,000 orders, 40 a second, 80 after two minutes",
            varied(Server { change: Some(Change { at: 4 * HALF_A_MINUTE, rate: 80 }), ..of_40 }),
        ),
        table("5,000 orders, 40 a second, 429 without a hint", varied(Server { hint: None, ..of_40 })),
        table("5,000 orders, ten servers, one with 4 a second", Scenario { server: Server::new(4), servers: 10, ..usual }),
        table("5,000 orders, no limit", varied(Server { rate: None, ..of_40 })),
    ]
}

/// Returns all tables of orders of two kinds, at a server that is hard to poll.
fn hard() -> Vec<Table> {
    let of_40 = Server::new(40);
    let at_random = |at_random| Server { rate: None, hint: None, at_random, ..of_40 };
    let slow = |seconds| Server { latency: Duration::from_secs(seconds), is_uneven: true, ..of_40 };
    let table = |name, server: Server| {
        let scenario = Scenario { medians: vec![180.0, 20.0], server, ..Scenario::new(5_000, 40) };
        let ways = Way::all(&scenario.server).into_iter().filter(|(name, _)| *name != "held").collect();
        Table { name, scenario, ways }
    };
    let forgiving = |name, server| {
        let mut table = table(name, server);
        table.ways.push(("found, forgive(6)", Way::Fleet(FORGIVING)));
        table
    };
    vec![
        table("One poll in 1,000 refused at random, without a hint, and no limit", at_random(1)),
        table("One in 100 refused", at_random(10)),
        forgiving("One in 20 refused", at_random(50)),
        table("40 a second, but all for somebody else in every other minute", Server { is_shared: true, ..of_40 }),
        table("40 a second, and Retry-After: 3600 for the others", Server { hint: Some(Duration::from_secs(3_600)), ..of_40 }),
        table("40 a second, answers after 5 to 15 s", slow(10)),
        table("40 a second, answers after 15 to 45 s", slow(30)),
    ]
}

/// Returns the rows on a server of 40 polls a second that has more to serve than that.
fn backlogs() -> Vec<Row> {
    let of_40 = Server { hint: None, ..Server::new(40) };
    let one_in_20 = Server { at_random: 50, ..of_40 };
    let minute = Duration::from_secs(60);
    let row = |name, server| Row { name, backlog: Backlog::new(server) };
    let fleets = |name, fleets| Row { name, backlog: Backlog { fleets, ..Backlog::new(of_40) } };
    let since = |name, from, server| Row { name, backlog: Backlog { from, ..Backlog::new(server) } };
    let change = |rate| Server { change: Some(Change { at: 10 * minute, rate }), ..of_40 };
    let outage = |until, answer| Server { outage: Some(Outage { from: 10 * minute, until, answer }), ..of_40 };
    vec![
        fleets("one fleet", 1),
        fleets("2 fleets", 2),
        fleets("5 fleets", 5),
        fleets("20 fleets", 20),
        fleets("50 fleets", 50),
        row("one, Retry-After: 30", Server::new(40)),
        row("1 in 1,000 refused at random", Server { at_random: 1, ..of_40 }),
        row("1 in 100 refused", Server { at_random: 10, ..of_40 }),
        row("1 in 20 refused", one_in_20),
        Row { name: "1 in 20 refused, forgive(6)", backlog: Backlog { limits: FORGIVING, ..Backlog::new(one_in_20) } },
        since("80 a second now", 10 * minute, change(80)),
        since("400 a second now", 10 * minute, change(400)),
        since("all were refused for a minute", 11 * minute, outage(11 * minute, Answer::Refused)),
        // Those that were in flight when it went down have come back.
        since("all fail", 10 * minute + Duration::from_secs(5), outage(Duration::MAX, Answer::Failed)),
        Row {
            name: "all failed for an hour",
            backlog: Backlog { from: 70 * minute, until: 90 * minute, ..Backlog::new(outage(70 * minute, Answer::Failed)) },
        },
    ]
}

impl Table {
    /// Plays it, a row a way.
    fn rows(&self) -> impl Iterator<Item = (&'static str, Figures)> {
        self.ways.iter().map(|(name, way)| (*name, self.scenario.run(*way).figures()))
    }
}

/// Prints all tables.
///
/// # Errors
///
/// If `out` cannot be written to.
pub fn print(out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "Orders placed at once, each taking three minutes in the median, under the default policy. A server serves so"
    )?;
    writeln!(
        out,
        "many polls a second, twice as many after a rest, and answers the others 429, Retry-After: 30, all after 0.2 s."
    )?;
    print_tables(&all(), out)?;
    writeln!(out, "\n\nHalf of 5,000 orders take 20 seconds in the median. A server is hard to poll.")?;
    print_tables(&hard(), out)?;
    writeln!(
        out,
        "\n\nFleets that find their pace have more to poll, without end, than the 40 polls a second that a server serves."
    )?;
    writeln!(out, "What it refuses has no hint.\n")?;
    writeln!(out, "{:30} {:>8} {:>10} {:>9} {:>12} {:>8}", "", "served", "refused", "shared", "4/5 after", "busiest")?;
    for Row { name, backlog } in backlogs() {
        let Use { served, refused, fairness, at_work, busiest } = backlog.run();
        let shared = fairness.map_or_else(|| "-".into(), |fairness| format!("{:.0} %", 100.0 * fairness));
        let at_work = at_work.map_or_else(|| "-".into(), |at_work| format!("{at_work:.0} s"));
        writeln!(out, "{name:30} {served:>6.1} % {refused:>8.2} % {shared:>9} {at_work:>12} {busiest:>6}/s")?;
    }
    replica_tables::print(out)
}

fn print_tables(tables: &[Table], out: &mut impl Write) -> io::Result<()> {
    for table in tables {
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
