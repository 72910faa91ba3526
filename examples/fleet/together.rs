//! A fleet: all orders behind one loop.

use core::{error::Error, time::Duration};
use std::collections::HashMap;

use asyncpoll::{Fleet, Policy, fleet::Limits, random_seed};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};

use crate::{client::Client, progress::Progress};

/// Polls all orders to their end.
pub(crate) async fn poll(
    client: &Client,
    urls: Vec<String>,
    policy: Policy,
    progress: &Progress,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let mut fleet = Fleet::seeded(random_seed(), Instant::now());
    let authority = fleet.upstream(Limits::default());
    let urls: HashMap<_, _> = urls.into_iter().map(|url| (fleet.start(authority, &policy, Instant::now()), url)).collect();

    let (mut tasks, mut ids) = (JoinSet::new(), HashMap::new());
    while !fleet.is_empty() {
        while let Some(poll) = fleet.next_poll(Instant::now()) {
            let (client, url) = (client.clone(), urls[&poll.id].clone());
            ids.insert(tasks.spawn_blocking(move || client.poll(&url)).id(), poll.id);
        }
        progress.show(fleet.status(authority, Instant::now()).spacing);

        let wait = fleet.until_next_poll(Instant::now());
        let (task, answer) = tokio::select! {
            Some(joined) = tasks.join_next_with_id() => match joined {
                Ok((task, outcome)) => (task, Some(outcome)),
                Err(died) => (died.id(), None),
            },
            () = sleep(wait.unwrap_or(Duration::MAX)) => continue,
        };
        let id = ids.remove(&task).ok_or("a task has ended that has no poll")?;
        match answer {
            Some(outcome) => {
                progress.polled(&outcome);
                progress.decided(&fleet.step(id, outcome, Instant::now()));
            }
            None => fleet.release(id, Instant::now()),
        }
    }
    Ok(())
}
