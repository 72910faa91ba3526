//! The numbers of a policy, as every peer is given them.

use std::time::Duration;

/// The numbers of a policy.
#[derive(Clone, Copy, Debug)]
pub struct Numbers {
    /// The first wait.
    pub initial: Duration,
    /// How much longer each wait is than the one before.
    pub factor: f64,
    /// The longest wait.
    pub cap: Duration,
    /// How far a wait may stray, as a part of it.
    pub jitter: f64,
    /// When to stop, by the clock.
    pub max_wait: Duration,
    /// When to stop, by the count of polls, if a peer has no other limit.
    pub max_polls: u32,
}

impl Numbers {
    /// What everything is measured with: 5 s, tripled up to 300 s, ±20 %, and limits so far off that they are only checked.
    pub const COMMON: Self = Self {
        initial: Duration::from_secs(5),
        factor: 3.0,
        cap: Duration::from_secs(300),
        jitter: 0.2,
        max_wait: Duration::from_secs(100 * 86_400),
        max_polls: u32::MAX,
    };

    /// The same, and ten minutes, or seven polls, to make it in.
    pub const TEN_MINUTES: Self = Self { max_wait: Duration::from_secs(600), max_polls: 7, ..Self::COMMON };

    /// Returns the factor for a peer that takes whole ones; none if it cannot be said so.
    pub fn whole_factor(&self) -> Option<u32> {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "compared with what went in")]
        let whole = self.factor as u32;
        (f64::from(whole).to_bits() == self.factor.to_bits()).then_some(whole)
    }

    /// Returns the jitter for a peer that takes whole percents; none if it cannot be said so.
    pub fn percent(&self) -> Option<u8> {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a NaN is turned away")]
        (!self.jitter.is_nan()).then(|| (self.jitter * 100.0).round() as u8)
    }
}
