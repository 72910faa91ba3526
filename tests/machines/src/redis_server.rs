//! A Redis of the test's own: on a loopback address, run by an ordinary user, killed by its id.

use std::{process::Child, time::Duration};

use anyhow::Result;
use asyncpoll_durable::daemon::Home;
use redis::{Client, Connection};

/// A Redis that keeps nothing on a disk, killed by its id when dropped.
#[derive(Debug)]
pub struct RedisServer {
    home: Home,
    server: Option<Child>,
}

impl RedisServer {
    /// Starts an empty server.
    pub fn start() -> Result<Self> {
        let mut redis = Self { home: Home::new()?, server: None };
        redis.run()?;
        Ok(redis)
    }

    /// Returns what a client connects to.
    pub fn url(&self) -> String {
        format!("redis://{}", self.home.address)
    }

    /// Connects.
    pub fn connect(&self) -> Result<Connection> {
        Ok(Client::open(self.url())?.get_connection_with_timeout(Duration::from_secs(5))?)
    }

    /// Kills the server, and starts it again, empty.
    pub fn crash(&mut self) -> Result<()> {
        self.stop()?;
        self.run()
    }

    /// Kills the server.
    pub fn stop(&mut self) -> Result<()> {
        if let Some(mut server) = self.server.take() {
            server.kill()?;
            server.wait()?;
        }
        Ok(())
    }

    /// Starts the server again, empty.
    pub fn run(&mut self) -> Result<()> {
        let address = self.home.address;
        let server = self
            .home
            .command("debian-redis", "usr/bin/redis-server", ".ci/tests machines")?
            .args(["--bind", &address.ip().to_string(), "--port", &address.port().to_string()])
            .args(["--save", "", "--appendonly", "no"])
            .stdout(self.home.log()?)
            .spawn()?;
        self.server = Some(server);
        self.home.until_up(|| self.connect())
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        // It has ended already if this fails.
        let _ = self.stop();
    }
}
