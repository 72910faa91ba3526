//! Limits in a file of configuration.

use serde_core::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Limits, LimitsBuilder, LimitsError, settings::LimitsSetting};
use crate::setting::config::{self, Configured};

impl Configured for LimitsSetting {
    type Error = LimitsError;

    const TYPE: &'static str = "Limits";
    const WHOLE: &'static str = "the limits of an upstream";

    fn absent() -> LimitsBuilder {
        Limits::builder()
    }

    fn lenient() -> LimitsBuilder {
        Limits::builder()
    }

    fn build(builder: LimitsBuilder) -> Result<Limits, LimitsError> {
        builder.build()
    }

    fn is_required(self) -> bool {
        false
    }

    fn clear(self) -> Option<fn(LimitsBuilder) -> LimitsBuilder> {
        match self {
            Self::Rate => Some(LimitsBuilder::no_rate),
            Self::InFlight => Some(LimitsBuilder::no_in_flight),
            Self::FindPace | Self::Shared => None,
            Self::Forgive => Some(LimitsBuilder::no_forgive),
            Self::LongestHold => Some(LimitsBuilder::no_longest_hold),
            Self::AnswerWithin => Some(LimitsBuilder::no_answer_within),
        }
    }

    fn form(self) -> &'static str {
        match self {
            Self::Rate => r#"a rate such as "40/s" or "600/1m", or "none""#,
            Self::InFlight => r#"a whole number up to 4294967295, one to begin at such as "from 16", or "none""#,
            Self::FindPace | Self::Shared => "true or false",
            Self::Forgive => r#"a whole number up to 4294967295, or "none""#,
            Self::LongestHold | Self::AnswerWithin => r#"a duration such as "1h", or "none""#,
        }
    }
}

/// Reads what the docs of [`Limits`] say of configuration.
impl<'de> Deserialize<'de> for Limits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        config::read::<LimitsSetting, D>(deserializer)
    }
}

/// Writes every setting, in a form that is read back to the same.
///
/// ```
/// use asyncpoll::fleet::Limits;
///
/// let json = serde_json::to_value(Limits::default())?;
/// assert_eq!(
///     (&json["rate"], &json["in_flight"], &json["find_pace"]),
///     (&"none".into(), &"from 16".into(), &true.into())
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
impl Serialize for Limits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        config::write::<LimitsSetting, S>(self, serializer)
    }
}
