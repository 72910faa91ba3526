//! What the headers of an answer hold: values, numbers, and times to wait.

use alloc::{string::String, vec::Vec};
use core::time::Duration;
use std::time::{SystemTime, UNIX_EPOCH};

use ::http::{HeaderMap, header::DATE};

use super::date;

/// Above so many seconds, or milliseconds, a number is none to wait but a moment since the Unix epoch: in September 2001, and 31
/// years from then.
const EPOCH_SECONDS: u64 = 1_000_000_000;
const EPOCH_MILLISECONDS: u64 = 1_000_000_000_000;

/// The headers of an answer, and when it was received.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) headers: &'a HeaderMap,
    pub(super) now: SystemTime,
}

impl<'a> Reader<'a> {
    /// Returns the lines of a header that are text.
    fn lines(self, name: &'static str) -> impl Iterator<Item = &'a str> {
        self.headers.get_all(name).iter().filter_map(|line| line.to_str().ok())
    }

    /// Returns the values of a header: those between commas, in all of its lines.
    pub(super) fn values(self, name: &'static str) -> impl Iterator<Item = &'a str> {
        self.lines(name).flat_map(split)
    }

    /// Returns all lines of a header as one, if each of them is text.
    pub(super) fn field(self, name: &'static str) -> Option<String> {
        let lines = self.headers.get_all(name).iter().map(|line| line.to_str().ok());
        let lines: Option<Vec<_>> = lines.collect();
        lines.filter(|lines| !lines.is_empty()).map(|lines| lines.join(", "))
    }

    /// Reads how long it is until something: a number of seconds, the moment as a number, or a date.
    pub(super) fn wait(self, text: &str) -> Option<Duration> {
        match Number::read(text).map(Number::up) {
            Some(u64::MAX) => Some(Duration::MAX),
            Some(number) if number > EPOCH_MILLISECONDS => Some(self.until(Duration::from_millis(number))),
            Some(number) if number > EPOCH_SECONDS => Some(self.until(Duration::from_secs(number))),
            Some(number) => Some(Duration::from_secs(number)),
            None => date::read(text).map(|date| self.until(date)),
        }
    }

    /// Returns how long it is until a moment, since the answer was sent or else received.
    fn until(self, moment: Duration) -> Duration {
        let sent = self.lines(DATE.as_str()).find_map(|line| date::read(line.trim()));
        match (sent, self.now.duration_since(UNIX_EPOCH)) {
            (Some(sent), _) | (None, Ok(sent)) => moment.saturating_sub(sent),
            (None, Err(before)) => moment.saturating_add(before.duration()),
        }
    }
}

/// A number that is not negative: as much of it as is whole, and whether there is a fraction.
#[derive(Clone, Copy)]
pub(super) struct Number {
    whole: u64,
    has_fraction: bool,
}

impl Number {
    /// Reads digits, which a point and more digits may follow. What is beyond `u64` counts as its maximum.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        for digits in [whole, fraction] {
            if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
        }
        let has_fraction = fraction.bytes().any(|byte| byte != b'0');
        Some(Self { whole: whole.parse().unwrap_or(u64::MAX), has_fraction })
    }

    pub(super) const fn down(self) -> u64 {
        self.whole
    }

    pub(super) fn up(self) -> u64 {
        self.whole.saturating_add(self.has_fraction.into())
    }
}

/// Splits a line at its commas, but for the one after the day of the week in a date.
fn split(line: &str) -> impl Iterator<Item = &str> {
    // How many letters a value begins with, until it has something else.
    let mut letters = Some(0_u32);
    line.split(move |char: char| {
        let is_separator = char == ',' && letters.is_none_or(|count| count == 0);
        letters = match char {
            _ if is_separator => Some(0),
            'A'..='Z' | 'a'..='z' => letters.map(|count| count.saturating_add(1)),
            ' ' | '\t' if letters == Some(0) => letters,
            _ => None,
        };
        is_separator
    })
    .map(str::trim)
}
