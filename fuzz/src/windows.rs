//! The windows that waits are drawn from, as the docs of `Poller` and `Jitter` have them.

use std::ops::RangeInclusive;

use asyncpoll::Jitter;

use crate::{settings::Settings, span::MOST};

/// A range of nanoseconds.
pub(crate) type Window = RangeInclusive<u128>;

impl Settings {
    /// Returns the shortest wait that the ladder or a hint may lead to: a tenth of `initial_wait`.
    pub(crate) fn floor(&self) -> u128 {
        self.initial_wait.as_nanos().div_ceil(10)
    }

    /// Returns the base after `base`.
    pub(crate) fn next_base(&self, base: u128) -> u128 {
        let (numer, denom) = self.multiplier;
        (base * u128::from(numer)).div_ceil(denom.into()).min(self.max_backoff.as_nanos())
    }

    /// Returns the window of the ladder's wait at `base`.
    pub(crate) fn ladder_window(&self, base: u128) -> Window {
        let window = self.around(base, self.initial_wait.as_nanos());
        *window.start().max(&self.floor())..=*window.end().min(&self.max_backoff.as_nanos())
    }

    /// Returns the window of the first wait, where it is one of its own.
    pub(crate) fn first_window(&self, head_start: u128) -> Window {
        let window = self.around(head_start, head_start);
        *window.start().max(&1)..=*window.end().min(&MOST)
    }

    /// Returns the window of a wait that the server asked for.
    pub(crate) fn hint_window(&self, hint: u128) -> Window {
        let initial_wait = self.initial_wait.as_nanos();
        if hint >= initial_wait {
            return hint..=(hint + self.margin(hint)).min(MOST);
        }
        let window = self.ladder_window(initial_wait);
        *window.start().max(&hint)..=*window.end()
    }

    /// Returns the window of the last wait, with `left` to the deadline, where it replaces a wait from `window`.
    pub(crate) fn last_window(&self, left: u128, hint: u128, window: &Window) -> Window {
        let spread = self.margin(left).max(self.least_spread()).min(left);
        (left - spread).max(hint).max(1)..=left.min(*window.end())
    }

    /// Returns how far the last waits are spread with nothing left: a wait that ends as near to the deadline is the last.
    pub(crate) fn least_spread(&self) -> u128 {
        let wait = self.max_wait.map_or(self.initial_wait, |max_wait| max_wait.min(self.initial_wait));
        self.margin(wait.as_nanos())
    }

    /// Returns the part of `wait` by which a hint is lengthened and the last wait shortened, at most.
    fn margin(&self, wait: u128) -> u128 {
        let percent = match self.jitter {
            Jitter::None => 0,
            Jitter::PlusMinus(percent) => percent.min(20),
            _ => 20,
        };
        wait * u128::from(percent) / 100
    }

    fn around(&self, base: u128, first: u128) -> Window {
        match self.jitter {
            Jitter::None => base..=base,
            Jitter::PlusMinus(percent) => {
                let spread = base * u128::from(percent) / 100;
                base - spread..=base + spread
            }
            Jitter::Full => 0..=base,
            Jitter::Equal => base.div_ceil(2)..=base,
            Jitter::Decorrelated => first..=3 * base,
            other => panic!("{other:?} has no window here"),
        }
    }
}
