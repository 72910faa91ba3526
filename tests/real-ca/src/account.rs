//! An ACME account, and the requests signed with its key.

use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context as _, Result};
use asyncpoll::Outcome;
use serde_json::{Value, json};

use crate::{
    acme_error::AcmeError,
    answer::{Answer, outcome},
    client::Client,
    jws::AccountKey,
    patience::settle,
};

/// An ACME account.
#[derive(Debug)]
pub struct Account {
    client: Client,
    directory: Value,
    key: AccountKey,
    url: String,
    nonces: Mutex<Vec<String>>,
}

impl Account {
    /// Registers an account with the server whose directory is at `directory`.
    pub fn register(client: Client, directory: &str) -> Result<Self> {
        let directory = client.get(directory)?.resource()?;
        let key = AccountKey::generate()?;
        let mut account = Self { client, directory, key, url: String::new(), nonces: Mutex::default() };
        account.stock_nonces(1)?;
        let answer = account.submit(account.endpoint("newAccount")?, &json!({ "termsOfServiceAgreed": true }))?;
        answer.header("Location").context("a new account has no Location")?.clone_into(&mut account.url);
        Ok(account)
    }

    /// Returns the same account with another client.
    #[must_use]
    pub fn with_client(self, client: Client) -> Self {
        Self { client, ..self }
    }

    /// Returns the thumbprint of the account's key.
    pub fn thumbprint(&self) -> String {
        self.key.thumbprint()
    }

    /// Returns the address that the directory gives for `name`.
    pub fn endpoint(&self, name: &str) -> Result<&str> {
        self.directory.get(name).and_then(Value::as_str).with_context(|| format!("the directory has no {name}"))
    }

    /// Sends one signed request.
    ///
    /// It takes a nonce that an earlier answer brought. Where that is lost, with an answer that never came, the request goes
    /// without one: the server refuses it as `badNonce`, with a new nonce, and a poll remains one request.
    pub fn post(&self, url: &str, payload: &Value) -> Result<Answer, AcmeError> {
        self.send(url, &payload.to_string())
    }

    /// Fetches what is at `url` with one signed request: a POST-as-GET.
    pub fn fetch(&self, url: &str) -> Result<Answer, AcmeError> {
        self.send(url, "")
    }

    /// Sends a signed request, again and again while the server dislikes the nonce.
    pub fn submit(&self, url: &str, payload: &Value) -> Result<Answer> {
        settle(|| outcome(self.post(url, payload), Outcome::Done))
    }

    /// Fetches what is at `url`, again and again while the server dislikes the nonce.
    pub fn download(&self, url: &str) -> Result<Answer> {
        settle(|| outcome(self.fetch(url), Outcome::Done))
    }

    /// Fetches so many nonces, so that as many requests can be under way at once.
    pub fn stock_nonces(&self, count: usize) -> Result<()> {
        for _ in 0..count {
            let answer = self.client.head(self.endpoint("newNonce")?)?;
            self.nonces().extend(answer.nonce());
        }
        Ok(())
    }

    fn send(&self, url: &str, payload: &str) -> Result<Answer, AcmeError> {
        let nonce = self.nonces().pop();
        let signer = if self.url.is_empty() { ("jwk", self.key.jwk().clone()) } else { ("kid", json!(self.url)) };
        let sent = nonce.as_deref().unwrap_or_default();
        let protected = json!({ "alg": "ES256", "nonce": sent, "url": url, signer.0: signer.1 });
        let jws = self.key.sign(&protected, payload).map_err(|error| AcmeError::Malformed(error.to_string()))?;
        let answer = self.client.post(url, &jws)?;
        // An answer that brings none is a gateway's: the server may never have seen the one that was sent.
        self.nonces().extend(answer.nonce().or(nonce));
        Ok(answer)
    }

    fn nonces(&self) -> MutexGuard<'_, Vec<String>> {
        self.nonces.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
