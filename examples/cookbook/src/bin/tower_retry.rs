//! You need this if your requests go through a `tower::Service`, and its
//! `Retry` layer is to wait as a poller does, hints included.

use anyhow::{Context, Result};
use asyncpoll::http::{Answer, classify};
use asyncpoll::{Decision, Outcome, Policy, Poller, random_seed};
use reqwest::{Client, Error, Request, Response};
use std::{env, time::SystemTime};
use tokio::time::{Instant, Sleep, sleep};
use tower::{ServiceExt, retry};

/// Tower clones its policy for each request, and a clone of a poller draws what
/// the original draws. So each request starts a poller of its own.
#[derive(Clone)]
pub(crate) struct Patient(
    pub(crate) Policy,
    pub(crate) Option<Poller<Instant>>,
);

impl retry::Policy<Request, Response, Error> for Patient {
    type Future = Sleep;

    fn retry(
        &mut self,
        _: &mut Request,
        found: &mut Result<Response, Error>,
    ) -> Option<Sleep> {
        let now = Instant::now();
        let outcome = match found {
            Err(_broken) => Outcome::<(), _>::transient(()),
            Ok(answer) => {
                let (status, wall) = (answer.status(), SystemTime::now());
                let said = classify(status, answer.headers(), wall);
                if let Answer::Success { .. } | Answer::Pending { .. } = said {
                    return None;
                }
                said.outcome(|| ())?
            }
        };
        let start = || Poller::seeded(self.0, random_seed(), now);
        match self.1.get_or_insert_with(start).step(outcome, now) {
            Decision::Sleep(wait) => Some(sleep(wait)),
            _ => None, // The caller gets the last answer, or error.
        }
    }

    fn clone_request(&mut self, request: &Request) -> Option<Request> {
        request.try_clone()
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let url = env::args().nth(1).context("name a URL")?;
    let (client, policy) = (Client::new(), Policy::default());
    let service = retry::Retry::new(Patient(policy, None), client.clone());
    let answer = service.oneshot(client.get(url).build()?).await?;
    println!("{}", answer.text().await?);
    Ok(())
}
