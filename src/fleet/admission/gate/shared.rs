//! What the gate of an upstream asks for and takes if its pace is shared.

use super::{
    super::{
        ask::{Ask, AskId, Grant},
        slots::{self, Waiting},
    },
    Gate,
};

impl Gate {
    /// Forgets slots whose time has passed, and says whether there were any.
    #[inline]
    pub(in crate::fleet) fn forget_slots(&mut self, time: u64) -> bool {
        self.slots.as_mut().is_some_and(|slots| slots.forget(time))
    }

    /// Returns when slots are to be asked for, if the first poll is due at `first_due`, or `u64::MAX`.
    pub(in crate::fleet) fn ask_at(&self, first_due: u64) -> u64 {
        let may_send = !self.is_paused && !self.is_full();
        self.slots.as_ref().map_or(u64::MAX, |slots| slots.ask_at(first_due, may_send))
    }

    /// Asks for slots, if the pace is shared. The number of polls is given that are due by a time, counted up to so many.
    pub(in crate::fleet) fn ask(&mut self, id: AskId, due_by: impl Fn(u64, u32) -> u32, time: u64) -> Option<Ask> {
        let slots = self.slots.as_mut()?;
        let room = match self.bound {
            _ if self.is_paused => 0,
            Some(bound) => bound.now.saturating_sub(self.in_flight).saturating_add(slots.coming_back(bound.now)),
            None => usize::MAX,
        };
        let most = slots.most();
        let waiting = Waiting { due: due_by(time, most), soon: due_by(slots::soon(time), most) };
        Some(slots.ask(id, waiting, u32::try_from(room).unwrap_or(u32::MAX), self.hold.until(), time))
    }

    /// Takes what was granted.
    pub(in crate::fleet) fn grant(&mut self, grant: &Grant, time: u64) -> Option<()> {
        let slots = self.slots.as_mut()?;
        let (epoch, was_held) = (slots.epoch(), self.hold.until());
        let held_until = slots.grant(grant, was_held, time)?;
        if grant.epoch != epoch {
            self.old = self.in_flight;
        }
        self.hold.set(held_until, time);
        if held_until > was_held.max(time) {
            self.trace.held(held_until.saturating_sub(time));
        }
        // Two things begin an epoch, and the other is that a hold was ended.
        if epoch > 0 && grant.epoch > epoch && !grant.resumed {
            self.counts.cuts = self.counts.cuts.saturating_add(1);
            self.trace.cut(slots.spacing());
        }
        Some(())
    }

    /// Notes that an ask was not answered, and asks no more for so long.
    pub(in crate::fleet) fn ask_failed(&mut self, retry: u64, time: u64) {
        if let Some(slots) = &mut self.slots {
            slots.fail(retry, self.hold.until(), time);
        }
    }
}
