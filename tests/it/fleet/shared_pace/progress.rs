//! Whoever keeps asking at the times it was told to gets slots, whoever else has died.

use asyncpoll::{
    SmallRng,
    fleet::{Ask, Limits, SharedPace},
    rand_core::Rng,
};
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
}

fn replicas() -> impl Strategy<Value = Vec<Replica>> {
    let replica = (1..100_u32, prop::option::weighted(0.3, 0..60_000_u64), 0..5_000_u64);
    let replica = replica.prop_map(|(wanted, dies, comes)| {
        let (comes, dies) = (Duration::from_millis(comes), dies.map(Duration::from_millis));
        Replica { wanted, dies, epoch: 0, turn: 0, asks: comes, served: comes }
    });
    prop::collection::vec(replica, 1..30)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn progress_a_slot_within_a_turn_of_all_whoever_has_died(
        mut replicas in replicas(), polls in 1..100_u32, seconds_for in 1..30_u64, seed in any::<u64>(),
    ) {
        let limits = Limits::builder().rate(polls, Duration::from_secs(seconds_for)).find_pace(false).build().unwrap();
        let mut pace = SharedPace::new(Duration::ZERO);
        let spacing = pace.spacing(&limits).unwrap();
        let turn = spacing.max(seconds(0.5)) + seconds(0.1);
        let all = turn * u32::try_from(replicas.len()).unwrap();
        // A turn that comes to nothing, as those shift who come and die, is followed by another after all others.
        let longest = all * 8 + seconds(2.0);
        let mut rng = SmallRng::new(seed);
        let end = longest * 6;
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
            replica.asks = now + grant.again.max(seconds(0.25)) + Duration::from_millis(rng.next_u64() % 100);
            if grant.slots > 0 {
                replica.served = now;
            }
            for replica in &replicas {
                let has_died = replica.dies.is_some_and(|dies| dies <= now);
                let waits = now.saturating_sub(replica.served);
                prop_assert!(has_died || waits <= longest, "Progress: at {now:?} {replica:?} has waited {waits:?} of {longest:?}");
            }
        }
    }
}

/// Has so many ask for so many slots each, for an hour, at the times that they are told. Returns the longest time between two grants
/// of slots to one of them, and how many slots were given out.
fn an_hour(fleets: usize, wanted: u32, limits: &Limits) -> (Duration, u64) {
    let mut pace = SharedPace::new(Duration::ZERO);
    let mut fleets =
        vec![Replica { wanted, dies: None, epoch: 0, turn: 0, asks: Duration::ZERO, served: Duration::ZERO }; fleets];
    let (mut longest, end) = (Duration::ZERO, seconds(3_600.0));
    loop {
        let fleet = fleets.iter_mut().min_by_key(|fleet| fleet.asks).unwrap();
        let now = fleet.asks;
        if now > end {
            let waits = fleets.iter().map(|fleet| end - fleet.served).max().unwrap();
            return (longest.max(waits), pace.slots());
        }
        let mut ask = Ask::default();
        (ask.epoch, ask.turn, ask.due, ask.wanted) = (fleet.epoch, fleet.turn, wanted, wanted);
        let grant = pace.admit(limits, &ask, now);
        (fleet.epoch, fleet.turn, fleet.asks) = (grant.epoch, grant.turn, now + grant.again.max(seconds(0.25)));
        if grant.slots > 0 {
            longest = longest.max(now - fleet.served);
            fleet.served = now;
        }
    }
}

#[test]
fn at_a_pace_below_two_a_second_nobody_waits_longer_than_for_one_slot_of_each() {
    for (fleets, polls, per) in [(5, 3, 5.0), (5, 1, 1.0), (30, 1, 10.0), (12, 1, 3.0), (30, 1, 1.0)] {
        let limits = Limits::builder().rate(polls, seconds(per)).find_pace(false).build().unwrap();
        let (longest, slots) = an_hour(fleets, 3, &limits);
        let spacing = seconds(per) / polls;
        let turns = spacing * u32::try_from(fleets).unwrap();
        assert!(longest <= turns + seconds(0.001), "{fleets} at {polls} in {per} s: {longest:?} instead of {turns:?}");
        assert!(
            u128::from(slots) >= seconds(3_600.0).as_nanos() / spacing.as_nanos(),
            "{fleets} at {polls} in {per} s: {slots}"
        );
    }
}

#[test]
fn under_a_backlog_slots_are_all_given_out_half_a_second_s_worth_at_a_time() {
    let limits = Limits::builder().rate(40, seconds(1.0)).find_pace(false).build().unwrap();
    for (fleets, wanted, most) in [(8, 50, 4.0), (30, 50, 15.0), (200, 20, 100.0)] {
        let (longest, slots) = an_hour(fleets, wanted, &limits);
        assert!(longest <= seconds(most), "{fleets} wait for {longest:?}");
        assert!((144_000..=144_040).contains(&slots), "{slots} slots are given to {fleets}");
    }
}
