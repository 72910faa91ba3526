//! The rule by which slots are given out, once more, from the guide.

use std::time::Duration;

use anyhow::{Result, ensure};
use asyncpoll_machines::slots::Slots;

use crate::support::Ask;

const SECOND: Duration = Duration::from_secs(1);

/// The answer to an ask, and what was asked.
pub(crate) type Answer = (Ask, Slots);

/// What is known of an upstream, by the store's clock.
#[derive(Debug, Default)]
pub(crate) struct Model {
    asked_at: Duration,
    held_until: Duration,
    next: Duration,
}

impl Model {
    /// Gives out slots one by one, each within a second and the lot within half a second's worth.
    pub(crate) fn answer(&mut self, ask: Ask, at: Duration) -> Slots {
        let back = self.asked_at.saturating_sub(at);
        self.asked_at = at;
        self.held_until = self.held_until.saturating_sub(back).max(at + ask.hold);
        self.next = self.next.saturating_sub(back).max(self.held_until).max(at);
        let first = self.next;
        let mut slots = 0;
        while slots < ask.wanted && (slots == 0 || ask.spacing * (slots + 1) <= SECOND / 2) && self.next < at + SECOND {
            slots += 1;
            self.next += ask.spacing;
        }
        Slots { slots, first: first.saturating_sub(at), held: self.held_until.saturating_sub(at), at }
    }

    /// Checks that a store has given all these answers, in the order of its clock, as the model does.
    pub(crate) fn agree(&mut self, mut answers: Vec<Answer>) -> Result<()> {
        // Of two in the same microsecond, the later has its slots later.
        answers.sort_by_key(|(_, slots)| (slots.at, slots.at + slots.first, slots.held));
        for (ask, slots) in answers {
            let expected = self.answer(ask, slots.at);
            ensure!(slots == expected, "{ask:?} was answered by {slots:?}, and not by {expected:?}");
        }
        Ok(())
    }
}

/// Checks of all slots that were given out, whatever was lost, that they are a spacing apart at least.
pub(crate) fn check_apart(answers: &[Answer], spacing: Duration) -> Result<()> {
    let mut times: Vec<_> =
        answers.iter().flat_map(|(_, it)| (0..it.slots).map(|slot| it.at + it.first + spacing * slot)).collect();
    times.sort_unstable();
    for (one, next) in times.iter().zip(times.iter().skip(1)) {
        ensure!(*next >= *one + spacing, "a slot at {one:?} and a slot at {next:?} are less than {spacing:?} apart");
    }
    Ok(())
}
