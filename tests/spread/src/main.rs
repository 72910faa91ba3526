//! Searches for a fleet that breaks the promise *Spread*: of 10,000 pollers started together under any jitter but `None`, with
//! polls that take no time, no stretch of a twentieth of the least `s` holds more than 7 % of the last polls (but for those
//! whose hint or head start leaves less than that `s` before the deadline), nor of any other poll but the first.
//!
//! The search leaves nothing to luck, for the worst of many fleets would be the luckiest: draws fill the space of all draws
//! evenly, and where a last poll is made is not drawn at all. The worst fleets are then played as programs run them, with
//! seeds, and break the promise if they do so more often than not.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::float_arithmetic,
    reason = "a share is not a whole number, and needs few digits"
)]

/// Makes a list with one example of each kind of jitter that `every` names.
macro_rules! every {
    (JITTERS: $element:ty = $of:ident { $($variant:pat => [($name:literal, $kind:expr) $(, $more:expr)* $(,)?],)+ }) => {
        pub(crate) const KINDS: &[$of] = &[$($kind),+];
    };
    ($other:ident: $($rest:tt)+) => {};
}

mod crowding;
mod draws;
#[path = "../../it/support/every.rs"]
#[expect(unused_imports, reason = "fleets take nothing of it but kinds of jitter")]
mod every;
mod fleet;
mod play;
mod search;
mod variation;

use std::process::ExitCode;

use clap::Parser;

use crate::{
    draws::EvenDraws,
    fleet::Fleet,
    search::{Finding, Goal},
};

/// Searches for a fleet of pollers that crowd their polls together.
#[derive(Debug, Parser)]
struct Flags {
    /// Play about so many fleets
    #[arg(long, default_value_t = 20_000)]
    fleets: u32,
    /// Search other fleets
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Show so many of the worst, as tests of the crate have them
    #[arg(long, default_value_t = 1)]
    show: usize,
}

const GOALS: [Goal; 2] = [
    Goal { name: "last polls", limit: 7.0, share: |shares| shares.last },
    Goal { name: "other polls of one number", limit: 7.0, share: |shares| shares.other },
];

/// The pollers of a fleet that is played with seeds; more if some do not make the poll in question.
const POLLERS: u64 = 10_000;

/// How often each fleet is played with seeds: an odd number, for there to be a median.
const TIMES: u64 = 5;

/// How many fleets, the worst, are played with seeds.
const WORST: usize = 10;

fn main() -> ExitCode {
    let flags = Flags::parse();
    let mut broken = false;
    for goal in GOALS {
        println!("The most {}; {} % are allowed.\n", goal.name, goal.limit);
        let mut findings = search::worst(goal, flags.fleets / 2, flags.seed);
        findings.truncate(WORST.max(flags.show));
        let mut findings: Vec<(f64, Finding)> = findings.into_iter().map(|finding| (usual(goal, &finding), finding)).collect();
        findings.sort_by(|(one, _), (other, _)| other.total_cmp(one));
        broken |= findings.iter().any(|(percent, _)| *percent > goal.limit);
        let draws = EvenDraws::new(2_048);
        // Many are the same once they are plain.
        let mut shown: Vec<Fleet> = Vec::new();
        for (_, finding) in findings {
            let finding = finding.simplified(goal, &draws);
            if shown.len() < flags.show && !shown.contains(&finding.fleet) {
                show(goal, &finding);
                shown.push(finding.fleet);
            }
        }
    }
    if broken {
        println!("The promise is broken.");
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

/// Returns the median share of several times that the fleet is played with seeds.
fn usual(goal: Goal, finding: &Finding) -> f64 {
    let pollers = (POLLERS as f64 / finding.share.of) as u64;
    let mut shares: Vec<f64> = (0..TIMES)
        .map(|time| time * pollers..(time + 1) * pollers)
        .map(|seeds| (goal.share)(&play::seeded(&finding.fleet, finding.policy, seeds)).percent)
        .collect();
    shares.sort_by(f64::total_cmp);
    shares[shares.len() / 2]
}

fn show(goal: Goal, finding: &Finding) {
    let Finding { fleet, share, .. } = finding;
    let [start, stretch] = [share.start, fleet.stretch()].map(|nanos| nanos as f64 / 1e9);
    let polls = share.poll.map_or_else(|| "the last polls".to_owned(), |number| format!("poll {number}"));
    println!(
        "{:.2} % of {polls} in {stretch} s from {start} s; {:.2} % without luck:\n{fleet}\n",
        usual(goal, finding),
        share.percent
    );
}
