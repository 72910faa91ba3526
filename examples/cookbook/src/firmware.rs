//! You need this if a chip polls that has no operating system: only a counter
//! of milliseconds, a sleep, and something to ask.
#![no_std]

use asyncpoll::{Instant, Outcome, Policy, PollError, Poller, const_policy};
use core::{ops::ControlFlow, time::Duration};

/// A reading of the counter, which starts from zero again after 49 days.
#[derive(Clone, Copy, Debug)]
pub struct Millis(pub u32);

impl Instant for Millis {
    fn saturating_duration_since(&self, earlier: Self) -> Duration {
        match self.0.wrapping_sub(earlier.0) {
            ahead @ ..0x8000_0000 => Duration::from_millis(ahead.into()),
            _behind => Duration::ZERO,
        }
    }
}

/// What the loop needs of a board.
pub trait Board {
    /// Reads the counter.
    fn now(&self) -> Millis;
    /// Sleeps for so long, or until an interrupt.
    fn sleep(&mut self, millis: u32);
    /// Asks for the number of an update.
    fn poll(&mut self) -> Outcome<u32, ModemError>;
}

/// Why there was no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModemError(pub u8);

const POLICY: Policy = const_policy!(
    Policy::builder().max_backoff(Duration::from_secs(3600)).no_max_wait()
);
const HOUR: u32 = 3_600_000; // The counter is read before it is half round.

/// Polls until there is an update. `seed` is a hash of the chip's serial number
/// and of how often it was started.
pub fn wait_for_update(
    board: &mut impl Board,
    seed: u64,
) -> Result<u32, PollError<ModemError>> {
    let mut poller = Poller::small(POLICY, seed, board.now());
    loop {
        let wait = poller.until_next_poll(board.now()).unwrap_or_default();
        if !wait.is_zero() {
            // Rounded up, so that no poll is early.
            let millis = wait.as_nanos().div_ceil(1_000_000);
            board.sleep(u32::try_from(millis).unwrap_or(HOUR).min(HOUR));
            continue;
        }
        let decision = poller.step(board.poll(), board.now());
        if let ControlFlow::Break(ended) = decision.control_flow() {
            return ended;
        }
    }
}
