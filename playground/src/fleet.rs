//! The view of many orders at one server: what polling them costs it, and when their ends are noticed, by how they are polled.

use core::time::Duration;

use asyncpoll_fit::drawing::{Axis, Color, Drawing, Fill, Stroke, Text};
use simulation::{
    replicas::{OWN, Replicas, SHARED, Shared},
    scenario::{Figures, Played, Scenario, Way},
    server::Server,
    tally::{Tally, per_second},
};

use crate::{
    address::Address,
    answer::{Refusal, Shown},
    field::{Field, Kind, View, time, whole},
    question::Question,
    words::{count, figure},
};

const MOST_ORDERS: u64 = 20_000;
const MOST_RATE: u64 = 1_000;
const MOST_REPLICAS: u64 = 32;

/// Above so many times the limit, the picture cuts polls off.
const CUT: f64 = 2.5;

pub(crate) const VIEW: View = View {
    name: "fleet",
    fields: &[
        Field {
            name: "orders",
            plain: "5000",
            kind: Kind::Steps(&["10", "100", "500", "1000", "2000", "5000", "10000", "20000"]),
            says: "placed at once; in the median one takes three minutes",
        },
        Field {
            name: "rate",
            plain: "40",
            kind: Kind::Steps(&["1", "2", "5", "10", "20", "40", "80", "160", "500", "1000"]),
            says: "polls a second that the server serves",
        },
        Field {
            name: "retry_after",
            plain: "30s",
            kind: Kind::Steps(&["none", "1s", "5s", "10s", "30s", "1m", "2m"]),
            says: "the rest that a refusal asks for",
        },
        Field {
            name: "latency",
            plain: "200ms",
            kind: Kind::Steps(&["0s", "10ms", "50ms", "200ms", "500ms", "1s", "2s", "5s"]),
            says: "until an answer comes",
        },
        Field {
            name: "replicas",
            plain: "1",
            kind: Kind::Steps(&["1", "2", "4", "8", "16", "32"]),
            says: "processes that poll the orders together",
        },
    ],
    show,
};

/// A way of polling, and what came of it.
struct Row {
    name: String,
    says: &'static str,
    tally: Tally,
    figures: Figures,
}

fn show(address: &mut Address, question: &Question) -> Result<Shown, Refusal> {
    let orders = whole(address, "orders", 1, MOST_ORDERS)? as usize;
    let rate = whole(address, "rate", 1, MOST_RATE)? as u32;
    let replicas = whole(address, "replicas", 1, MOST_REPLICAS)? as usize;
    let hint = match address.get("retry_after") {
        "none" => None,
        _ => Some(time(address, "retry_after", 0.001, 86_400.0)?),
    };
    let latency = time(address, "latency", 0.0, 60.0)?;
    let server = Server { hint, latency, ..Server::new(rate) };
    let rows = play(orders, server, replicas);
    Ok(Shown {
        says: says(&rows, orders),
        picture: picture(&rows, rate, question).to_string(),
        tables: vec![("ways", table(&rows))],
        ..Shown::default()
    })
}

/// Polls the orders in every way.
fn play(orders: usize, server: Server, replicas: usize) -> Vec<Row> {
    let scenario = Scenario { server, ..Scenario::new(orders, 1) };
    let named = |name| match name {
        "alone" => ("a poller each", "none knows of the others"),
        "held" => ("a fleet that only holds", "one refusal stops all"),
        "known" => ("a fleet at a known pace", "nine tenths of the limit"),
        _ => ("a fleet that finds its pace", "the default of a fleet"),
    };
    let ways = Way::all(&server).into_iter().map(|(name, way)| {
        let (name, says) = named(name);
        let played = scenario.run(way);
        Row { name: name.to_owned(), says, figures: played.figures(), tally: played.tally }
    });
    let mut rows: Vec<Row> = ways.collect();
    if replicas > 1 {
        for (limits, name, says) in
            [(OWN, "a pace each", "each finds a pace of its own"), (SHARED, "one pace", "they share it in a row of a store")]
        {
            let shared = Replicas { orders, server, ..Replicas::new(replicas, limits) }.run(0);
            let Shared { given_up, .. } = shared;
            let played = Played { tally: shared.together(), given_up };
            let name = format!("{replicas} fleets, {name}");
            rows.push(Row { name, says, figures: played.figures(), tally: played.tally });
        }
    }
    rows
}

