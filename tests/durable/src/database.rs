//! A PostgreSQL of the test's own: on a loopback address, run by an ordinary user, stopped by its id.

use std::{
    net::SocketAddr,
    process::{Child, Command},
};

use anyhow::{Result, ensure};
use postgres::{Client, NoTls};
use rustix::process::{Pid, Signal, kill_process};

use crate::daemon::Home;

/// A database server, killed by its id when dropped.
#[derive(Debug)]
pub struct Database {
    home: Home,
    server: Option<Child>,
}

impl Database {
    /// Makes an empty database, and starts its server.
    pub fn start() -> Result<Self> {
        let mut database = Self { home: Home::new()?, server: None };
        let made = database
            .program("initdb")?
            .args(["--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync", "--username=test"])
            .arg(database.home.folder().join("data"))
            .output()?;
        ensure!(made.status.success(), "initdb failed: {}", String::from_utf8_lossy(&made.stderr));
        database.run()?;
        Ok(database)
    }

    /// Returns what a client connects with.
    pub fn settings(&self) -> String {
        let address = self.home.address;
        format!("host={} port={} user=test dbname=postgres connect_timeout=5", address.ip(), address.port())
    }

    /// Returns where it listens.
    pub fn address(&self) -> SocketAddr {
        self.home.address.into()
    }

    /// Connects.
    pub fn connect(&self) -> Result<Client> {
        Ok(Client::connect(&self.settings(), NoTls)?)
    }

    /// Stops the server at once, as a crash does, and starts it again.
    pub fn crash(&mut self) -> Result<()> {
        self.stop()?;
        self.run()
    }

    /// Stops the server at once, as a crash does.
    pub fn stop(&mut self) -> Result<()> {
        if let Some(mut server) = self.server.take() {
            kill_process(Pid::from_child(&server), Signal::QUIT)?;
            server.wait()?;
        }
        Ok(())
    }

    /// Starts the server again.
    pub fn run(&mut self) -> Result<()> {
        let address = self.home.address;
        let server = self
            .program("postgres")?
            .arg("-D")
            .arg(self.home.folder().join("data"))
            .args(["-h", &address.ip().to_string(), "-p", &address.port().to_string()])
            // What is lost if the machine crashes is kept if only the server does.
            .args(["-c", "unix_socket_directories=", "-c", "fsync=off"])
            .stderr(self.home.log()?)
            .spawn()?;
        self.server = Some(server);
        self.home.until_up(|| self.connect())
    }

    fn program(&self, name: &str) -> Result<Command> {
        self.home.command("debian-postgresql", &format!("usr/lib/postgresql/15/bin/{name}"), ".ci/tests durable")
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            // Its processes end with it, which they would not if it were killed.
            let _ = kill_process(Pid::from_child(&server), Signal::QUIT);
            let _ = server.wait();
        }
    }
}
