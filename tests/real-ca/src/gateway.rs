//! nginx in front of the certificate authority.

use std::{fs, io, path::PathBuf, process::Command, time::Duration};

use anyhow::Result;
use asyncpoll::Outcome;
use tempfile::TempDir;

use crate::{debian::program, loopback::free_ports, patience::settle, pebble::Pebble, server_process::ServerProcess};

/// The seconds in the `Retry-After` of a 429.
pub const AFTER_LIMIT: u64 = 2;

/// The seconds in the `Retry-After` of a 502.
pub const AFTER_LOSS: u64 = 1;

/// The seconds in the `Retry-After` of a 504.
pub const AFTER_HANG: u64 = 2;

/// How many requests for orders it lets through a second, and how many besides after a rest.
const RATE: u32 = 40;
const BURST: u32 = 40;

/// An nginx in front of a Pebble, stopped when dropped.
#[derive(Debug)]
pub struct Gateway {
    directory: String,
    folder: TempDir,
    _process: ServerProcess,
}

impl Gateway {
    /// Starts one that waits for an answer of Pebble no longer than `timeout`, and returns when it answers.
    pub fn start(pebble: &Pebble, timeout: Duration) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let address = pebble.address();
        let [port] = free_ports(address)?;
        let configuration = folder.path().join("nginx.conf");
        fs::write(&configuration, Self::configuration(pebble, timeout, port, &folder))?;
        let client = pebble.patient_client()?;
        let directory = format!("https://{address}:{port}/dir");
        let look = || client.get(&directory).and_then(|answer| answer.refusal().map_or(Ok(()), Err));
        let mut command = Command::new(program("usr/sbin/nginx")?);
        command.arg("-e").arg("stderr").arg("-p").arg(folder.path()).arg("-c").arg(&configuration);
        let process = ServerProcess::start(&mut command, &folder.path().join("nginx.log"), look)?;
        Ok(Self { directory, folder, _process: process })
    }

    /// Returns the address of Pebble's directory, through the gateway.
    pub fn directory(&self) -> &str {
        &self.directory
    }

    /// Lets one more request through, and answers those after it with 429.
    pub fn limit(&self) -> io::Result<()> {
        fs::write(self.limit_file(), "")
    }

    /// Lets all requests through again.
    pub fn lift_limit(&self) -> io::Result<()> {
        fs::remove_file(self.limit_file())
    }

    /// Loses the server behind it, and answers with 502.
    pub fn lose_server(&self) -> io::Result<()> {
        fs::write(self.loss_file(), "")
    }

    /// Finds the server again.
    pub fn find_server(&self) -> io::Result<()> {
        fs::remove_file(self.loss_file())
    }

    /// Returns the statuses of its answers to requests for orders, by its log, once there are `count`.
    pub fn polled(&self, count: usize) -> Result<Vec<u16>> {
        settle(|| match self.logged() {
            Ok(statuses) if statuses.len() < count => Outcome::pending(),
            logged => logged.map_or_else(Outcome::Failed, Outcome::Done),
        })
    }

    fn logged(&self) -> io::Result<Vec<u16>> {
        let log = fs::read_to_string(self.folder.path().join("orders.log"))?;
        log.lines().map(|line| line.parse().map_err(io::Error::other)).collect()
    }

    fn limit_file(&self) -> PathBuf {
        self.folder.path().join("limit")
    }

    fn loss_file(&self) -> PathBuf {
        self.folder.path().join("loss")
    }

    fn configuration(pebble: &Pebble, timeout: Duration, port: u16, folder: &TempDir) -> String {
        let (address, pebble_port) = (pebble.address(), pebble.port());
        let timeout = timeout.as_millis();
        let (folder, certificates) = (folder.path().display(), pebble.folder().display());
        format!(
            r#"
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/client;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    scgi_temp_path {folder}/scgi;
    uwsgi_temp_path {folder}/uwsgi;

    map $status $retry_after {{
        429 {AFTER_LIMIT};
        502 {AFTER_LOSS};
        504 {AFTER_HANG};
        default "";
    }}
    add_header Retry-After $retry_after always;

    # Requests with an empty key are not counted. The rate is so low that no machine is slow enough to keep to it.
    limit_req_zone $limited zone=all:64k rate=1r/m;
    limit_req_zone $binary_remote_addr zone=orders:64k rate={RATE}r/s;
    limit_req_status 429;
    log_format status $status;

    upstream pebble {{
        server {address}:{pebble_port};
        keepalive 32;
    }}
    upstream nobody {{ server unix:{folder}/nobody.socket; }}
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $http_host;
    proxy_connect_timeout {timeout}ms;
    proxy_read_timeout {timeout}ms;

    server {{
        listen {address}:{port} ssl;
        ssl_certificate {certificates}/certificate.pem;
        ssl_certificate_key {certificates}/key.pem;

        set $limited "";
        if (-f {folder}/limit) {{ set $limited all; }}
        set $behind pebble;
        if (-f {folder}/loss) {{ set $behind nobody; }}

        limit_req zone=all;
        location / {{
            proxy_pass https://$behind;
        }}
        location /my-order/ {{
            limit_req zone=all;
            limit_req zone=orders burst={BURST} nodelay;
            access_log {folder}/orders.log status;
            proxy_pass https://$behind;
        }}
    }}
}}
"#
        )
    }
}
