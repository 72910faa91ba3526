//! The settings of limits, by their names: what each is, and how it is read.

use super::{InFlight, Limits, LimitsBuilder};
use crate::setting::{Setting, Value, Written, settings};

settings! {
    /// A setting of limits.
    LimitsSetting of LimitsBuilder {
        Rate: rate,
        InFlight: in_flight,
        FindPace: find_pace,
        Shared: shared,
        Forgive: forgive,
        LongestHold: longest_hold,
        AnswerWithin: answer_within,
    }
}

impl Setting for LimitsSetting {
    type Built = Limits;
    type Builder = LimitsBuilder;

    fn value(self, limits: &Limits) -> Value {
        match self {
            Self::Rate => limits.rate().map_or(Value::None, |(polls, per)| Value::Rate(polls, per)),
            Self::InFlight => match limits.in_flight {
                None => Value::None,
                Some(InFlight::AtMost(polls)) => Value::Count(polls.get()),
                Some(InFlight::From(polls)) => Value::From(polls.get()),
            },
            Self::FindPace => Value::Switch(limits.find_pace()),
            Self::Shared => Value::Switch(limits.shared()),
            Self::Forgive => limits.forgive().map_or(Value::None, Value::Count),
            Self::LongestHold => limits.longest_hold().into(),
            Self::AnswerWithin => limits.answer_within().into(),
        }
    }

    fn read(self, builder: LimitsBuilder, written: Written<'_>) -> Option<LimitsBuilder> {
        Some(match self {
            Self::Rate => {
                let (polls, per) = written.rate()?;
                builder.rate(polls, per)
            }
            Self::InFlight => match written.from() {
                Some(first) => builder.in_flight_from(first.count()?),
                None => builder.in_flight(written.count()?),
            },
            Self::FindPace => builder.find_pace(written.switch()?),
            Self::Shared => builder.shared(written.switch()?),
            Self::Forgive => builder.forgive(written.count()?),
            Self::LongestHold => builder.longest_hold(written.duration()?),
            Self::AnswerWithin => builder.answer_within(written.duration()?),
        })
    }
}
