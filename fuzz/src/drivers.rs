//! A driver on a coarse clock, whose sleeps are woken at any time.

use std::{cell::Cell, time::Duration};

use arbitrary::{Arbitrary, Result, Unstructured};
use asyncpoll::{Driver, Outcome, Poller};

use crate::{settings::Settings, span::span, tape::Tape};

/// The coarsest tick of a clock: that of older Windows systems.
const COARSEST: u64 = 15_000_000;

/// The most wake-ups in one reading of the clock. A driver takes a clock for one that stands still after a hundred.
const MOST_WAKE_UPS: u32 = 100;

/// The most sleeps that are woken, so that an input does not take long.
const MOST_SLEEPS: u32 = 500;

/// One driver, its clock and its sleeps.
#[derive(Arbitrary, Debug)]
pub struct Drive {
    settings: Settings,
    /// The length of a tick of the clock.
    #[arbitrary(with = tick)]
    tick: u64,
    /// The time at the start.
    #[arbitrary(with = span)]
    start: Duration,
    /// What part of each sleep passes before it is woken, in 255ths: nothing for a wake-up that was stored before.
    #[arbitrary(with = wake_ups)]
    wake_ups: Vec<u8>,
    /// What the polls find, in turn: a hint, if there is one, and whether it is an error.
    #[arbitrary(with = found)]
    found: Vec<(bool, Option<Duration>)>,
    tape: Tape,
}

impl Drive {
    /// Drives a poller as long as there is something to find.
    ///
    /// # Panics
    ///
    /// If a poll is made before its wait is over.
    pub fn perform(&self) {
        // So early that time does not run out: a clock at its end stands still.
        let time = Cell::new(self.start.as_nanos() % (1 << 64));
        let now = || {
            let reading = time.get() / u128::from(self.tick) * u128::from(self.tick);
            let (seconds, nanos) = (reading / 1_000_000_000, reading % 1_000_000_000);
            Duration::new(seconds.try_into().expect("there is time left"), nanos.try_into().expect("it is below a second"))
        };
        let mut wake_ups = self.wake_ups.iter().cycle();
        let fruitless = Cell::new((now(), 0));
        let sleeps = Cell::new(0);
        let sleep = |wait: Duration| {
            sleeps.set(sleeps.get() + 1);
            let (reading, count) = fruitless.get();
            let count = if reading == now() { count + 1 } else { 1 };
            // The first sleep of a wait is none of the hundred, and so may be one more in the reading of the wait before.
            let part = match wake_ups.next() {
                Some(part) if count < MOST_WAKE_UPS && sleeps.get() < MOST_SLEEPS => *part,
                _ => u8::MAX,
            };
            time.set(time.get() + wait.as_nanos() * u128::from(part) / u128::from(u8::MAX));
            if part == u8::MAX && reading == now() {
                time.set((time.get() / u128::from(self.tick) + 1) * u128::from(self.tick));
            }
            fruitless.set((now(), if reading == now() { count } else { 0 }));
        };

        let settings = self.settings.mended();
        let due = Cell::new(now());
        // No poller tells times apart that are further from its start.
        let end = now() + Duration::from_nanos(u64::MAX);
        let mut found = self.found.iter();
        let mut poller = Poller::new(settings.build().expect("mended settings build"), self.tape.clone(), now());
        let ended = Driver::new(now, sleep).on_wait(|wait| due.set(now().saturating_add(wait.length).min(end))).poll_blocking(
            &mut poller,
            |next| {
                assert!(
                    now() >= due.get(),
                    "Polite: poll {} at {:?} was due at {:?}: {self:#?}",
                    next.number,
                    now(),
                    due.get()
                );
                match found.next() {
                    None => Outcome::Done(()),
                    Some((true, hint)) => Outcome::transient(()).retry_after(*hint),
                    Some((false, hint)) => Outcome::pending().retry_after(*hint),
                }
            },
        );
        assert!(ended.is_ok() || poller.is_finished(), "Ends: {self:#?}");
    }
}

fn tick(u: &mut Unstructured<'_>) -> Result<u64> {
    Ok(match u.int_in_range(0..=3)? {
        0 => 1,
        1 => u.int_in_range(1..=1_000)?,
        2 => COARSEST,
        _ => u.int_in_range(1..=COARSEST)?,
    })
}

/// Whole sleeps, sleeps that end at once, and parts.
fn wake_ups(u: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let count = u.int_in_range(0..=16)?;
    (0..count)
        .map(|_| {
            Ok(match u.int_in_range(0..=3)? {
                0 | 1 => 0,
                2 => u.arbitrary()?,
                _ => u8::MAX,
            })
        })
        .collect()
}

fn found(u: &mut Unstructured<'_>) -> Result<Vec<(bool, Option<Duration>)>> {
    let count = u.int_in_range(0..=12)?;
    (0..count).map(|_| Ok((bool::arbitrary(u)?, if bool::arbitrary(u)? { Some(span(u)?) } else { None }))).collect()
}
