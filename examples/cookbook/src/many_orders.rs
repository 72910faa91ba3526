//! You need this if one process polls many orders at one server.

use anyhow::{Error, Result, anyhow};
use asyncpoll::fleet::{Due, Limits};
use asyncpoll::{
    Decision, Fleet, Outcome, Policy, http::classify, random_seed,
};
use reqwest::Client;
use std::{collections::HashMap, env, time::Duration, time::SystemTime};
use tokio::time::{Instant, sleep};
use tokio::{select, task::JoinSet};

type End = Decision<String, Error>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let http = Client::builder().timeout(Duration::from_secs(30)).build()?;
    let report = |url: &str, end: End| println!("{url} {end:?}");
    poll_all(&http, env::args().skip(1).collect(), report).await
}

pub(crate) async fn poll_all(
    http: &Client,
    urls: Vec<String>,
    report: impl Fn(&str, End),
) -> Result<()> {
    let minute = Duration::from_secs(60);
    let limits = Limits::builder().answer_within(minute).build()?;
    let mut fleet = Fleet::seeded(random_seed(), Instant::now());
    let server = fleet.add_upstream(limits);
    let mut start = || fleet.start(server, Policy::default(), Instant::now());
    let urls: HashMap<_, _> =
        urls.into_iter().map(|url| (start(), url)).collect();
    let (mut sent, mut errors) = (JoinSet::new(), HashMap::new());
    while !fleet.is_empty() {
        let is_free = sent.len() < 64;
        match is_free.then(|| fleet.next_due(Instant::now())).flatten() {
            Some(Due::Poll(poll)) => {
                let look = look(http.clone(), urls[&poll.id].clone());
                sent.spawn(async move { (poll, look.await) });
                continue;
            }
            Some(Due::Ended(id, end)) => {
                let end = end.with_last_error(errors.remove(&id).flatten());
                report(&urls[&id], Decision::GaveUp(end));
                continue;
            }
            None => {}
        }
        let wait = fleet.until_next(Instant::now()).filter(|_| is_free);
        select! {
            Some(answered) = sent.join_next() => {
                // The fleet takes a poll that panicked for lost, in a minute.
                let Ok((poll, found)) = answered else { continue };
                let found = found.unwrap_or_else(Outcome::transient);
                let error = errors.entry(poll.id).or_default();
                match fleet.step_keeping(poll, found, Instant::now(), error) {
                    Decision::Sleep(_) => {}
                    end => report(&urls[&poll.id], end),
                }
            }
            () = sleep(wait.unwrap_or(minute)) => {}
        }
    }
    Ok(())
}

async fn look(http: Client, url: String) -> Result<Outcome<String, Error>> {
    let answer = http.get(url).send().await?;
    let (status, now) = (answer.status(), SystemTime::now());
    let said = classify(status, answer.headers(), now);
    let (hint, body) = (said.retry_after(), answer.text().await);
    Ok(match (said.outcome(|| anyhow!("{status}")), body) {
        (Some(outcome), _) => outcome,
        (None, Ok(order)) => Outcome::Done(order),
        (None, Err(cut)) => Outcome::transient(cut.into()).retry_after(hint),
    })
}
