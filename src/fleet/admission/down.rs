//! A server that is down: it fails every poll, and says nothing of how many it bears.

const SECOND: u64 = 1_000_000_000;

/// So many polls have failed before a server counts as down. So many are in flight at first by default: what is sent at once
/// and fails together is enough to know.
const MANY: u8 = 16;

/// How many polls of an upstream have failed since one was served.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::fleet) struct Failures {
    count: u8,
}

impl Failures {
    #[inline]
    pub(in crate::fleet) const fn served(&mut self) {
        self.count = 0;
    }

    pub(in crate::fleet) const fn failed(&mut self) {
        self.count = self.count.saturating_add(1);
    }

    /// Returns the time between the last poll that went out and the next: zero, or a second if the server is down. Of all the
    /// operations of an upstream each would poll by its own ladder, and 5,000 of them a dead server 17 times a second.
    #[inline]
    pub(in crate::fleet) const fn apart(self) -> u64 {
        if self.count < MANY { 0 } else { SECOND }
    }
}
