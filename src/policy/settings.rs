//! The settings of a policy, by their names: what each is, and how it is read.

use super::{Policy, PolicyBuilder};
use crate::{
    setting::{NONE, Setting, Value, Written, settings},
    wait::Jitter,
};

/// What stands for a jitter of hints that follows from the jitter: `none` would say that there is none.
const DEFAULT: &str = "default";

settings! {
    /// A setting of a policy.
    PolicySetting of PolicyBuilder {
        HeadStart: head_start,
        Waits: waits,
        InitialWait: initial_wait,
        Multiplier: multiplier,
        MaxBackoff: max_backoff,
        Jitter: jitter,
        HintJitter: hint_jitter,
        MaxHint: max_hint,
        MaxWait: max_wait,
        LastPoll: last_poll,
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
            Self::Waits => policy.ladder.waits.into(),
            Self::InitialWait => Value::Duration(policy.initial_wait()),
            Self::Multiplier => {
                let (numer, denom) = policy.multiplier();
                Value::Ratio(numer, denom)
            }
            Self::MaxBackoff => Value::Duration(policy.max_backoff()),
            Self::Jitter => jitter_value(policy.jitter()),
            Self::HintJitter => policy.hint_jitter().map_or(Value::Word(DEFAULT), Value::Percent),
            Self::MaxHint => policy.max_hint().into(),
            Self::MaxWait => policy.max_wait().into(),
            Self::LastPoll => Value::Switch(policy.last_poll()),
            Self::MaxPolls => policy.max_polls().into(),
            Self::MaxConsecutiveErrors => policy.max_consecutive_errors().into(),
        }
    }

    fn read(self, builder: PolicyBuilder, written: Written<'_>) -> Option<PolicyBuilder> {
        Some(match self {
            Self::HeadStart => builder.head_start(written.duration()?),
            Self::Waits => written.elements().try_fold(builder.no_waits(), and_wait)?,
            Self::InitialWait => builder.initial_wait(written.duration()?),
            Self::Multiplier => {
                let (numer, denom) = written.ratio()?;
                builder.multiplier(numer, denom)
            }
            Self::MaxBackoff => builder.max_backoff(written.duration()?),
            Self::Jitter => builder.jitter(read_jitter(written)?),
            Self::HintJitter => match written.text() {
                DEFAULT => builder.no_hint_jitter(),
                NONE => builder.hint_jitter(0),
                _ => builder.hint_jitter(written.percent()?),
            },
            Self::MaxHint => builder.max_hint(written.duration()?),
            Self::MaxWait => builder.max_wait(written.duration()?),
            Self::LastPoll if written.switch()? => builder.last_poll(),
            Self::LastPoll => builder.no_last_poll(),
            Self::MaxPolls => builder.max_polls(written.count()?),
            Self::MaxConsecutiveErrors => builder.max_consecutive_errors(written.count()?),
        })
    }
}

/// Adds what is written to the waits, if it is a duration.
pub(super) fn and_wait(mut builder: PolicyBuilder, written: Written<'_>) -> Option<PolicyBuilder> {
    builder.waits = builder.waits.and(written.duration()?);
    Some(builder)
}

const fn jitter_value(jitter: Jitter) -> Value {
    match jitter {
        Jitter::None => Value::Word(NONE),
        Jitter::PlusMinus(percent) => Value::Percent(percent),
        Jitter::Above(percent) => Value::PercentAbove(percent),
        Jitter::Full => Value::Word("full"),
        Jitter::Equal => Value::Word("equal"),
        Jitter::Decorrelated => Value::Word("decorrelated"),
    }
}

fn read_jitter(written: Written<'_>) -> Option<Jitter> {
    Some(match written.text() {
        NONE => Jitter::None,
        "full" => Jitter::Full,
        "equal" => Jitter::Equal,
        "decorrelated" => Jitter::Decorrelated,
        _ => match written.above() {
            Some(above) => Jitter::Above(above.percent()?),
            None => Jitter::PlusMinus(written.percent()?),
        },
    })
}
