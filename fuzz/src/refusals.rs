//! The rules of `build`, one by one.

use asyncpoll::{Jitter, PolicyError};

use crate::settings::{LONGEST, MOST_WAITS, Settings, has_room, with_three_digits};

/// Returns every error that `settings` deserve; `build` may return any of them, and must return one if there is one.
pub fn refusals(settings: &Settings) -> Vec<PolicyError> {
    let Settings { initial_wait, max_backoff, multiplier: (numer, denom), .. } = *settings;
    let mut refusals = Vec::new();
    let mut refuse = |when: bool, error| {
        if when {
            refusals.push(error);
        }
    };
    let durations = [
        ("head_start", settings.head_start),
        ("initial_wait", Some(initial_wait)),
        ("max_backoff", Some(max_backoff)),
        ("max_hint", settings.max_hint),
        ("max_wait", settings.max_wait),
    ];
    for (field, duration) in durations {
        if let Some(value) = duration {
            refuse(value.is_zero(), PolicyError::ZeroDuration { field });
            refuse(value > LONGEST, PolicyError::TooLong { field, value });
        }
    }
    for (field, count) in [("max_polls", settings.max_polls), ("max_consecutive_errors", settings.max_consecutive_errors)] {
        refuse(count == Some(0), PolicyError::ZeroCount { field });
    }
    if let (Some(head_start), Some(max_wait)) = (settings.head_start, settings.max_wait) {
        refuse(head_start > max_wait, PolicyError::HeadStartAboveMaxWait { head_start, max_wait });
    }
    refuse(initial_wait > max_backoff, PolicyError::InitialWaitAboveMaxBackoff { initial_wait, max_backoff });
    refuse(denom == 0, PolicyError::ZeroDenominator { numer });
    refuse(numer < denom, PolicyError::MultiplierBelowOne { numer, denom });
    let waits = settings.waits.as_slice();
    refuse(waits.len() > MOST_WAITS, PolicyError::TooManyWaits { count: waits.len() });
    for (index, &value) in (0..).zip(waits) {
        refuse(value.is_zero(), PolicyError::ZeroWait { index });
        refuse(value > max_backoff, PolicyError::WaitAboveMaxBackoff { index, value, max_backoff });
        let is_precise = value <= LONGEST && with_three_digits(value) != value;
        refuse(is_precise, PolicyError::WaitTooPrecise { index, value });
    }
    if let Some(percent) = settings.hint_jitter {
        refuse(percent > 100, PolicyError::HintJitterAboveHundred { percent });
    }
    let is_narrow = !has_room(initial_wait, max_backoff, settings.jitter);
    match settings.jitter {
        Jitter::PlusMinus(percent) => refuse(percent > 100, PolicyError::JitterAboveHundred { percent }),
        Jitter::Above(percent) => {
            refuse(percent > 100, PolicyError::JitterAboveHundred { percent });
            refuse(is_narrow, PolicyError::NoRoomAbove { initial_wait, max_backoff, percent });
        }
        Jitter::Decorrelated => {
            refuse(!waits.is_empty(), PolicyError::DecorrelatedWaits);
            refuse(is_narrow, PolicyError::TooLittleToSpread { initial_wait, max_backoff });
        }
        _ => {}
    }
    refusals
}
