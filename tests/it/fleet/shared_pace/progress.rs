//! Whoever keeps asking at the times it was told to gets slots, whoever else has died.

use asyncpoll::fleet::{Ask, Limits, SharedPace};
use core::time::Duration;
use proptest::prelude::*;

use crate::support::seconds;

/// One of those who share the pace, with more polls waiting than there will ever be slots.
#[derive(Clone, Copy, Debug)]
struct Replica {
    /// What it wants at a time.
    wanted: u32,
    /// When it dies, if it does.
    dies: Option<Duration>,
    epoch: u32,
    turn: u64,
    /// When it asks next.
    asks: Duration,
    /// When it last got a slot, or came.
    served: Duration,
    slots: u32,
}

fn replicas() -> impl Strategy<Value = Vec<Replica>> {
    let replica = (1..100_u32, prop::option::weighted(0.3, 0..60_000_u64), 0..5_000_u64);
    let replica = replica.prop_map(|(wanted, dies, comes)| {
        let (comes, dies) = (Duration::from_millis(comes), dies.map(Duration::from_millis));
        Replica { wanted, dies, epoch: 0, turn: 0, asks: comes, served: comes, slots: 0 }
    });
    prop::collection::vec(replica, 1..30)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn progress_a_slot_within_a_turn_of_all_whoever_has_died(
        mut replicas in replicas(), polls in 1..100_u32, seconds_for in 1..30_u64, late in 0..100_u64,
    ) {
        let limits = Limits::builder().rate(polls, Duration::from_secs(seconds_for)).find_pace(false).build().unwrap();
        let mut pace = SharedPace::new(Duration::ZERO);
        let spacing = pace.spacing(&limits).unwrap();
        let turn = spacing.max(seconds(0.5));
        // Each asks once more as late as its answer comes, and a second lies between what is granted and now.
        let longest = (turn + Duration::from_millis(late)) * u32::try_from(replicas.len()).unwrap() * 2 + seconds(2.0) + spacing;
        let (mut given, end) = (0, longest * 6);
        for _ in 0..100_000 {
            let Some(replica) = replicas.iter_mut().min_by_key(|replica| replica.asks) else { break };
            let now = replica.asks;
            if now > end {
                break;
            }
            if replica.dies.is_some_and(|dies| dies <= now) {
                replica.asks = Duration::MAX;
                continue;
            }
            let mut ask = Ask::default();
            (ask.epoch, ask.turn, ask.due, ask.wanted) = (replica.epoch, replica.turn, replica.wanted, replica.wanted);
            let grant = pace.admit(&limits, &ask, now);
            (replica.epoch, replica.turn) = (grant.epoch, grant.turn);
            replica.asks = now + grant.again.max(seconds(0.25)) + Duration::from_millis(late);
            if grant.slots > 0 {
                replica.served = now;
                replica.slots += grant.slots;
                given += grant.slots;
            }
            for replica in &replicas {
                let has_died = replica.dies.is_some_and(|dies| dies <= now);
                let waits = now.saturating_sub(replica.served);
                prop_assert!(has_died || waits <= longest, "Progress: at {now:?} {replica:?} has waited {waits:?} of {longest:?}");
            }
        }
        // While somebody always wants one, few slots are left unused.
        if replicas.iter().all(|replica| replica.dies.is_none() && replica.asks < Duration::MAX) {
            let all = end.as_nanos() / spacing.as_nanos();
            prop_assert!(u128::from(given) * 2 >= all, "Progress: {given} of {all} slots are given");
        }
    }
}
