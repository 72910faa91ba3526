//! A cadence in a file of configuration.

use core::time::Duration;

use serde_core::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Cadence, CadenceBuilder, CadenceError, settings::CadenceSetting};
use crate::{
    setting::config::{self, Configured},
    wait::nanos,
};

impl Configured for CadenceSetting {
    type Error = CadenceError;

    const TYPE: &'static str = "Cadence";
    const WHOLE: &'static str = "the settings of a cadence";

    fn absent() -> CadenceBuilder {
        // It does not build unless the interval comes.
        Cadence::builder(Duration::ZERO)
    }

    fn lenient() -> CadenceBuilder {
        Cadence::builder(Duration::from_nanos(nanos::LONGEST)).jitter(0)
    }

    fn build(builder: CadenceBuilder) -> Result<Cadence, CadenceError> {
        builder.build()
    }

    fn is_required(self) -> bool {
        match self {
            Self::Interval => true,
            Self::Jitter | Self::First | Self::Phase | Self::Missed => false,
        }
    }

    fn clear(self) -> Option<fn(CadenceBuilder) -> CadenceBuilder> {
        match self {
            Self::Interval | Self::Jitter | Self::First | Self::Phase | Self::Missed => None,
        }
    }

    fn form(self) -> &'static str {
        match self {
            Self::Interval => r#"a duration such as "5s", "1h30m" or "2d""#,
            Self::Jitter => r#"a percentage up to "99%""#,
            Self::First => r#""after_one", "at_once" or "spread""#,
            Self::Phase => r#""free" or "locked""#,
            Self::Missed => r#""skip", "burst" or "delay""#,
        }
    }
}

/// Reads what the docs of [`Cadence`] say of configuration.
impl<'de> Deserialize<'de> for Cadence {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        config::read::<CadenceSetting, D>(deserializer)
    }
}

/// Writes every setting, in a form that is read back to the same.
///
/// ```
/// use asyncpoll::{Cadence, const_cadence};
/// use core::time::Duration;
///
/// const MINUTES: Cadence =
///     const_cadence!(Cadence::builder(Duration::from_secs(60)));
/// let json = serde_json::to_value(MINUTES)?;
/// assert_eq!((&json["interval"], &json["jitter"]), (&"1m".into(), &"10%".into()));
/// # Ok::<(), serde_json::Error>(())
/// ```
impl Serialize for Cadence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        config::write::<CadenceSetting, S>(self, serializer)
    }
}
