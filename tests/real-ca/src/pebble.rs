//! Pebble, the certificate authority.

use std::{
    fs,
    net::Ipv4Addr,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, SystemTime},
};

use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use tempfile::TempDir;

use crate::{
    certificate::SelfSigned,
    client::Client,
    debian::program,
    loopback::{free_ports, own_address},
    server_process::ServerProcess,
};

/// Long enough for any answer of a server that is well, on any machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// How a Pebble behaves.
#[derive(Clone, Copy, Debug)]
pub struct Conditions {
    /// The percentage of good nonces that it refuses.
    pub bad_nonces: u8,
    /// The seconds in the `Retry-After` of an order; that of an authorization has one.
    pub order_retry_after: u32,
}

impl Default for Conditions {
    fn default() -> Self {
        Self { bad_nonces: 0, order_retry_after: 1 }
    }
}

/// Where requests go that poll.
const POLLED: [&str; 3] = ["/my-order/", "/authZ/", "/finalize-order/"];

/// How Pebble logs the time.
const TIME: &str = "YYYY/MM/DD hh:mm:ss";

/// A name for which Pebble refuses to issue.
pub const BLOCKED_NAME: &str = "blocked.example.test";

/// A running Pebble, stopped when dropped.
#[derive(Debug)]
pub struct Pebble {
    conditions: Conditions,
    address: Ipv4Addr,
    port: u16,
    management_port: u16,
    http_port: u16,
    server_certificate: Vec<u8>,
    folder: TempDir,
    process: Option<ServerProcess>,
}

impl Pebble {
    /// Starts one on free ports, and returns when it answers.
    pub fn start(conditions: Conditions) -> Result<Self> {
        let address = own_address();
        let folder = tempfile::tempdir()?;
        let server = SelfSigned::new(address)?;
        fs::write(folder.path().join("certificate.pem"), &server.certificate)?;
        fs::write(folder.path().join("key.pem"), &server.key)?;
        let [port, management_port, http_port, tls_port] = free_ports(address)?;
        let configuration = json!({ "pebble": {
            "listenAddress": format!("{address}:{port}"),
            "managementListenAddress": format!("{address}:{management_port}"),
            "httpPort": http_port,
            "tlsPort": tls_port,
            "certificate": folder.path().join("certificate.pem"),
            "privateKey": folder.path().join("key.pem"),
            "domainBlocklist": [BLOCKED_NAME],
            "retryAfter": { "authz": 1, "order": conditions.order_retry_after },
            "certificateValidityPeriod": 86400,
        }});
        fs::write(folder.path().join("pebble.json"), configuration.to_string())?;
        let server_certificate = server.certificate;
        let mut pebble =
            Self { conditions, address, port, management_port, http_port, server_certificate, folder, process: None };
        pebble.start_again()?;
        Ok(pebble)
    }

    /// Starts it on the same ports after [`stop`](Self::stop). It remembers nothing.
    pub fn start_again(&mut self) -> Result<()> {
        ensure!(self.process.is_none(), "Pebble has not been stopped");
        let client = self.client(PATIENCE)?;
        let mut command = Command::new(program("usr/bin/pebble")?);
        command
            .arg("-config")
            .arg(self.folder.path().join("pebble.json"))
            .env("TZ", "UTC")
            .env("PEBBLE_AUTHZREUSE", "0")
            .env("PEBBLE_VA_NOSLEEP", "1")
            .env("PEBBLE_WFE_NONCEREJECT", self.conditions.bad_nonces.to_string());
        let look = || client.get(&self.directory()).and_then(|answer| answer.refusal().map_or(Ok(()), Err));
        self.process = Some(ServerProcess::start(&mut command, &self.log(), look)?);
        Ok(())
    }

    /// Stops it; nobody listens on its ports until it is started again.
    pub fn stop(&mut self) -> Result<()> {
        self.process.take().context("Pebble has been stopped before")?.stop()
    }

    /// Makes it hang.
    pub fn freeze(&self) -> Result<()> {
        self.process.as_ref().context("Pebble has been stopped")?.freeze()
    }

    /// Lets it go on.
    pub fn thaw(&self) -> Result<()> {
        self.process.as_ref().context("Pebble has been stopped")?.thaw()
    }

    /// Returns the address that it listens on, and for which it issues certificates.
    pub fn address(&self) -> Ipv4Addr {
        self.address
    }

    /// Returns the port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns the port where it looks for the answers to its http-01 challenges.
    pub fn http_port(&self) -> u16 {
        self.http_port
    }

    /// Returns the folder with the server's `certificate.pem` and `key.pem`.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Returns the address of its directory.
    pub fn directory(&self) -> String {
        format!("https://{}:{}/dir", self.address, self.port)
    }

    /// Returns a client that trusts it, and waits for an answer no longer than `timeout`.
    pub fn client(&self, timeout: Duration) -> Result<Client> {
        Ok(Client::new(&self.server_certificate, timeout)?)
    }

    /// Returns a client that trusts it, and has all the patience it needs.
    pub fn patient_client(&self) -> Result<Client> {
        self.client(PATIENCE)
    }

    /// Returns the root of the certificates that it issues, in PEM.
    pub fn root(&self) -> Result<String> {
        let url = format!("https://{}:{}/roots/0", self.address, self.management_port);
        Ok(self.patient_client()?.get(&url)?.body)
    }

    /// Returns when it took each request for an order, an authorization or a finalization, by its log: in whole seconds.
    pub fn polled(&self) -> Result<Vec<SystemTime>> {
        let log = fs::read_to_string(self.log())?;
        let is_poll = |line: &&str| POLLED.iter().any(|path| line.contains(&format!("POST {path} -> ")));
        log.lines().filter(is_poll).map(logged_at).collect()
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("pebble.log")
    }
}

/// Returns when a line was logged.
fn logged_at(line: &str) -> Result<SystemTime> {
    let time = line.strip_prefix("Pebble ").and_then(|line| line.get(..TIME.len()));
    let time = time.with_context(|| format!("{line:?} in Pebble's log has no time in the form {TIME}"))?;
    Ok(humantime::parse_rfc3339_weak(&time.replace('/', "-"))?)
}