fn says(rows: &[Row], orders: usize) -> String {
    let (alone, best) = (&rows[0].figures, &rows[rows.len() - 1]);
    let found = &best.figures;
    let refused = |figures: &Figures| format!("{} of {} polls", count(figures.refused), count(figures.polls));
    let who = if rows.len() > 4 { "Fleets that share a pace" } else { "A fleet" };
    let mut says = vec![format!(
        "With a poller each, the server refuses {}, and an end is noticed {} late. {who}: {} refused, and {} late.",
        figure(refused(alone)),
        figure(seconds(alone.mean)),
        figure(refused(found)),
        figure(seconds(found.mean)),
    )];
    if found.given_up > 0 {
        let missed = format!("{} of {}", count(found.given_up), count(orders as u64));
        says.push(format!("The end of {} orders was not noticed within max_wait, 10 min.", figure(missed)));
    }
    says.join(" ")
}

/// Writes a time as the docs of a fleet have it.
fn seconds(seconds: f64) -> String {
    format!("{seconds:.0} s")
}

fn table(rows: &[Row]) -> Vec<Vec<String>> {
    let heads = ["", "polls", "refused", "busiest second", "noticed after, mean", "95 % within", "never noticed"];
    let rows = rows.iter().map(|Row { name, figures, .. }| {
        let counts = [figures.polls, figures.refused, figures.busiest].map(count);
        let times = [figures.mean, figures.p95].map(seconds);
        [name.clone()].into_iter().chain(counts).chain(times).chain([count(figures.given_up)]).collect()
    });
    [heads.map(str::to_owned).to_vec()].into_iter().chain(rows).collect()
}

fn picture(rows: &[Row], rate: u32, question: &Question) -> Drawing {
    let is_compact = question.is_compact();
    let (left, right) = (if is_compact { 48.0 } else { 250.0 }, question.width() - 26.0);
    let (high, row_high) = if is_compact { (40.0, 66.0) } else { (66.0, 92.0) };
    let foot = 8.0 + row_high * rows.len() as f64;
    let mut drawing = Drawing::new(
        question.width(),
        foot + 30.0,
        "Polls a second",
        "How many polls a server serves and refuses in each second, by how its orders are polled",
    );
    let end = rows.iter().filter_map(|row| row.tally.sent.last()).max().map_or(60.0, Duration::as_secs_f64).max(60.0);
    let across = Axis::linear(0.0..end, left..right).of_times();
    drawing.axis_below(&across, foot, Some(10.0));
    for (number, row) in rows.iter().enumerate() {
        let base = 8.0 + row_high * (number as f64 + 1.0) - 8.0;
        let up = Axis::linear(0.0..CUT * f64::from(rate), base..base - high);
        bars(&mut drawing, &row.tally, &across, &up);
        drawing.line(Stroke::new(Color::Muted), &[(left, base), (right, base)]);
        let limit = up.at(f64::from(rate));
        drawing.line(Stroke::new(Color::Ink).dashed(), &[(left, limit), (right, limit)]);
        let words = format!("{rate}/s");
        drawing.text(Text::new(&words).small().color(Color::Muted).end(), (left - 6.0, limit + 4.0));
        let busiest = format!("busiest second: {}", count(row.figures.busiest));
        if is_compact {
            drawing.text(Text::new(&row.name).small().bold().halo(), (left, base - high - 8.0));
            let busiest = count(row.figures.busiest);
            drawing.text(Text::new(&busiest).small().halo().end(), (right, base - high - 8.0));
        } else {
            drawing.text(Text::new(&row.name).bold(), (10.0, base - high + 16.0));
            drawing.text(Text::new(row.says).small().color(Color::Muted), (10.0, base - high + 33.0));
            drawing.text(Text::new(&busiest).small().color(Color::Muted), (10.0, base - high + 49.0));
        }
    }
    drawing
}

/// Draws the polls of each column of pixels: those that are served, and on top of them those that are refused.
fn bars(drawing: &mut Drawing, tally: &Tally, across: &Axis, up: &Axis) {
    let (sent, refused) = (per_second(&tally.sent), per_second(&tally.refused));
    let columns = (across.end() - across.start()).max(1.0);
    let seconds = ((across.value(across.end()) / columns).ceil() as usize).max(1);
    let (mut all, mut served) = (Vec::new(), Vec::new());
    for (number, chunk) in sent.chunks(seconds).enumerate() {
        let first = number * seconds;
        let of = |counts: &[u32]| f64::from(counts.iter().sum::<u32>()) / seconds as f64;
        let refused = of(refused.get(first..refused.len().min(first + seconds)).unwrap_or_default());
        for x in [first, first + seconds].map(|second| across.at(second as f64)) {
            all.push((x, up.at(of(chunk))));
            served.push((x, up.at(of(chunk) - refused)));
        }
    }
    let foot = up.at(0.0);
    drawing.area(Fill::Hatched(Color::Orange), &all, foot);
    drawing.area(Fill::Solid(Color::Blue), &served, foot);
}
