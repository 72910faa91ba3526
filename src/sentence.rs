//! Text put together without a formatter: there is none in a constant, and `core` has a panic in the one for durations.

use core::time::Duration;

/// A short text, built by appending. A part that does not fit is left out: an error made by hand may have one.
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

    /// Appends a duration as people say it, rounded down: in years from two on, in seconds and milliseconds from a millisecond
    /// on, and below that in nanoseconds.
    pub(crate) const fn duration(self, duration: Duration) -> Self {
        match told(duration) {
            Told::Years(years) => self.number(years).text(" years"),
            Told::Milliseconds(milliseconds) => {
                self.seconds(milliseconds / 1_000, (milliseconds % 1_000).saturating_mul(1_000_000))
            }
            Told::Nanoseconds(nanoseconds) => self.number(nanoseconds).text(" ns"),
        }
    }

    /// Appends a duration that stands beside another: to the nanosecond, if people say both in the same words.
    pub(crate) const fn duration_beside(self, duration: Duration, other: Duration) -> Self {
        let is_same = match (told(duration), told(other)) {
            (Told::Years(one), Told::Years(other)) | (Told::Milliseconds(one), Told::Milliseconds(other)) => one == other,
            _ => false,
        };
        if is_same { self.seconds(duration.as_secs(), duration.subsec_nanos() as u64) } else { self.duration(duration) }
    }

    /// Appends a duration that is too long, and the longest.
    pub(crate) const fn too_long(self, duration: Duration, longest: Duration) -> Self {
        self.duration_beside(duration, longest).text("; it must be at most ").duration_beside(longest, duration)
    }

    /// Appends seconds, with as many decimals as they need.
    const fn seconds(self, seconds: u64, mut rest: u64) -> Self {
        let mut sentence = self.number(seconds);
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

    /// Returns the text.
    pub const fn as_str(&self) -> &str {
        match core::str::from_utf8(self.bytes.split_at(self.length as usize).0) {
            Ok(text) => text,
            Err(_) => "", // never
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

/// How people say a duration.
enum Told {
    Years(u64),
    Milliseconds(u64),
    Nanoseconds(u64),
}

const fn told(duration: Duration) -> Told {
    // Of the Julian calendar: 365.25 days.
    let years = duration.as_secs() / 31_557_600;
    if years >= 2 {
        return Told::Years(years);
    }
    let milliseconds = duration.as_secs().saturating_mul(1_000).saturating_add(duration.subsec_millis() as u64);
    if milliseconds == 0 && duration.subsec_nanos() > 0 {
        return Told::Nanoseconds(duration.subsec_nanos() as u64);
    }
    Told::Milliseconds(milliseconds)
}
