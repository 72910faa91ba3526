//! Every kind of jitter, every reason for giving up and every kind of tick, for the tests that go through them all.
//!
//! Whoever includes this file says what `every!` makes of it. The tests make lists. The crate itself, where a match on a
//! `non_exhaustive` enum needs no wildcard, makes matches: there, a variant that is missing here does not compile.

use asyncpoll::{
    Jitter, Reason,
    ticker::{First, Missed, Phase},
};

every! {
    JITTERS: (&str, Jitter) = Jitter {
        Jitter::None => [("none", Jitter::None)],
        Jitter::PlusMinus(_) => [
            ("plus-minus-1", Jitter::PlusMinus(1)),
            ("plus-minus-7", Jitter::PlusMinus(7)),
            ("plus-minus-20", Jitter::PlusMinus(20)),
            ("plus-minus-100", Jitter::PlusMinus(100)),
        ],
        Jitter::Above(_) => [
            ("above-1", Jitter::Above(1)),
            ("above-20", Jitter::Above(20)),
            ("above-100", Jitter::Above(100)),
        ],
        Jitter::Full => [("full", Jitter::Full)],
        Jitter::Equal => [("equal", Jitter::Equal)],
        Jitter::Decorrelated => [("decorrelated", Jitter::Decorrelated)],
    }
}

every! {
    REASONS: Reason = Reason {
        Reason::Cancelled => [Reason::Cancelled],
        Reason::MaxConsecutiveErrors => [Reason::MaxConsecutiveErrors],
        Reason::Finished => [Reason::Finished],
        Reason::MaxPolls => [Reason::MaxPolls],
        Reason::MaxWait => [Reason::MaxWait],
        Reason::RetryAfterPastDeadline => [Reason::RetryAfterPastDeadline],
    }
}

every! {
    FIRSTS: First = First {
        First::AfterOne => [First::AfterOne],
        First::AtOnce => [First::AtOnce],
        First::Spread => [First::Spread],
    }
}

every! {
    PHASES: Phase = Phase {
        Phase::Free => [Phase::Free],
        Phase::Locked => [Phase::Locked],
    }
}

every! {
    MISSED: Missed = Missed {
        Missed::Skip => [Missed::Skip],
        Missed::Burst => [Missed::Burst],
        Missed::Delay => [Missed::Delay],
    }
}
