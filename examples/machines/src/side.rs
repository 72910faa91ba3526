//! One half of the picture: the replicas, and what has become of their polls.

use core::time::Duration;

use simulation::{
    replicas::{OWN, Play, Replicas, SHARED},
    store::Admits,
    tally::Tally,
};

use crate::{arguments::Arguments, database::Database};

/// How long ago polls are counted that make the rate of now.
const OF_LATE: Duration = Duration::from_secs(10);

pub(crate) struct Side {
    pub(crate) name: &'static str,
    play: Play,
}

/// What is shown of a replica, or of all of them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Figures {
    pub(crate) is_up: bool,
    /// Polls a second, of late.
    pub(crate) rate: f64,
    pub(crate) polls: usize,
    pub(crate) refused: usize,
    /// In seconds.
    pub(crate) noticed_after: Option<f64>,
}

impl Side {
    /// Returns the replicas with a pace each, and those that share one.
    pub(crate) fn both(arguments: &Arguments) -> anyhow::Result<[Self; 2]> {
        let [own, shared] = [OWN, SHARED].map(|limits| Replicas::new(arguments.replicas.into(), limits));
        let unused = Box::new(own.store.start());
        let row: Box<dyn Admits> = match &arguments.postgres {
            Some(url) => Box::new(Database::connect(url)?),
            None => Box::new(shared.store.start()),
        };
        Ok([
            Self { name: "a pace each", play: own.start(0, unused) },
            Self { name: "one pace, in a row", play: shared.start(0, row) },
        ])
    }

    /// Lets all happen that happens until then.
    pub(crate) fn advance(&mut self, until: Duration) {
        self.play.advance(until);
    }

    pub(crate) fn is_done(&self) -> bool {
        self.play.is_done()
    }

    pub(crate) fn kill(&mut self, replica: usize, now: Duration) {
        self.play.kill(replica, now);
    }

    /// Returns the figures of each replica.
    pub(crate) fn figures(&self, now: Duration) -> Vec<Figures> {
        self.play.tallies().map(|(tally, is_up)| Figures::of(tally, is_up, now)).collect()
    }
}

impl Figures {
    fn of(tally: &Tally, is_up: bool, now: Duration) -> Self {
        let Tally { sent, refused, noticed } = tally;
        let of_late = sent.iter().rev().take_while(|at| **at + OF_LATE > now).count();
        Self {
            is_up,
            rate: of_late as f64 / OF_LATE.min(now).as_secs_f64().max(1.0),
            polls: sent.len(),
            refused: refused.len(),
            noticed_after: (!noticed.is_empty()).then(|| tally.mean_delay()),
        }
    }

    /// Adds up what all replicas have in common.
    pub(crate) fn together(all: &[Self]) -> Self {
        all.iter().fold(Self::default(), |sum, one| Self {
            rate: sum.rate + one.rate,
            polls: sum.polls + one.polls,
            refused: sum.refused + one.refused,
            ..sum
        })
    }

    /// Returns the share of the polls that was refused, in percent.
    pub(crate) fn refused_percent(&self) -> f64 {
        100.0 * self.refused as f64 / self.polls.max(1) as f64
    }
}

/// Returns how evenly the polls are shared: 1 if each replica has sent as many, and less the more one has sent than another (R. Jain,
/// D.-M. Chiu and W. Hawe, DEC-TR-301, 1984).
pub(crate) fn fairness(all: &[Figures]) -> f64 {
    let (sum, squares) =
        all.iter().map(|one| one.polls as f64).fold((0.0, 0.0), |(sum, squares), polls| (sum + polls, squares + polls * polls));
    if squares > 0.0 { sum * sum / (squares * all.len() as f64) } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replica_that_is_killed_is_back_after_ten_seconds_and_the_others_have_its_slots() {
        let arguments = Arguments { speed: 20, replicas: 8, postgres: None };
        let [_, mut shared] = Side::both(&arguments).unwrap();
        let at = Duration::from_secs;
        shared.advance(at(120));
        let before = Figures::together(&shared.figures(at(120))).rate;
        shared.kill(3, at(120));
        shared.advance(at(129));
        let figures = shared.figures(at(129));
        assert!(!figures[3].is_up && figures[4].is_up);
        assert!(figures[3].rate < 1.0 && Figures::together(&figures).rate > 0.8 * before, "{figures:?} after {before}");
        shared.advance(at(150));
        assert!(shared.figures(at(150)).iter().all(|one| one.is_up && one.rate > 2.0));
    }
}
