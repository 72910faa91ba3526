//! What a fleet has to report of its polls.

use core::time::Duration;

/// What has become of polls since that was last reported.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Report {
    pub(super) served: u32,
    pub(super) failed: u32,
    pub(super) refused: u32,
    pub(super) hint: Option<u64>,
    pub(super) latency: u64,
    pub(super) quota: Option<Told>,
    pub(super) resume: bool,
}

/// What a server said of its quota, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) remaining: u64,
    pub(super) until_reset: u64,
    pub(super) at: u64,
}

impl Told {
    /// Returns what is to be reported at `time`, unless the quota has been reset since. Others use what remains meanwhile: as much of
    /// it as has passed of the time, it is assumed.
    pub(super) fn since(self, time: u64) -> Option<(u64, Duration)> {
        let left = self.until_reset.checked_sub(time.saturating_sub(self.at)).filter(|left| *left > 0)?;
        let remaining = u128::from(self.remaining).saturating_mul(left.into()).checked_div(self.until_reset.into())?;
        Some((u64::try_from(remaining).unwrap_or(u64::MAX).max(1), Duration::from_nanos(left)))
    }
}

impl Report {
    /// Takes off what has been reported.
    pub(super) fn take_off(&mut self, told: &Self) {
        self.served = self.served.saturating_sub(told.served);
        self.failed = self.failed.saturating_sub(told.failed);
        self.refused = self.refused.saturating_sub(told.refused);
        if self.refused == 0 {
            self.hint = None;
        }
        if self.quota == told.quota {
            self.quota = None;
        }
        self.resume = self.resume && !told.resume;
    }
}
