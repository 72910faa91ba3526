//! The settings of a cadence, by their names: what each is, and how it is read.

use super::{Cadence, CadenceBuilder, First, Missed, Phase};
use crate::setting::{Setting, Value, Written, settings};

settings! {
    /// A setting of a cadence.
    CadenceSetting of CadenceBuilder {
        Interval: interval,
        Jitter: jitter,
        First: first,
        Phase: phase,
        Missed: missed,
    }
}

impl Setting for CadenceSetting {
    type Built = Cadence;
    type Builder = CadenceBuilder;

    fn value(self, cadence: &Cadence) -> Value {
        match self {
            Self::Interval => Value::Duration(cadence.interval()),
            Self::Jitter => Value::Percent(cadence.jitter()),
            Self::First => Value::Word(match cadence.first() {
                First::AfterOne => "after_one",
                First::AtOnce => "at_once",
                First::Spread => "spread",
            }),
            Self::Phase => Value::Word(match cadence.phase() {
                Phase::Free => "free",
                Phase::Locked => "locked",
            }),
            Self::Missed => Value::Word(match cadence.missed() {
                Missed::Skip => "skip",
                Missed::Burst => "burst",
                Missed::Delay => "delay",
            }),
        }
    }

    fn read(self, builder: CadenceBuilder, written: Written<'_>) -> Option<CadenceBuilder> {
        Some(match (self, written.text()) {
            (Self::Interval, _) => CadenceBuilder { interval: written.duration()?, ..builder },
            (Self::Jitter, _) => builder.jitter(written.percent()?),
            (Self::First, "after_one") => builder.first(First::AfterOne),
            (Self::First, "at_once") => builder.first(First::AtOnce),
            (Self::First, "spread") => builder.first(First::Spread),
            (Self::Phase, "free") => builder.phase(Phase::Free),
            (Self::Phase, "locked") => builder.phase(Phase::Locked),
            (Self::Missed, "skip") => builder.missed(Missed::Skip),
            (Self::Missed, "burst") => builder.missed(Missed::Burst),
            (Self::Missed, "delay") => builder.missed(Missed::Delay),
            (Self::First | Self::Phase | Self::Missed, _) => return None,
        })
    }
}
