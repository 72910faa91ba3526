//! The tables of replicas that share a pace: how many there are, and what goes wrong.

use core::time::Duration;
use std::io::{self, Write};

use asyncpoll::{const_limits, fleet::Limits};

use crate::{
    replicas::{OWN, Replicas, SHARED, Shared},
    server::{Answer, Outage, Server},
    store::Store,
    tally::Tally,
};

/// Nine tenths of 40 a second, and of 20.
const KNOWN: Limits = const_limits!(Limits::none().to_builder().rate(36, Duration::from_secs(1)).shared(true));
const KNOWN_OF_20: Limits = const_limits!(Limits::none().to_builder().rate(18, Duration::from_secs(1)).shared(true));

const MINUTE: Duration = Duration::from_secs(60);

/// How often each row is played.
const DRAWS: u64 = 4;

/// Replicas, and what is said of them.
struct Row {
    name: &'static str,
    replicas: Replicas,
}

/// Returns all rows on replicas that nothing goes wrong with: each with a pace of its own, and with one that they share.
fn well() -> Vec<Row> {
    let with = |limits, replicas: &Replicas| Replicas { limits: [limits; 2], ..replicas.clone() };
    let three = |names: [&'static str; 3], replicas: Replicas, known| {
        [OWN, SHARED, known]
            .map(|limits| with(limits, &replicas))
            .into_iter()
            .zip(names)
            .map(|(replicas, name)| Row { name, replicas })
    };
    let uneven = Replicas { on_first: Some(80), ..Replicas::new(8, SHARED) };
    let many = Replicas { orders: 4_000, server: Server::new(20), ..Replicas::new(200, SHARED) };
    let rows = [
        three(["1 replica, own pace", "1 replica, shared", "1 replica, shared and known"], Replicas::new(1, SHARED), KNOWN),
        three(["2 replicas, own paces", "2 replicas, shared", "2 replicas, shared and known"], Replicas::new(2, SHARED), KNOWN),
        three(["8 replicas, own paces", "8 replicas, shared", "8 replicas, shared and known"], Replicas::new(8, SHARED), KNOWN),
        three(
            ["32 replicas, own paces", "32 replicas, shared", "32 replicas, shared and known"],
            Replicas::new(32, SHARED),
            KNOWN,
        ),
        three(["8, four fifths on one, own paces", "8, uneven, shared", "8, uneven, shared and known"], uneven, KNOWN),
        three(["200, 20 a second, own paces", "200, shared", "200, shared and known"], many, KNOWN_OF_20),
    ];
    rows.into_iter().flatten().collect()
}

/// Returns all rows on eight replicas that have trouble.
fn ill() -> Vec<Row> {
    let row = |name, replicas| Row { name, replicas };
    let store = |name, store| row(name, Replicas { store, ..Replicas::new(8, SHARED) });
    let at = |round_trip| Store::new(Duration::from_millis(round_trip));
    let server = |name, server| row(name, Replicas { server, ..Replicas::new(8, SHARED) });
    let of_40 = Server::new(40);
    let quota = Server { a_minute: Some(2_400), rate: None, ..of_40 };
    vec![
        store("a round trip of 1 ms", at(1)),
        store("of 50 ms", at(50)),
        store("of 200 ms", at(200)),
        store("the store's clock set back by an hour", Store { set_back_at: Some(2 * MINUTE), ..at(5) }),
        store("the store gone for a minute", Store { gone: Some(2 * MINUTE..3 * MINUTE), ..at(5) }),
        store("one reply in ten lost after the commit", Store { loses_one_in: Some(10), ..at(5) }),
        store("the row lost", Store { row_lost_at: Some(2 * MINUTE), ..at(5) }),
        row("one killed every 20 s, back after 10 s", Replicas { killed_every: Some(MINUTE / 3), ..Replicas::new(8, SHARED) }),
        row("half of them with a pace of their own", Replicas { limits: [SHARED, OWN], ..Replicas::new(8, SHARED) }),
        server("all polls fail for a minute", Server { outage: Some(Outage::in_the_third_minute(Answer::Failed)), ..of_40 }),
        server(
            "all polls are refused for a minute",
            Server { outage: Some(Outage::in_the_third_minute(Answer::Refused)), ..of_40 },
        ),
        server("429 without a hint", Server { hint: None, ..of_40 }),
        server("answers after 5 to 15 s", Server { latency: Duration::from_secs(10), is_uneven: true, ..of_40 }),
        server("a quota of 2,400 a minute", quota),
        row("the same, own paces", Replicas { limits: [OWN; 2], server: quota, ..Replicas::new(8, SHARED) }),
    ]
}

/// Prints all tables.
pub(crate) fn print(out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "\n\n5,000 such orders at 40 a second, polled by replicas of a service: each at a pace of its own, or all at one that they"
    )?;
    writeln!(
        out,
        "share in a row of a store that answers after 5 ms, found or known to be 36 a second. Means of four draws.\n"
    )?;
    print_rows(&well(), out)?;
    writeln!(out, "\nEight replicas that share a pace which they find, and trouble.\n")?;
    print_rows(&ill(), out)
}

fn print_rows(rows: &[Row], out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "{:40} {:>7} {:>9} {:>8} {:>12} {:>9} {:>14} {:>9}",
        "", "polls", "refused", "busiest", "asks a poll", "noticed", "worst replica", "given up"
    )?;
    for Row { name, replicas } in rows {
        let drawn: Vec<_> = (0..DRAWS).map(|draw| replicas.run(draw)).map(|shared| (shared.together(), shared)).collect();
        let mean = |of: &dyn Fn(&Tally, &Shared) -> f64| {
            drawn.iter().map(|(together, shared)| of(together, shared)).sum::<f64>() / DRAWS as f64
        };
        let polls = mean(&|together, _| together.sent.len() as f64);
        let refused = 100.0 * mean(&|together, _| together.refused.len() as f64) / polls;
        let busiest = mean(&|together, _| f64::from(together.busiest()));
        let asks = 100.0 * mean(&|_, shared| f64::from(shared.asks)) / polls;
        let noticed = mean(&|together, _| together.mean_delay());
        let worst = 100.0 * mean(&|together, shared| shared.worst_delay() / together.mean_delay());
        let given_up = mean(&|_, shared| f64::from(shared.given_up));
        writeln!(
            out,
            "{name:40} {polls:>7.0} {refused:>7.2} % {busiest:>6.0}/s {asks:>10.0} % {noticed:>7.1} s {worst:>12.0} % {given_up:>9.0}"
        )?;
    }
    Ok(())
}
