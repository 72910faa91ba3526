//! Prints what everything costs as Markdown: instructions by callgrind, and time as the median of interleaved rounds.
#![expect(clippy::float_arithmetic, reason = "a measurement is not a whole number")]

use std::time::Duration;

use asyncpoll_benches::{
    callgrind,
    cases::{self, Case, Piece},
};

const ROUNDS: usize = 31;
/// A million pollers are slow to make.
const SWEEP_ROUNDS: usize = 7;

/// A case, and what came of measuring it.
struct Cost {
    case: Case,
    instructions: f64,
    nanos: f64,
}

fn main() {
    let (ours, beside_peers) = (cases::ours(), cases::beside_peers());
    let split = ours.len();
    let mut costs = measure(ours.into_iter().chain(beside_peers).collect());
    let beside_peers = costs.split_off(split);

    println!("### asyncpoll: instructions\n");
    table(&costs, |cost| format!("{:.0}", cost.instructions));
    println!("\n### asyncpoll: nanoseconds\n");
    table(&costs, |cost| format!("{:.1}", cost.nanos));
    println!("\n### Beside the peers: instructions\n");
    table(&beside_peers, |cost| format!("{:.0}", cost.instructions));
    println!("\n### Beside the peers: nanoseconds\n");
    table(&beside_peers, |cost| format!("{:.1}", cost.nanos));
    println!("\n### Beside the peers: bytes per poller\n");
    println!("| | bytes |\n|---|---|");
    for row in rows(&beside_peers) {
        let bytes = beside_peers.iter().find(|cost| cost.case.row == row).map_or(0, |cost| cost.case.bytes);
        println!("| {row} | {bytes} |");
    }
}

fn measure(cases: Vec<Case>) -> Vec<Cost> {
    let mut nanos: Vec<Vec<f64>> = vec![Vec::new(); cases.len()];
    for round in 0..ROUNDS {
        for (case, nanos) in cases.iter().zip(&mut nanos) {
            if case.piece != Piece::Sweep || round < SWEEP_ROUNDS {
                nanos.push(nanos_each((case.run)(case.piece.timed()), case.piece));
            }
        }
    }
    cases
        .into_iter()
        .zip(nanos)
        .map(|(case, nanos)| Cost { instructions: callgrind::instructions(&case), nanos: median(nanos), case })
        .collect()
}

fn nanos_each(took: Duration, piece: Piece) -> f64 {
    took.as_secs_f64() * 1e9 / f64::from(piece.timed())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn rows(costs: &[Cost]) -> Vec<&str> {
    distinct(costs.iter().map(|cost| cost.case.row.as_str()))
}

fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    names.fold(Vec::new(), |mut seen, name| {
        if !seen.contains(&name) {
            seen.push(name);
        }
        seen
    })
}

/// Prints a table of one figure of each cost; a dash if a row has none in a column.
fn table(costs: &[Cost], figure: impl Fn(&Cost) -> String) {
    let columns = distinct(costs.iter().map(|cost| cost.case.column.as_str()));
    println!("| | {} |", columns.join(" | "));
    println!("|---|{}", "---|".repeat(columns.len()));
    for row in rows(costs) {
        let cells: Vec<String> = columns
            .iter()
            .map(|column| costs.iter().find(|cost| cost.case.row == row && cost.case.column == *column))
            .map(|cost| cost.map_or_else(|| "–".to_owned(), &figure))
            .collect();
        println!("| {row} | {} |", cells.join(" | "));
    }
}
