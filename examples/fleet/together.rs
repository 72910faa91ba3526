//! A fleet: all orders behind one loop.

use core::{error::Error, time::Duration};
use std::collections::HashMap;

use asyncpoll::{
    Decision, Fleet, Outcome, Policy,
    fleet::{Due, Limits},
    random_seed,
};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};

use super::progress::Progress;

/// How many polls are sent at a time: so many threads does the runtime have for them.
pub(crate) const SENDERS: usize = 512;

/// Polls all orders to their end. `poll` polls the order at a URL.
pub(crate) async fn poll(
    poll: impl Fn(&str) -> Outcome<(), String> + Clone + Send + 'static,
    urls: Vec<String>,
    policy: Policy,
    progress: &Progress,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let mut fleet = Fleet::seeded(random_seed(), Instant::now());
    let authority = fleet.add_upstream(Limits::default());
    let urls: HashMap<_, _> = urls.into_iter().map(|url| (fleet.start(authority, policy, Instant::now()), url)).collect();

    let (mut tasks, mut ids) = (JoinSet::new(), HashMap::new());
    while !fleet.is_empty() {
        if tasks.len() < SENDERS {
            match fleet.next_due(Instant::now()) {
                Some(Due::Poll(due)) => {
                    let (poll, url) = (poll.clone(), urls[&due.id].clone());
                    ids.insert(tasks.spawn_blocking(move || poll(&url)).id(), due.id);
                    continue;
                }
                Some(Due::Ended(_, gave_up)) => {
                    progress.decided::<(), _>(&Decision::GaveUp(gave_up));
                    continue;
                }
                None => {}
            }
        }
        progress.show(fleet.status(authority, Instant::now()).spacing);

        // If all senders are busy, the next event is an answer.
        let wait = fleet.until_next(Instant::now()).filter(|_| tasks.len() < SENDERS);
        let (task, found) = tokio::select! {
            Some(joined) = tasks.join_next_with_id() => match joined {
                Ok((task, outcome)) => (task, Some(outcome)),
                Err(died) => (died.id(), None),
            },
            () = sleep(wait.unwrap_or(Duration::MAX)) => continue,
        };
        let id = ids.remove(&task).ok_or("a task has ended that has no poll")?;
        progress.polled(found.as_ref());
        match found {
            Some(outcome) => progress.decided(&fleet.step(id, outcome, Instant::now())),
            None => progress.decided(&fleet.lost(id, Instant::now())),
        }
    }
    Ok(())
}
