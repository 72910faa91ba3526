//! A poller for each order, to compare.

use asyncpoll::{Decision, Outcome, Policy, Poller, random_seed};
use tokio::{
    task::{JoinSet, LocalSet, spawn_blocking},
    time::{Instant, sleep},
};

use crate::{client::Client, progress::Progress};

/// Polls all orders to their end.
pub(crate) async fn poll(client: &Client, urls: Vec<String>, policy: Policy, progress: &Progress) {
    let mut tasks = JoinSet::new();
    let all = LocalSet::new();
    for url in urls {
        tasks.spawn_local_on(poll_one(client.clone(), url, policy, progress.clone()), &all);
    }
    all.run_until(tasks.join_all()).await;
}

async fn poll_one(client: Client, url: String, policy: Policy, progress: Progress) {
    let mut poller = Poller::seeded(policy, random_seed(), Instant::now());
    loop {
        let (client, url) = (client.clone(), url.clone());
        let answer = spawn_blocking(move || client.poll(&url)).await;
        let outcome = answer.unwrap_or_else(|died| Outcome::transient(died.to_string()));
        progress.polled(Some(&outcome));
        progress.show(None);
        let decision = poller.step(outcome, Instant::now());
        progress.decided(&decision);
        match decision {
            Decision::Sleep(wait) => sleep(wait).await,
            Decision::Done(()) | Decision::Failed(_) | Decision::GaveUp(_) => return,
        }
    }
}
