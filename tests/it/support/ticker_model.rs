//! The reference of the ticker: what the docs promise, written down a second time in the plainest way, in integers that cannot
//! overflow.

use asyncpoll::{
    Cadence,
    ticker::{First, Missed, Phase},
};
use core::time::Duration;

/// The settings of a cadence.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    /// In nanoseconds.
    pub(crate) interval: u64,
    pub(crate) jitter: u8,
    pub(crate) first: First,
    pub(crate) phase: Phase,
    pub(crate) missed: Missed,
}

impl Settings {
    pub(crate) fn cadence(&self) -> Cadence {
        Cadence::every(Duration::from_nanos(self.interval))
            .jitter(self.jitter)
            .first(self.first)
            .phase(self.phase)
            .missed(self.missed)
            .build()
            .unwrap()
    }

    pub(crate) fn interval(&self) -> u128 {
        self.interval.into()
    }

    /// How much longer or shorter a gap may be than the interval.
    pub(crate) fn spread(&self) -> u128 {
        self.interval() * u128::from(self.jitter) / 100
    }
}

/// A tick, of the reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Expected {
    pub(crate) number: u64,
    pub(crate) missed: u128,
    pub(crate) late: u128,
}

/// A ticker with everything counted from its start, in nanoseconds.
#[derive(Clone, Debug)]
pub(crate) struct Model {
    settings: Settings,
    reading: u128,
    time: u128,
    /// Where the tick with the index zero has its place, and the index of the next. Under `Free`, each tick has a grid of
    /// its own.
    grid: u128,
    index: u128,
    due: u128,
    ticks: u64,
}

impl Model {
    pub(crate) fn start(settings: Settings, reading: u128, draw: impl FnMut() -> u64) -> Self {
        let mut model = Self { settings, reading, time: 0, grid: 0, index: 0, due: 0, ticks: 0 };
        model.begin(draw);
        model
    }

    /// The time that the reading makes it.
    pub(crate) fn time_at(&self, reading: u128) -> u128 {
        self.time + reading.saturating_sub(self.reading).min(u64::MAX.into())
    }

    pub(crate) fn until_next_tick(&self, reading: u128) -> u128 {
        self.due.saturating_sub(self.time_at(reading))
    }

    pub(crate) fn due(&self) -> u128 {
        self.due
    }

    pub(crate) fn reset(&mut self, reading: u128, draw: impl FnMut() -> u64) {
        self.read(reading);
        self.begin(draw);
    }

    pub(crate) fn tick(&mut self, reading: u128, draw: impl FnMut() -> u64) -> Option<Expected> {
        self.read(reading);
        if self.time < self.due {
            return None;
        }
        let interval = self.settings.interval();
        let late = self.time - self.due;
        let passed = self.time.saturating_sub(self.place()) / interval;
        let missed = match self.settings.missed {
            Missed::Burst => 0,
            _ => passed,
        };
        match (self.settings.missed, self.settings.phase) {
            (Missed::Skip, Phase::Locked) => self.index += passed,
            (Missed::Skip, Phase::Free) if passed > 0 => self.grid = self.time,
            (Missed::Delay, _) => self.grid += late,
            _ => {}
        }
        self.index += 1;
        self.draw_due(draw);
        self.ticks += 1;
        Some(Expected { number: self.ticks, missed, late })
    }

    fn read(&mut self, reading: u128) {
        self.time = self.time_at(reading);
        self.reading = reading;
    }

    fn place(&self) -> u128 {
        self.grid + self.index * self.settings.interval()
    }

    fn begin(&mut self, mut draw: impl FnMut() -> u64) {
        (self.grid, self.index, self.due) = (self.time, 0, self.time);
        match (self.settings.first, self.settings.phase) {
            (First::AtOnce, _) => {}
            (First::Spread, Phase::Locked) => {
                let half = self.settings.spread() - self.settings.spread() / 2;
                self.grid += half + 1 + part(draw(), self.settings.interval());
                self.draw_due(draw);
            }
            (First::Spread, _) => {
                // Anywhere in an interval, and from there what a gap strays: so far from the start, on whichever side.
                let (place, spread) = (1 + part(draw(), self.settings.interval()), self.settings.spread());
                let to = place + if self.settings.jitter > 0 { part(draw(), 2 * spread + 1) } else { 0 };
                self.due += if to > spread { to - spread } else { spread - to + 1 };
                self.grid = self.due;
            }
            (_, _) => {
                self.index = 1;
                self.draw_due(draw);
            }
        }
    }

    fn draw_due(&mut self, mut draw: impl FnMut() -> u64) {
        let (place, spread) = (self.place(), self.settings.spread());
        let (mut before, mut after) = match self.settings.phase {
            Phase::Locked => (spread - spread / 2, spread / 2),
            _ => (spread, spread),
        };
        if self.settings.missed != Missed::Burst {
            // The next lies ahead, and the mean is the place.
            let most = place - self.time - 1;
            (before, after) = (before.min(most), after.min(most));
        }
        self.due = place;
        if self.settings.jitter > 0 {
            self.due = place - before + part(draw(), before + after + 1);
        }
        if self.settings.phase == Phase::Free {
            (self.grid, self.index) = (self.due, 0);
        }
    }
}

/// The part of `whole` that a draw stands for.
fn part(draw: u64, whole: u128) -> u128 {
    (u128::from(draw) * whole) >> 64
}
