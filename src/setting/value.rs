//! The value of a setting, as debug text, files of configuration and a policy's line show it.

use core::{fmt, mem, time::Duration};

use super::duration::DurationText;
use crate::wait::{Waits, waits::MOST};

/// What stands for a setting that is not set: there are formats without a null.
pub(crate) const NONE: &str = "none";

/// The value of a setting. Its text is what [`Written`](super::Written) reads.
#[derive(Clone, Copy)]
pub(crate) enum Value {
    /// It is not set.
    None,
    Count(u32),
    Duration(Duration),
    /// Those of a table.
    Durations(Waits),
    Percent(u8),
    PercentAbove(u8),
    Ratio(u32, u32),
    Word(&'static str),
    /// So many in a time.
    #[cfg(feature = "alloc")]
    Rate(u32, Duration),
    /// So many at first.
    #[cfg(feature = "alloc")]
    From(u32),
    Switch(bool),
}

impl From<Option<Duration>> for Value {
    fn from(duration: Option<Duration>) -> Self {
        duration.map_or(Self::None, Self::Duration)
    }
}

impl From<Option<u32>> for Value {
    fn from(count: Option<u32>) -> Self {
        count.map_or(Self::None, Self::Count)
    }
}

impl From<Waits> for Value {
    fn from(waits: Waits) -> Self {
        waits.get(0).map_or(Self::None, |_| Self::Durations(waits))
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::None => f.write_str(NONE),
            Self::Count(count) | Self::Ratio(count, 1) => write!(f, "{count}"),
            Self::Duration(duration) => write!(f, "{}", DurationText(duration)),
            Self::Durations(waits) => {
                let mut comma = "";
                for wait in durations(waits) {
                    write!(f, "{}{wait}", mem::replace(&mut comma, ","))?;
                }
                Ok(())
            }
            Self::Percent(percent) => write!(f, "{percent}%"),
            Self::PercentAbove(percent) => write!(f, "+{percent}%"),
            Self::Ratio(numer, denom) => write!(f, "{numer}/{denom}"),
            Self::Word(word) => f.write_str(word),
            #[cfg(feature = "alloc")]
            Self::Rate(count, per) if per == Duration::from_secs(1) => write!(f, "{count}/s"),
            #[cfg(feature = "alloc")]
            Self::Rate(count, per) => write!(f, "{count}/{}", DurationText(per)),
            #[cfg(feature = "alloc")]
            Self::From(count) => write!(f, "from {count}"),
            Self::Switch(is_on) => write!(f, "{is_on}"),
        }
    }
}

fn durations(waits: Waits) -> impl Iterator<Item = DurationText> {
    (0..MOST).map_while(move |index| waits.get(index)).map(|wait| DurationText(Duration::from_nanos(wait)))
}

#[cfg(feature = "serde")]
impl serde_core::Serialize for Value {
    fn serialize<S: serde_core::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            // Compact formats do not tell a number from text, so all is text there.
            _ if !serializer.is_human_readable() => serializer.collect_str(self),
            Self::Count(count) | Self::Ratio(count, 1) => serializer.serialize_u32(count),
            Self::Switch(is_on) => serializer.serialize_bool(is_on),
            Self::Durations(waits) => serializer.collect_seq(durations(waits).map(Text)),
            _ => serializer.collect_str(self),
        }
    }
}

/// What is written as text.
#[cfg(feature = "serde")]
struct Text<T>(T);

#[cfg(feature = "serde")]
impl<T: fmt::Display> serde_core::Serialize for Text<T> {
    fn serialize<S: serde_core::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}
