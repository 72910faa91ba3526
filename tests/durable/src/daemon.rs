//! What a server of the test's own needs: programs that are unpacked and not installed, an ordinary user, a folder, an address.

use std::{
    fs::{self, File},
    net::{Ipv4Addr, SocketAddrV4, TcpListener},
    os::unix::{fs::chown, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use asyncpoll::{Outcome, Policy, Poller, const_policy, poll_blocking, random_seed};
use rustix::process::geteuid;
use tempfile::TempDir;

/// `nobody`, who owns nothing else: PostgreSQL refuses to be run by root.
const NOBODY: u32 = 65_534;

const PATIENCE: Policy = const_policy!(
    Policy::builder()
        .initial_wait(Duration::from_millis(50))
        .max_backoff(Duration::from_secs(1))
        .max_wait(Duration::from_secs(60))
);

/// Where a server keeps its files, and where it listens.
#[derive(Debug)]
pub struct Home {
    folder: TempDir,
    /// A port on which nobody listens, at an address that most likely nobody else uses.
    pub address: SocketAddrV4,
}

impl Home {
    /// Makes an empty folder that belongs to an ordinary user.
    pub fn new() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        if geteuid().is_root() {
            chown(folder.path(), Some(NOBODY), Some(NOBODY))?;
        }
        let [first, second, third, ..] = random_seed().to_ne_bytes();
        let address = Ipv4Addr::new(127, first, second, third.clamp(1, 254));
        let port = TcpListener::bind(SocketAddrV4::new(address, 0))?.local_addr()?.port();
        Ok(Self { folder, address: SocketAddrV4::new(address, port) })
    }

    /// Returns its folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Opens the file for what the server says.
    pub fn log(&self) -> Result<File> {
        Ok(File::options().create(true).append(true).open(self.log_path())?)
    }

    /// Returns a command, run by an ordinary user in the folder. The program is one of those that `check` has unpacked in
    /// `target/{packages}`.
    pub fn command(&self, packages: &str, program: &str, check: &str) -> Result<Command> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target").join(packages);
        let program = root.join(program);
        ensure!(program.is_file(), "{} is missing; `{check}` fetches it", program.display());
        let mut command = Command::new(program);
        command
            .current_dir(self.folder())
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

    /// Waits until a client can connect.
    pub fn until_up<T>(&self, connect: impl Fn() -> Result<T>) -> Result<()> {
        let mut poller = Poller::seeded(PATIENCE, random_seed(), Instant::now());
        poll_blocking(&mut poller, |_| match connect() {
            Ok(_) => Outcome::Done(()),
            Err(error) => Outcome::transient(error),
        })
        .map_err(|error| error.into_error().unwrap_or_else(|| anyhow::anyhow!("no answer came")))
        .with_context(|| format!("the server has not come up: {}", fs::read_to_string(self.log_path()).unwrap_or_default()))
    }

    fn log_path(&self) -> PathBuf {
        self.folder().join("log")
    }
}
