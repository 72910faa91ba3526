//! What happens to the operation of a policy's view: it is done, or a poll hears a refusal, a hint or an error.

use core::{fmt, time::Duration};

use asyncpoll_fit::parse_seconds;

use crate::words;

/// An event, and when it happens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Event {
    pub(crate) at: Duration,
    pub(crate) kind: Kind,
}

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    /// The operation is done: every poll from then on finds it.
    Done,
    /// The next poll hears 429, with this `Retry-After`.
    Refusal(Duration),
    /// The next poll finds it pending, with this `Retry-After`.
    Hint(Duration),
    /// The next poll fails.
    Error,
}

/// The most events in a picture.
pub(crate) const MOST: usize = 20;

/// The latest time at which one happens: a hundred years.
const LATEST: Duration = Duration::from_secs(100 * 365 * 86_400);

/// Reads events with commas between them, such as `429@1m+60s,done@3m`, or says which is none.
pub(crate) fn read(text: &str) -> Result<Vec<Event>, String> {
    if matches!(text, "" | "none") {
        return Ok(Vec::new());
    }
    let events: Vec<Event> = text
        .split(',')
        .map(|event| {
            read_one(event.trim()).ok_or_else(|| {
                format!("events has {event:?}; an event must be such as done@3m, 429@1m+60s, hint@20s+30s or error@1m")
            })
        })
        .collect::<Result<_, _>>()?;
    match events.len() {
        0..=MOST => Ok(events),
        count => Err(format!("events has {count} events; it must have at most {MOST}")),
    }
}

fn read_one(text: &str) -> Option<Event> {
    let (name, times) = text.split_once('@')?;
    let (at, wait) = times.split_once('+').map_or((times, None), |(at, wait)| (at, Some(wait)));
    let kind = match (name, wait) {
        ("done", None) => Kind::Done,
        ("error", None) => Kind::Error,
        ("429", Some(wait)) => Kind::Refusal(time(wait)?),
        ("hint", Some(wait)) => Kind::Hint(time(wait)?),
        _ => return None,
    };
    Some(Event { at: time(at)?, kind })
}

/// Reads a time of an event.
pub(crate) fn time(text: &str) -> Option<Duration> {
    let time = Duration::try_from_secs_f64(parse_seconds(text)?).ok()?;
    (time <= LATEST).then_some(time)
}

/// Writes events so that they are read back to the same.
pub(crate) fn write(events: &[Event]) -> String {
    if events.is_empty() {
        return "none".to_owned();
    }
    events.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at.as_secs_f64();
        match self.kind {
            Kind::Done => write!(f, "done@{at}s"),
            Kind::Error => write!(f, "error@{at}s"),
            Kind::Refusal(wait) => write!(f, "429@{at}s+{}s", wait.as_secs_f64()),
            Kind::Hint(wait) => write!(f, "hint@{at}s+{}s", wait.as_secs_f64()),
        }
    }
}

impl Event {
    /// Says what happens, in few words.
    pub(crate) fn name(self) -> String {
        match self.kind {
            Kind::Done => "done".to_owned(),
            Kind::Error => "error".to_owned(),
            Kind::Refusal(wait) => format!("429, wait {}", words::time(wait.as_secs_f64())),
            Kind::Hint(wait) => format!("hint of {}", words::time(wait.as_secs_f64())),
        }
    }

    /// Moves the event there, to four digits: nobody points more exactly.
    pub(crate) fn moved(self, seconds: f64) -> Self {
        let seconds = seconds.max(0.0);
        let step = if seconds > 0.0 { 10_f64.powf(seconds.log10().floor() - 3.0) } else { 1.0 };
        let at = Duration::try_from_secs_f64((seconds / step).round() * step).unwrap_or(LATEST).min(LATEST);
        // Below a microsecond is what floating point leaves over.
        Self { at: Duration::from_micros(u64::try_from(at.as_micros()).unwrap_or(u64::MAX)), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        for text in ["none", "done@180s", "429@61.2s+60s,done@180s", "hint@0.5s+30s,error@1s"] {
            assert_eq!(write(&read(text).unwrap()), text);
        }
        assert_eq!(write(&read("429@1m+1h,done@3m").unwrap()), "429@60s+3600s,done@180s");
    }

    #[test]
    fn what_is_no_event_is_refused() {
        for text in ["done", "done@soon", "429@1m", "done@1m+5s", "hint@1m+", "done@-5s", "done@1e300s", "over@1m"] {
            let sentence = read(text).unwrap_err();
            assert!(sentence.starts_with(&format!("events has {text:?}; ")), "{sentence}");
        }
        let many = vec!["error@1s"; MOST + 1].join(",");
        assert_eq!(read(&many).unwrap_err(), "events has 21 events; it must have at most 20");
    }

    #[test]
    fn an_event_moves_to_four_digits() {
        let event = Event { at: Duration::ZERO, kind: Kind::Done };
        let moved = |seconds| event.moved(seconds).to_string();
        assert_eq!(moved(61.234_567), "done@61.23s");
        assert_eq!(moved(0.012_345_6), "done@0.01235s");
        assert_eq!(moved(-3.0), "done@0s");
        assert_eq!(event.moved(f64::INFINITY).at, LATEST);
    }
}
