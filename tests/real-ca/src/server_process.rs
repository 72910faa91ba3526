//! A server in a process of its own, which never outlives its guard.

use std::{
    fs, io,
    path::Path,
    process::{Child, Command},
    time::Instant,
};

use anyhow::{Context as _, Result};
use asyncpoll::{Outcome, Poller, poll_blocking, random_seed};
use rustix::process::{Pid, Signal, kill_process};

use crate::{
    acme_error::AcmeError,
    patience::{PATIENCE, settle},
};

/// A server in a process of its own, killed by its id when dropped.
#[derive(Debug)]
pub struct ServerProcess {
    child: Child,
}

impl ServerProcess {
    /// Starts `command` and waits until `look` gets an answer. Its output goes to the file `log`.
    pub fn start(command: &mut Command, log: &Path, look: impl Fn() -> Result<(), AcmeError>) -> Result<Self> {
        let output = fs::File::options().create(true).append(true).open(log)?;
        command.stdout(output.try_clone()?).stderr(output);
        let child = command.spawn().with_context(|| format!("{command:?} does not start"))?;
        let mut server = Self { child };
        let mut poller = Poller::seeded(PATIENCE, random_seed(), Instant::now());
        poll_blocking(&mut poller, |_| match server.child.try_wait() {
            Ok(None) => look().map_or_else(|error| Outcome::transient(error.into()), Outcome::Done),
            Ok(Some(status)) => Outcome::Failed(anyhow::anyhow!("it ended with {status}")),
            Err(error) => Outcome::Failed(error.into()),
        })
        .map_err(|error| error.into_error().unwrap_or_else(|| anyhow::anyhow!("no answer came")))
        .with_context(|| format!("{command:?} has not come up: {}", fs::read_to_string(log).unwrap_or_default()))?;
        Ok(server)
    }

    /// Stops every thread where it is; the kernel goes on taking connections for it.
    pub fn freeze(&self) -> Result<()> {
        self.signal(Signal::STOP)?;
        settle(|| match self.is_frozen() {
            Ok(true) => Outcome::Done(()),
            Ok(false) => Outcome::pending(),
            Err(error) => Outcome::Failed(error),
        })
    }

    /// Lets every thread go on.
    pub fn thaw(&self) -> Result<()> {
        self.signal(Signal::CONT)
    }

    /// Asks the server to end, and waits until it has.
    pub fn stop(mut self) -> Result<()> {
        self.signal(Signal::TERM)?;
        self.child.wait()?;
        Ok(())
    }

    fn signal(&self, signal: Signal) -> Result<()> {
        Ok(kill_process(Pid::from_child(&self.child), signal)?)
    }

    fn is_frozen(&self) -> io::Result<bool> {
        for thread in fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            let stat = fs::read_to_string(thread?.path().join("stat"))?;
            // The state follows the name, which is in parentheses and may hold some.
            let state = stat.rsplit(')').next().unwrap_or_default().trim_start();
            if !state.starts_with('T') {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        // Both fail if the server has ended already, and then there is nothing to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
