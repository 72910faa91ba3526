//! A policy in a file of configuration.

use core::time::Duration;

use serde_core::{Deserialize, Deserializer, Serialize, Serializer};

use super::{
    Policy, PolicyBuilder, PolicyError,
    settings::{PolicySetting, and_wait},
};
use crate::{
    setting::config::{self, And, Configured},
    wait::nanos,
};

impl Configured for PolicySetting {
    type Error = PolicyError;

    const TYPE: &'static str = "Policy";
    const WHOLE: &'static str = "the settings of a policy";

    fn absent() -> PolicyBuilder {
        Policy::default().to_builder()
    }

    fn lenient() -> PolicyBuilder {
        let [shortest, longest] = [1, nanos::LONGEST].map(Duration::from_nanos);
        Policy::builder().initial_wait(shortest).max_backoff(longest).no_max_wait()
    }

    fn build(builder: PolicyBuilder) -> Result<Policy, PolicyError> {
        builder.build()
    }

    fn is_required(self) -> bool {
        false
    }

    fn clear(self) -> Option<fn(PolicyBuilder) -> PolicyBuilder> {
        match self {
            Self::HeadStart => Some(PolicyBuilder::no_head_start),
            Self::Waits => Some(PolicyBuilder::no_waits),
            Self::MaxHint => Some(PolicyBuilder::no_max_hint),
            Self::MaxWait => Some(PolicyBuilder::no_max_wait),
            Self::MaxPolls => Some(PolicyBuilder::no_max_polls),
            Self::MaxConsecutiveErrors => Some(PolicyBuilder::no_max_consecutive_errors),
            Self::InitialWait | Self::Multiplier | Self::MaxBackoff | Self::Jitter | Self::HintJitter | Self::LastPoll => None,
        }
    }

    fn and(self) -> Option<And<PolicyBuilder>> {
        (self == Self::Waits).then_some(and_wait)
    }

    fn form(self) -> &'static str {
        match self {
            Self::HeadStart | Self::MaxHint | Self::MaxWait => r#"a duration such as "5s", "1h30m" or "2d", or "none""#,
            Self::InitialWait | Self::MaxBackoff => r#"a duration such as "5s", "1h30m" or "2d""#,
            Self::Multiplier => r#"a ratio such as 3, 1.5 or "3/2", of whole numbers up to 4294967295"#,
            Self::Waits => r#"durations such as "4.2s" and "1m 30s", in a list or with commas between them, or "none""#,
            Self::Jitter => r#""none", "full", "equal", "decorrelated" or a percentage up to "100%" or "+100%""#,
            Self::HintJitter => r#"a percentage up to "100%", "none" or "default""#,
            Self::LastPoll => "true or false",
            Self::MaxPolls | Self::MaxConsecutiveErrors => r#"a whole number up to 4294967295, or "none""#,
        }
    }
}

/// Reads what the docs of [`Policy`] say of configuration.
impl<'de> Deserialize<'de> for Policy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        config::read::<PolicySetting, D>(deserializer)
    }
}

/// Writes every setting, in a form that is read back to the same.
///
/// ```
/// use asyncpoll::Policy;
///
/// let json = serde_json::to_value(Policy::default())?;
/// assert_eq!(
///     (&json["max_backoff"], &json["multiplier"], &json["max_polls"]),
///     (&"5m".into(), &3.into(), &"none".into())
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
impl Serialize for Policy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        config::write::<PolicySetting, S>(self, serializer)
    }
}
