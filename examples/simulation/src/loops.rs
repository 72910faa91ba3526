//! Many loops of one cadence, started together, for an hour.

use core::time::Duration;

use asyncpoll::{
    Cadence, SeededRng, Ticker, const_cadence,
    ticker::{First, Phase},
};

const MINUTE: Cadence = const_cadence!(Cadence::builder(Duration::from_secs(60)).jitter(10));

/// The cadences to compare, each by its name.
pub const CADENCES: [(&str, Cadence); 6] = [
    ("without jitter, AtOnce", const_cadence!(MINUTE.to_builder().jitter(0).first(First::AtOnce))),
    ("Free, AfterOne", MINUTE),
    ("Free, AtOnce", const_cadence!(MINUTE.to_builder().first(First::AtOnce))),
    ("Locked, AfterOne", const_cadence!(MINUTE.to_builder().phase(Phase::Locked))),
    ("Free, Spread", const_cadence!(MINUTE.to_builder().first(First::Spread))),
    ("Locked, Spread", const_cadence!(MINUTE.to_builder().phase(Phase::Locked).first(First::Spread))),
];

/// An hour of loops.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hour {
    /// How many ticks there are in each second.
    pub seconds: [u32; 3_600],
}

impl Hour {
    /// Runs the hour, with that many loops and no caller late.
    ///
    /// ```
    /// use core::time::Duration;
    /// use asyncpoll::{Cadence, const_cadence, ticker::First};
    /// use simulation::loops::Hour;
    ///
    /// const LOCKSTEP: Cadence =
    ///     const_cadence!(Cadence::builder(Duration::from_secs(60)).jitter(0).first(First::AtOnce));
    /// let hour = Hour::of(15, LOCKSTEP);
    /// assert_eq!((hour.seconds[59], hour.seconds[60], hour.busiest()), (0, 15, 15));
    /// ```
    pub fn of(loops: u32, cadence: Cadence) -> Self {
        let mut rng = SeededRng::new(u64::from(loops));
        let mut seconds = [0; 3_600];
        for _ in 0..loops {
            let mut now = Duration::ZERO;
            let mut ticker = Ticker::new(cadence, &mut rng, now);
            loop {
                now += ticker.until_next_tick(now);
                let Some(second) = usize::try_from(now.as_secs()).ok().and_then(|second| seconds.get_mut(second)) else {
                    break;
                };
                *second += u32::from(ticker.tick(now).is_some());
            }
        }
        Self { seconds }
    }

    /// Returns the ticks in the busiest second, from the start.
    pub fn busiest(&self) -> u32 {
        self.seconds.iter().copied().max().unwrap_or(0)
    }

    /// Returns the ticks in the busiest second after ten minutes.
    pub fn busiest_later(&self) -> u32 {
        self.seconds.iter().skip(600).copied().max().unwrap_or(0)
    }
}
