//! A policy that is printed needs no line of its own: a driver, a fleet and a preview take it as they take any other.

use core::{future::ready, time::Duration};

use asyncpoll::{
    Driver, Fleet, Outcome, Policy, Poller,
    fleet::{Due, Limits},
};
use asyncpoll_fit::{Fit, estimate, toml};
use tokio::time::{Instant, sleep};

use crate::{
    kinds::{Kind, MAX_WAIT},
    simulated::log,
};

/// Fits, prints, and reads what was printed from a table of a file of configuration.
fn loaded() -> Policy {
    let times = estimate(&log(Kind::Two(10.0, 240.0), Policy::default(), 200, 1), MAX_WAIT).unwrap();
    let fit = Fit::new(&times, Policy::default(), None, Duration::from_millis(60)).unwrap();
    let mut file: ::toml::Table = format!("[polling]\n{}", toml(&fit).unwrap()).parse().unwrap();
    let polling: Policy = file.remove("polling").unwrap().try_into().unwrap();
    assert!(polling.waits().count() >= 2, "{polling} has too few waits to be seen");
    polling
}

/// Asserts that polls of an operation that stays pending are made when the preview has them.
fn assert_foretold(policy: &Policy, polls: &[Duration]) {
    let all = policy.polls().unwrap();
    assert!(all.contains(&(polls.len() as u64)), "{} polls, and not {all:?}, by {policy}", polls.len());
    // The preview has as many as a poller whose every wait is the mean.
    for (poll, foretold) in polls.iter().zip(policy.schedule()) {
        assert!(*poll >= foretold.earliest, "{poll:?} is before {foretold:?} of {policy}");
        assert!(*poll <= foretold.latest, "{poll:?} is after {foretold:?} of {policy}");
    }
    // Without the waits of the table, these polls would not be there.
    let bare = policy.to_builder().no_waits().build().unwrap();
    let differ = |(poll, other): (&Duration, asyncpoll::ScheduledPoll)| *poll < other.earliest || *poll > other.latest;
    assert!(polls.iter().zip(bare.schedule()).any(differ), "{polls:?} is what {bare} makes as well");
}

#[tokio::test(start_paused = true)]
async fn a_driver_under_tokio_takes_it() {
    let policy = loaded();
    let start = Instant::now();
    let mut poller = Poller::seeded(policy, 1, start);
    let mut polls = Vec::new();
    let ended = Driver::new(Instant::now, sleep)
        .poll_async(&mut poller, |_| {
            polls.push(start.elapsed());
            ready(Outcome::<()>::pending())
        })
        .await;
    assert!(ended.is_err(), "nothing was ever done");
    assert_foretold(&policy, &polls);
}

#[test]
fn a_fleet_takes_it() {
    let policy = loaded();
    let mut now = Duration::ZERO;
    let mut fleet = Fleet::seeded(1, now);
    let server = fleet.add_upstream(Limits::default());
    fleet.start(server, policy, now);
    let mut polls = Vec::new();
    while let Some(wait) = fleet.until_next(now) {
        now += wait;
        while let Some(due) = fleet.next_due(now) {
            let Due::Poll(poll) = due else { panic!("{due:?}: nothing keeps a poll waiting") };
            polls.push(now);
            let _decision = fleet.step(poll.id, Outcome::<()>::pending(), now);
        }
    }
    assert_foretold(&policy, &polls);
}

#[test]
fn a_preview_takes_it() {
    let policy = loaded();
    let polls: Vec<Duration> = policy.schedule().map(|poll| poll.nominal).collect();
    let pairs = polls[1..].windows(2).zip(policy.waits());
    for (pair, wait) in pairs {
        assert_eq!(pair[1], pair[0] + wait, "{policy}");
    }
    assert_foretold(&policy, &polls);
    assert_eq!(policy.to_string().parse(), Ok(policy));
}
