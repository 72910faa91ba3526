//! Eight waits and a ladder lose nothing against a whole table of waits, which no driver, file or fleet would take.

use core::{mem, time::Duration};

use asyncpoll::{Decision, Outcome, Policy, Poller, SeededRng};
use asyncpoll_fit::{Cost, Distribution, Fit, Goal, estimate, least_delay, optimum};
use rand::{Rng, RngExt};

use crate::{
    kinds::{Kind, MAX_WAIT},
    simulated::{log, median},
};

/// The most polls of a table.
const MOST: usize = 60;

/// How many operations a table is played with.
const OPERATIONS: usize = 20_000;

/// What is lost is less than these times the delay: nothing beside what one log differs from the next by.
const NOTHING: f64 = 1.02;

/// The waits of a table, every one of them the optimum's, jittered as a policy jitters its own.
struct Table(Vec<Duration>);

impl Table {
    /// Makes the table for a price of a poll, from the same estimate as a policy: jitter moves a poll by up to a fifth.
    fn new(times: &Distribution, price: f64) -> Self {
        let moves = || (-6..=6).map(|step| 1.0 + 0.2 * f64::from(step) / 6.0);
        let blurred = |seconds: f64| moves().map(|moved| times.done_by(seconds * moved)).sum::<f64>() / 13.0;
        let times = Distribution::of(times.edges().to_vec(), blurred).hedged();
        let points: Vec<f64> = (1..=600).map(|point| 0.1 * (MAX_WAIT / 0.1).powf(f64::from(point) / 600.0)).collect();
        let polls = optimum(&times, &points, price, MOST);
        let waits = polls.iter().scan(0.0, |start, &poll| Some(poll - mem::replace(start, poll)));
        Self(waits.map(Duration::from_secs_f64).collect())
    }

    /// Polls an operation that is done at `time`, and returns the polls and how late it is noticed.
    fn play(&self, time: f64, rng: &mut impl Rng) -> (f64, Option<f64>) {
        let longest = self.0.iter().max().copied().unwrap();
        let shortest = self.0.iter().min().copied().unwrap();
        let policy = Policy::builder().initial_wait(shortest).max_backoff(longest.mul_f64(1.2));
        // A head start is lengthened by a tenth in the mean.
        let policy = policy.head_start(self.0[0].div_f64(1.1)).build().unwrap();
        let mut now = Duration::ZERO;
        let mut poller = Poller::seeded(policy, rng.random(), now);
        loop {
            if let Some(&wait) = self.0.get(poller.polls() as usize).filter(|_| poller.polls() > 0) {
                poller.set_backoff(wait);
            }
            let outcome = if now.as_secs_f64() < time { Outcome::<()>::pending() } else { Outcome::Done(()) };
            match poller.step(outcome, now) {
                Decision::Sleep(wait) => now += wait,
                Decision::Done(()) => return (f64::from(poller.polls()), Some(now.as_secs_f64() - time)),
                _ => return (f64::from(poller.polls()), None),
            }
        }
    }

    /// Returns the mean polls and the mean delay of operations of a kind.
    fn cost(&self, kind: Kind) -> (f64, f64) {
        let mut rng = SeededRng::new(5);
        let (mut polls, mut delays) = (0.0, Vec::new());
        for _ in 0..OPERATIONS {
            let (made, delay) = self.play(kind.draw(&mut rng), &mut rng);
            polls += made;
            delays.extend(delay);
        }
        (polls / OPERATIONS as f64, delays.iter().sum::<f64>() / delays.len() as f64)
    }
}

#[test]
fn eight_waits_and_a_ladder_lose_nothing_against_a_whole_table() {
    let kinds = [
        Kind::LogNormal(60.0, 0.3),
        Kind::LogNormal(60.0, 0.6),
        Kind::LogNormal(200.0, 0.3),
        Kind::Exponential(60.0),
        Kind::Uniform(30.0, 300.0),
        Kind::Pareto(5.0, 1.1),
        Kind::Two(10.0, 240.0),
        Kind::Two(20.0, 100.0),
    ];
    for price in [8.0, 1.5] {
        let [mut policies, mut tables, mut defaults] = [const { Vec::new() }; 3];
        let mut rows: Vec<usize> = Vec::new();
        for kind in kinds {
            let whole = kind.times(1.0);
            let score = |polls: f64, delay: f64| delay / least_delay(&whole, polls);
            let default = Cost::of(&Policy::default(), &whole);
            defaults.push(score(default.polls, default.delay));
            let scores = (1..=3).map(|seed| {
                let times = estimate(&log(kind, Policy::default(), 200, seed), MAX_WAIT).unwrap();
                let fit = Fit::new(&times, Policy::default(), Some(Goal::Price(price)), Duration::from_millis(60)).unwrap();
                let cost = Cost::of(&fit.best.policy, &whole);
                let table = Table::new(&times, price);
                rows.push(table.0.len());
                let (polls, delay) = table.cost(kind);
                (score(cost.polls, cost.delay), score(polls, delay))
            });
            let (policy, table): (Vec<f64>, Vec<f64>) = scores.unzip();
            println!("{price} s a poll, {kind:?}: {:.3} beside {:.3}", median(policy.clone()), median(table.clone()));
            policies.extend(policy);
            tables.extend(table);
        }
        let mean = |scores: &[f64]| scores.iter().sum::<f64>() / scores.len() as f64;
        let [policy, table, default] = [&policies, &tables, &defaults].map(|scores| mean(scores));
        let (least, most) = (rows.iter().min().unwrap(), rows.iter().max().unwrap());
        println!("{price} s a poll: {policy:.3}, tables of {least} to {most} waits {table:.3}, the default {default:.3}");
        assert!(policy <= NOTHING * table, "{price} s a poll: {policy} beside {table} of whole tables");
        assert!(policy < default / 2.0, "{price} s a poll: {policy} beside {default} of the default");
        assert!(*least > 9, "{price} s a poll: a table of {least} waits is no more than a policy has");
    }
}
