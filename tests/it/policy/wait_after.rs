//! A single wait without a poller is the wait of a poller.

use asyncpoll::{Decision, Jitter, Outcome, Poller};
use core::time::Duration;
use proptest::prelude::*;

use crate::support::{Tape, exact, poller_model::Settings, seconds, strategies};

#[test]
fn by_head_start_table_and_ladder() {
    let policy = exact().head_start(seconds(90.0)).waits(&[7.0, 2.0].map(seconds)).build().unwrap();
    let waits = [0, 1, 2, 3, 4, 5, 6, 8, u32::MAX].map(|poll| policy.wait(poll, &mut Tape::none()));
    assert_eq!(waits, [0.0, 90.0, 7.0, 2.0, 5.0, 15.0, 45.0, 300.0, 300.0].map(seconds));
}

proptest! {
    #[test]
    fn it_equals_what_a_poller_draws(settings in strategies::settings(), draw: u64, polls in 1..30_u32) {
        let settings = Settings { max_wait: None, max_polls: None, max_consecutive_errors: None, ..settings };
        let settings = Settings { head_start: settings.head_start.map(|wait| wait.min(i64::MAX.unsigned_abs())), ..settings };
        let policy = settings.policy();
        let mut poller = Poller::new(policy, Tape::new([draw]), Duration::ZERO);
        for poll in 1..=polls {
            let Decision::Sleep(wait) = poller.step(Outcome::<()>::pending(), Duration::ZERO) else { unreachable!() };
            let rng = Tape::new([draw]);
            prop_assert_eq!(policy.wait(poll, &mut rng.clone()), wait, "after poll {}", poll);
            let draws = if !settings.draws() { 0 } else if settings.jitter == Jitter::Decorrelated { poll } else { 1 };
            let _ = policy.wait(poll, &mut rng.clone());
            let drawn = rng.draws().get() as u32;
            // Under decorrelated jitter a head start takes the place of the first.
            let draws = if settings.jitter == Jitter::Decorrelated && poll > 1 { draws - u32::from(settings.head_start.is_some()) } else { draws };
            prop_assert_eq!(drawn, 2 * draws, "after poll {}", poll);
        }
    }
}
