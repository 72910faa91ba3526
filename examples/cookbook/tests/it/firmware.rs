//! A board whose counter starts again from zero, whose sleeps end too early,
//! and whose server counts early polls.

use crate::server::{Counts, Draw, RUNS};
use asyncpoll::Outcome;
use core::time::Duration;
use firmware::{Board, Millis, ModemError, wait_for_update};

struct Simulated {
    draw: Draw,
    /// Milliseconds since the start of the world.
    now: u64,
    not_before: u64,
    ready: u64,
    fails: bool,
    counts: Counts,
    told: bool,
}

impl Board for Simulated {
    fn now(&self) -> Millis {
        // As many as fit, which is what a counter does.
        Millis(u32::try_from(self.now % (1 << 32)).unwrap())
    }

    fn sleep(&mut self, millis: u32) {
        let millis = u64::from(millis);
        let is_interrupted = self.draw.one_in(5);
        let left = if is_interrupted { self.draw.below(millis + 1) } else { 0 };
        self.now += millis - left;
    }

    fn poll(&mut self) -> Outcome<u32, ModemError> {
        self.counts.polls += 1;
        self.counts.early += u32::from(self.now < self.not_before);
        assert!(!self.told);
        // The answer takes a while.
        self.now += self.draw.below(3000);
        self.told = self.now >= self.ready;
        match (self.told, self.draw.below(4)) {
            (true, _) if self.fails => Outcome::Failed(ModemError(1)),
            (true, _) => Outcome::Done(17),
            (false, 0) => Outcome::transient(ModemError(2)),
            (false, 1) => {
                let hint = self.draw.seconds(7200);
                let millis = u64::try_from(hint.as_millis()).unwrap();
                self.not_before = self.now + millis;
                Outcome::pending().retry_after(hint)
            }
            (false, _) => Outcome::pending(),
        }
    }
}

#[test]
fn no_poll_is_early_and_no_answer_misread() {
    let mut all = Counts::default();
    for seed in 0..RUNS {
        let mut draw = Draw::new(seed);
        // Shortly before the counter starts again.
        let now = (1 << 32) - draw.below(100_000);
        let mut board = Simulated {
            now,
            not_before: now,
            ready: now + draw.below(24 * 3_600_000),
            fails: draw.one_in(4),
            counts: Counts::default(),
            told: false,
            draw,
        };
        let said = wait_for_update(&mut board, seed);
        let error = said.as_ref().err().and_then(|error| error.error());
        let is_failure = error == Some(&ModemError(1));
        let is_right = if board.fails { is_failure } else { said == Ok(17) };
        // Noticed within an hour and a fifth, or the hint.
        let late = board.now.saturating_sub(board.ready.max(board.not_before));
        let hour = Duration::from_secs(3600 * 13 / 10).as_millis();
        all.misread += u32::from(!is_right || u128::from(late) > hour);
        all.early += board.counts.early;
        all.polls += board.counts.polls;
        all.ended += 1;
    }
    all.assert_none(8_000, 1_000);
}
