//! A PostgreSQL of the test's own: on a loopback address, run by an ordinary user, stopped by its id.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpListener},
    os::unix::{fs::chown, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use asyncpoll::{Outcome, Policy, Poller, const_policy, poll_blocking, random_seed};
use postgres::{Client, NoTls};
use rustix::process::{Pid, Signal, geteuid, kill_process};
use tempfile::TempDir;

/// `nobody`, who owns nothing else: PostgreSQL refuses to be run by root.
const NOBODY: u32 = 65_534;

const PATIENCE: Policy = const_policy!(
    Policy::builder()
        .initial_wait(Duration::from_millis(50))
        .max_backoff(Duration::from_secs(1))
        .max_wait(Duration::from_secs(60))
);

/// A database server, killed by its id when dropped.
#[derive(Debug)]
pub struct Database {
    folder: TempDir,
    address: SocketAddrV4,
    server: Option<Child>,
}

impl Database {
    /// Makes an empty database, and starts its server.
    pub fn start() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        if geteuid().is_root() {
            chown(folder.path(), Some(NOBODY), Some(NOBODY))?;
        }
        let made = program("initdb", folder.path())?
            .args(["--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync", "--username=test"])
            .arg(folder.path().join("data"))
            .output()?;
        ensure!(made.status.success(), "initdb failed: {}", String::from_utf8_lossy(&made.stderr));
        let mut database = Self { folder, address: free_address()?, server: None };
        database.run()?;
        Ok(database)
    }

    /// Returns what a client connects with.
    pub fn settings(&self) -> String {
        format!("host={} port={} user=test dbname=postgres connect_timeout=5", self.address.ip(), self.address.port())
    }

    /// Returns where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address.into()
    }

    /// Connects.
    pub fn connect(&self) -> Result<Client> {
        Ok(Client::connect(&self.settings(), NoTls)?)
    }

    /// Stops the server at once, as a crash does, and starts it again.
    pub fn crash(&mut self) -> Result<()> {
        if let Some(mut server) = self.server.take() {
            kill_process(Pid::from_child(&server), Signal::QUIT)?;
            server.wait()?;
        }
        self.run()
    }

    fn run(&mut self) -> Result<()> {
        let log = fs::File::options().create(true).append(true).open(self.log())?;
        let server = program("postgres", self.folder.path())?
            .arg("-D")
            .arg(self.folder.path().join("data"))
            .args(["-h", &self.address.ip().to_string(), "-p", &self.address.port().to_string()])
            // What is lost if the machine crashes is kept if only the server does.
            .args(["-c", "unix_socket_directories=", "-c", "fsync=off"])
            .stderr(log)
            .spawn()?;
        self.server = Some(server);
        let mut poller = Poller::seeded(PATIENCE, random_seed(), Instant::now());
        poll_blocking(&mut poller, |_| match self.connect() {
            Ok(_) => Outcome::Done(()),
            Err(error) => Outcome::transient(error),
        })
        .map_err(|error| error.into_error().unwrap_or_else(|| anyhow::anyhow!("no answer came")))
        .with_context(|| format!("PostgreSQL has not come up: {}", fs::read_to_string(self.log()).unwrap_or_default()))
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
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

/// Returns a command of PostgreSQL's, run by an ordinary user in a folder of its own.
fn program(name: &str, folder: &Path) -> Result<Command> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/debian-postgresql");
    let program = root.join("usr/lib/postgresql/15/bin").join(name);
    ensure!(program.is_file(), "{} is missing; `.ci/tests durable` fetches it", program.display());
    let mut command = Command::new(program);
    command
        .current_dir(folder)
        .env_clear()
        .env("LD_LIBRARY_PATH", root.join("usr/lib/x86_64-linux-gnu"))
        .env("PATH", "/usr/bin:/bin")
        .env("TZ", "UTC")
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    if geteuid().is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    Ok(command)
}

/// Returns a port on which nobody listens, at an address that most likely nobody else uses.
fn free_address() -> Result<SocketAddrV4> {
    let [first, second, third, ..] = random_seed().to_ne_bytes();
    let address = Ipv4Addr::new(127, first, second, third.clamp(1, 254));
    let port = TcpListener::bind(SocketAddrV4::new(address, 0))?.local_addr()?.port();
    Ok(SocketAddrV4::new(address, port))
}
