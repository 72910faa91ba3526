//! Dates that a server writes, as the time since the Unix epoch: HTTP dates, numeric zones, RFC 3339.

use core::time::Duration;
use std::time::UNIX_EPOCH;

use httpdate::parse_http_date;

/// The days of the week and the months, as an HTTP date names them.
const DAYS: [&str; 7] = ["Mon, ", "Tue, ", "Wed, ", "Thu, ", "Fri, ", "Sat, ", "Sun, "];
const MONTHS: [(&str, &str); 12] = [
    ("01", " Jan "),
    ("02", " Feb "),
    ("03", " Mar "),
    ("04", " Apr "),
    ("05", " May "),
    ("06", " Jun "),
    ("07", " Jul "),
    ("08", " Aug "),
    ("09", " Sep "),
    ("10", " Oct "),
    ("11", " Nov "),
    ("12", " Dec "),
];

/// Reads a date from 1970 on.
pub(super) fn read(text: &str) -> Option<Duration> {
    http(text).or_else(|| zoned(text)).or_else(|| rfc3339(text))
}

/// Reads one of the three forms of RFC 9110.
fn http(text: &str) -> Option<Duration> {
    parse_http_date(text).ok()?.duration_since(UNIX_EPOCH).ok()
}

/// Reads an HTTP date in a zone other than GMT: `Sun, 06 Nov 1994 09:49:37 +0100`, as RFC 5322 writes it.
fn zoned(text: &str) -> Option<Duration> {
    let (clock, zone) = text.rsplit_once(' ')?;
    Offset::read(zone)?.to_utc(http(&[clock, " GMT"].concat())?)
}

/// Reads `1994-11-06T08:49:37.5Z`. A fraction counts as a second.
fn rfc3339(text: &str) -> Option<Duration> {
    let (date, time) = text.split_once(['T', 't', ' '])?;
    let (year, date) = date.split_once('-')?;
    let (month, day) = date.split_once('-')?;
    let (_, month) = MONTHS.iter().find(|(number, _)| *number == month)?;

    let (clock, zone) = time.split_at_checked(time.find(['Z', 'z', '+', '-'])?)?;
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let started = u64::from(fraction.bytes().any(|byte| byte != b'0'));

    // An HTTP date has the day of the week, and is refused unless that is right. One of seven is.
    let local = DAYS.iter().find_map(|name| http(&[name, day, month, year, " ", clock, " GMT"].concat()))?;
    Offset::read(zone)?.to_utc(local.saturating_add(Duration::from_secs(started)))
}

/// How far a clock is from UTC.
enum Offset {
    Ahead(Duration),
    Behind(Duration),
}

impl Offset {
    /// Reads `Z`, `+0100` or `-01:00`.
    fn read(zone: &str) -> Option<Self> {
        if zone.eq_ignore_ascii_case("Z") {
            return Some(Self::Ahead(Duration::ZERO));
        }
        let (sign, digits) = zone.split_at_checked(1)?;
        let (hours, minutes) = digits.split_once(':').or_else(|| digits.split_at_checked(2))?;
        let hours = Duration::from_secs(3600).saturating_mul(two_digits(hours, 23)?);
        let offset = Duration::from_secs(60).saturating_mul(two_digits(minutes, 59)?).saturating_add(hours);
        match sign {
            "+" => Some(Self::Ahead(offset)),
            "-" => Some(Self::Behind(offset)),
            _ => None,
        }
    }

    /// Turns what such a clock shows into UTC.
    fn to_utc(&self, local: Duration) -> Option<Duration> {
        match *self {
            Self::Ahead(offset) => local.checked_sub(offset),
            Self::Behind(offset) => local.checked_add(offset),
        }
    }
}

fn two_digits(text: &str, most: u32) -> Option<u32> {
    let are_digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| are_digits && *number <= most)
}
