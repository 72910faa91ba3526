//! The settings of a policy, by their names: what each is, and how it is read.

use super::{Policy, PolicyBuilder};
use crate::{
    setting::{Setting, Value, Written, settings},
    wait::Jitter,
};

settings! {
    /// A setting of a policy.
    PolicySetting of PolicyBuilder {
        HeadStart: head_start,
        InitialWait: initial_wait,
        Multiplier: multiplier,
        MaxBackoff: max_backoff,
        Jitter: jitter,
        MaxWait: max_wait,
        MaxPolls: max_polls,
        MaxConsecutiveErrors: max_consecutive_errors,
    }
}

impl Setting for PolicySetting {
    type Built = Policy;
    type Builder = PolicyBuilder;

    fn value(self, policy: &Policy) -> Value {
        match self {
            Self::HeadStart => policy.head_start().into(),
            Self::InitialWait => Value::Duration(policy.initial_wait()),
            Self::Multiplier => {
                let (numer, denom) = policy.multiplier();
                Value::Ratio(numer, denom)
            }
            Self::MaxBackoff => Value::Duration(policy.max_backoff()),
            Self::Jitter => jitter_value(policy.jitter()),
            Self::MaxWait => policy.max_wait().into(),
            Self::MaxPolls => policy.max_polls().into(),
            Self::MaxConsecutiveErrors => policy.max_consecutive_errors().into(),
        }
    }

    fn read(self, builder: PolicyBuilder, written: Written<'_>) -> Option<PolicyBuilder> {
        Some(match self {
            Self::HeadStart => builder.head_start(written.duration()?),
            Self::InitialWait => builder.initial_wait(written.duration()?),
            Self::Multiplier => {
                let (numer, denom) = written.ratio()?;
                builder.multiplier(numer, denom)
            }
            Self::MaxBackoff => builder.max_backoff(written.duration()?),
            Self::Jitter => builder.jitter(read_jitter(written)?),
            Self::MaxWait => builder.max_wait(written.duration()?),
            Self::MaxPolls => builder.max_polls(written.count()?),
            Self::MaxConsecutiveErrors => builder.max_consecutive_errors(written.count()?),
        })
    }
}

const fn jitter_value(jitter: Jitter) -> Value {
    match jitter {
        Jitter::None => Value::Word("none"),
        Jitter::PlusMinus(percent) => Value::Percent(percent),
        Jitter::Full => Value::Word("full"),
        Jitter::Equal => Value::Word("equal"),
        Jitter::Decorrelated => Value::Word("decorrelated"),
    }
}

fn read_jitter(written: Written<'_>) -> Option<Jitter> {
    Some(match written.text() {
        "none" => Jitter::None,
        "full" => Jitter::Full,
        "equal" => Jitter::Equal,
        "decorrelated" => Jitter::Decorrelated,
        _ => Jitter::PlusMinus(written.percent()?),
    })
}
