//! The HTTP client: one request a call, over a connection of its own.

use std::{sync::Arc, time::Duration};

use ureq::{
    Agent,
    http::header::CONTENT_TYPE,
    tls::{Certificate, RootCerts, TlsConfig, TlsProvider},
};

use crate::{acme_error::AcmeError, answer::Answer};

/// A client that trusts one certificate.
#[derive(Clone, Debug)]
pub struct Client {
    agent: Agent,
}

impl Client {
    /// Makes a client that trusts `certificate`, in PEM, and waits for an answer no longer than `timeout`.
    pub fn new(certificate: &[u8], timeout: Duration) -> Result<Self, AcmeError> {
        let root = Certificate::from_pem(certificate)?;
        let tls =
            TlsConfig::builder().provider(TlsProvider::NativeTls).root_certs(RootCerts::Specific(Arc::new(vec![root]))).build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .timeout_global(Some(timeout))
            .http_status_as_error(false)
            .max_redirects(0)
            // A proxy would answer in the place of a server that is down, and a connection kept from the poll before may be
            // dead though the server is up.
            .proxy(None)
            .max_idle_connections(0)
            // Each connection fills them with zeros, which takes a build without optimization a third of its time.
            .input_buffer_size(8 << 10)
            .output_buffer_size(8 << 10)
            .build();
        Ok(Self { agent: config.into() })
    }

    /// Sends a GET.
    pub fn get(&self, url: &str) -> Result<Answer, AcmeError> {
        Answer::read(self.agent.get(url).call()?)
    }

    /// Sends a HEAD.
    pub fn head(&self, url: &str) -> Result<Answer, AcmeError> {
        Answer::read(self.agent.head(url).call()?)
    }

    /// Sends a POST with a signed body.
    pub fn post(&self, url: &str, jws: &str) -> Result<Answer, AcmeError> {
        Answer::read(self.agent.post(url).header(CONTENT_TYPE, "application/jose+json").send(jws)?)
    }
}
