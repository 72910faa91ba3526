//! The limits of an upstream as the naive models have them: in plain numbers.

use asyncpoll::fleet::Limits;
use core::time::Duration;

/// What an upstream was made with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rules {
    pub(crate) rate: Option<(u32, Duration)>,
    pub(crate) in_flight: Option<usize>,
    pub(crate) is_growing: bool,
    pub(crate) find_pace: bool,
    pub(crate) shared: bool,
    pub(crate) forgive: Option<u32>,
    pub(crate) longest_hold: Option<Duration>,
    pub(crate) answer_within: Option<Duration>,
}

/// An hour.
pub(crate) const HOUR: Duration = Duration::from_secs(3_600);

impl Rules {
    /// Those of `Limits::default`.
    pub(crate) const DEFAULT: Self = Self {
        rate: None,
        in_flight: Some(16),
        is_growing: true,
        find_pace: true,
        shared: false,
        forgive: Some(50),
        longest_hold: Some(HOUR),
        answer_within: None,
    };

    pub(crate) fn limits(&self) -> Limits {
        // All of them by name: one that is not passed on is a variable that nobody uses.
        let Self { rate, in_flight, is_growing, find_pace, shared, forgive, longest_hold, answer_within } = *self;
        let builder = Limits::builder().find_pace(find_pace).shared(shared);
        let builder = match in_flight.map(|polls| polls.try_into().expect("few are in flight")) {
            Some(polls) if is_growing => builder.in_flight_from(polls),
            Some(polls) => builder.in_flight(polls),
            None => builder.no_in_flight(),
        };
        let builder = match rate {
            Some((polls, per)) => builder.rate(polls, per),
            None => builder,
        };
        let builder = match forgive {
            Some(served) => builder.forgive(served),
            None => builder.no_forgive(),
        };
        let builder = match longest_hold {
            Some(longest) => builder.longest_hold(longest),
            None => builder.no_longest_hold(),
        };
        let builder = match answer_within {
            Some(within) => builder.answer_within(within),
            None => builder.no_answer_within(),
        };
        builder.build().expect("the limits are good")
    }
}
