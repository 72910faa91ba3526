//! An order for a certificate, which is what is polled.

use std::{net::Ipv4Addr, sync::Arc};

use anyhow::{Context as _, Result};
use asyncpoll::Outcome;
use serde_json::{Value, json};

use crate::{
    account::Account,
    acme_error::{AcmeError, Problem},
    answer::{Answer, outcome},
    certificate::Request,
    journal::Journal,
    patience::settle,
};

/// An order for a certificate for an address.
#[derive(Debug)]
pub struct Order {
    /// Where the order is.
    pub url: String,
    account: Arc<Account>,
    request: Request,
    authorization: String,
    finalize: String,
    challenge: String,
    next: Next,
    journal: Journal,
}

/// What the next poll asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Authorization,
    Finalization,
    Order,
}

impl Order {
    /// Places an order for `address`.
    pub fn place(account: &Arc<Account>, address: Ipv4Addr) -> Result<Self> {
        Self::place_not_before(account, address, None)
    }

    /// Places an order that is taken, and stays in processing for ever once it is finalized.
    pub fn place_stuck(account: &Arc<Account>, address: Ipv4Addr) -> Result<Self> {
        Self::place_not_before(account, address, Some("not a date"))
    }

    fn place_not_before(account: &Arc<Account>, address: Ipv4Addr, not_before: Option<&str>) -> Result<Self> {
        let payload = json!({ "identifiers": [{ "type": "ip", "value": address }], "notBefore": not_before });
        let placed = account.submit(account.endpoint("newOrder")?, &payload)?;
        let url = placed.header("Location").context("a new order has no Location")?.to_owned();
        let order = placed.json()?;
        let authorization = text(&order, "/authorizations/0")?;
        let challenges = account.download(&authorization)?.json()?;
        let challenges = challenges.get("challenges").and_then(Value::as_array).context("there are no challenges")?;
        let http = challenges.iter().find(|challenge| challenge.get("type").is_some_and(|kind| kind == "http-01"));
        Ok(Self {
            url,
            account: Arc::clone(account),
            request: Request::new(address)?,
            authorization,
            finalize: text(&order, "/finalize")?,
            challenge: text(http.context("there is no http-01 challenge")?, "/url")?,
            next: Next::Authorization,
            journal: Journal::default(),
        })
    }

    /// Tells the server that it may look at the answer to its challenge.
    pub fn answer_challenge(&self) -> Result<()> {
        self.account.submit(&self.challenge, &json!({}))?;
        Ok(())
    }

    /// Answers the challenge and waits until the server has taken it: the next poll is the finalization.
    pub fn authorize(&mut self) -> Result<()> {
        self.answer_challenge()?;
        settle(|| {
            let answer = self.account.fetch(&self.authorization);
            let outcome = outcome(answer, |answer| self.authorization_found(&answer).unwrap_or_else(Outcome::Failed));
            if self.is_ready() { Outcome::Done(()) } else { outcome.map(drop) }
        })
    }

    /// Tells the server that the authorization is no longer wanted.
    pub fn deactivate_authorization(&self) -> Result<()> {
        self.account.submit(&self.authorization, &json!({ "status": "deactivated" }))?;
        Ok(())
    }

    /// Polls once, and finds where the certificate is.
    ///
    /// The authorization is polled until it is valid, because that is where the server says how long that may take. The next
    /// poll is the finalization, and those after it are for the order.
    pub fn poll(&mut self) -> Outcome<String, AcmeError> {
        match self.next {
            Next::Authorization => {
                let answer = self.journal.note(|| self.account.fetch(&self.authorization));
                outcome(answer, |answer| self.authorization_found(&answer).unwrap_or_else(Outcome::Failed))
            }
            Next::Finalization => self.finalize(),
            Next::Order => self.look(),
        }
    }

    /// Returns whether the order waits for its finalization, by the last answer.
    pub fn is_ready(&self) -> bool {
        self.next == Next::Finalization
    }

    /// Polls once by asking the server to issue the certificate.
    pub fn finalize(&mut self) -> Outcome<String, AcmeError> {
        let csr = match self.request.csr() {
            Ok(csr) => csr,
            Err(error) => return Outcome::Failed(AcmeError::Malformed(error.to_string())),
        };
        // Where no answer comes, only the order tells whether the server has been asked.
        self.next = Next::Order;
        let answer = self.journal.note(|| self.account.post(&self.finalize, &json!({ "csr": csr })));
        outcome(answer, |answer| self.order_found(&answer).unwrap_or_else(Outcome::Failed))
    }

    /// Polls once by fetching the order.
    pub fn look(&mut self) -> Outcome<String, AcmeError> {
        let answer = self.journal.note(|| self.account.fetch(&self.url));
        outcome(answer, |answer| self.order_found(&answer).unwrap_or_else(Outcome::Failed))
    }

    /// Fetches the certificate, and checks that it is ours and that its chain leads to `root`.
    pub fn check_certificate(&self, url: &str, root: &str) -> Result<()> {
        self.request.check(&self.account.download(url)?.body, root)
    }

    /// Returns what was polled so far.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    fn authorization_found(&mut self, answer: &Answer) -> Result<Outcome<String, AcmeError>, AcmeError> {
        let authorization = answer.json()?;
        match status(&authorization) {
            "pending" => {}
            "valid" => self.next = Next::Finalization,
            other => {
                let challenges = authorization.get("challenges").and_then(Value::as_array);
                let problem = challenges.and_then(|all| all.iter().find_map(|one| Problem::read(one.get("error")?)));
                return Err(problem.map_or_else(|| AcmeError::State(other.into()), AcmeError::Problem));
            }
        }
        Ok(Outcome::pending())
    }

    fn order_found(&mut self, answer: &Answer) -> Result<Outcome<String, AcmeError>, AcmeError> {
        let order = answer.json()?;
        match status(&order) {
            "pending" | "processing" => {}
            "ready" => self.next = Next::Finalization,
            "valid" => return text(&order, "/certificate").map(Outcome::Done),
            other => {
                let problem = order.get("error").and_then(Problem::read);
                return Err(problem.map_or_else(|| AcmeError::State(other.into()), AcmeError::Problem));
            }
        }
        Ok(Outcome::pending())
    }
}

fn status(resource: &Value) -> &str {
    resource.get("status").and_then(Value::as_str).unwrap_or_default()
}

fn text(resource: &Value, pointer: &str) -> Result<String, AcmeError> {
    let text = resource.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    text.ok_or_else(|| AcmeError::Malformed(format!("there is no text at {pointer} in {resource}")))
}
