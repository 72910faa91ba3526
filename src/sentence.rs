//! Text put together without a formatter: there is none in a constant, and `core` has a panic in the one for durations.

use core::time::Duration;

/// A short text, built by appending. A text or a digit that does not fit is left out.
#[derive(Clone, Copy, Debug)]
#[expect(unnameable_types, reason = "only `const_policy!` needs it, and never its name")]
pub struct Sentence {
    /// Enough for all that the crate says: a duration takes 32 bytes at most, and a sentence holds no more than two.
    bytes: [u8; 256],
    length: u8,
}

#[expect(clippy::indexing_slicing, reason = "there is a byte for every `u8`")]
impl Sentence {
    pub(crate) const fn new() -> Self {
        Self { bytes: [0; 256], length: 0 }
    }

    pub(crate) const fn text(self, text: &str) -> Self {
        self.part(text.as_bytes())
    }

    pub(crate) const fn number(self, number: u64) -> Self {
        let leading = if number >= 10 { self.number(number / 10) } else { self };
        leading.digit(number % 10)
    }

    /// Appends a duration in seconds, with as many decimals as it needs.
    pub(crate) const fn duration(self, duration: Duration) -> Self {
        let mut sentence = self.number(duration.as_secs());
        let mut rest = duration.subsec_nanos() as u64;
        if rest > 0 {
            sentence = sentence.text(".");
        }
        while rest > 0 {
            rest = rest.saturating_mul(10);
            sentence = sentence.digit(rest / 1_000_000_000);
            rest %= 1_000_000_000;
        }
        sentence.text(" s")
    }

    /// Appends a duration as `duration` does, from a second on to the millisecond below.
    pub(crate) const fn short_duration(self, duration: Duration) -> Self {
        if duration.as_secs() == 0 {
            return self.duration(duration);
        }
        let milliseconds = Duration::from_millis(duration.subsec_millis() as u64);
        self.duration(Duration::from_secs(duration.as_secs()).saturating_add(milliseconds))
    }

    /// Returns the text.
    pub const fn as_str(&self) -> &str {
        match core::str::from_utf8(self.bytes.split_at(self.length as usize).0) {
            Ok(text) => text,
            Err(_) => "",
        }
    }

    const fn digit(self, digit: u64) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "a digit is below ten")]
        self.part(&[b'0'.saturating_add(digit as u8)])
    }

    const fn part(mut self, mut rest: &[u8]) -> Self {
        if rest.len() > u8::MAX.saturating_sub(self.length) as usize {
            return self;
        }
        while let [byte, tail @ ..] = rest {
            self.bytes[self.length as usize] = *byte;
            self.length = self.length.saturating_add(1);
            rest = tail;
        }
        self
    }
}
