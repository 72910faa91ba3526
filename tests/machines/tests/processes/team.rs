//! Worker processes that are killed, stopped, and started again.

use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

/// Workers, each with orders of its own. They are killed when dropped.
pub(crate) struct Team {
    database: String,
    url: String,
    pace: String,
    workers: Vec<Worker>,
}

struct Worker {
    number: usize,
    process: Child,
    is_stopped: bool,
    has_ended: bool,
}

impl Team {
    /// Starts so many workers.
    pub(crate) fn start(workers: usize, database: &str, url: &str, pace: &str) -> Result<Self> {
        let mut team = Self { database: database.into(), url: url.into(), pace: pace.into(), workers: Vec::new() };
        for number in 0..workers {
            let process = team.spawn(number)?;
            team.workers.push(Worker { number, process, is_stopped: false, has_ended: false });
        }
        Ok(team)
    }

    fn spawn(&self, number: usize) -> Result<Child> {
        let process = Command::new(env!("CARGO_BIN_EXE_paced-worker"))
            .args([&number.to_string(), &self.database, &self.url, &self.pace])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        Ok(process)
    }

    /// Returns whether all have come to their end, and fails if any has come to another one.
    pub(crate) fn has_ended(&mut self) -> Result<bool> {
        for worker in &mut self.workers {
            if let Some(status) = worker.process.try_wait()? {
                worker.has_ended = true;
                if !status.success() {
                    bail!("worker {}: {status}", worker.number);
                }
            }
        }
        Ok(self.workers.iter().all(|worker| worker.has_ended))
    }

    /// Kills a worker and starts it again, unless it is stopped or has ended. Returns whether it did so.
    pub(crate) fn replace(&mut self, which: usize) -> Result<bool> {
        self.has_ended()?;
        let worker = self.workers.get_mut(which).context("there is no such worker")?;
        if worker.is_stopped || worker.has_ended {
            return Ok(false);
        }
        worker.process.kill()?;
        worker.process.wait()?;
        let process = self.spawn(which)?;
        let worker = self.workers.get_mut(which).context("there is no such worker")?;
        worker.process = process;
        Ok(true)
    }

    /// Stops a worker where it is.
    pub(crate) fn stop(&mut self, which: usize) -> Result<()> {
        self.signal(which, Signal::STOP)
    }

    /// Has a worker go on that was stopped.
    pub(crate) fn go_on(&mut self, which: usize) -> Result<()> {
        self.signal(which, Signal::CONT)
    }

    fn signal(&mut self, which: usize, signal: Signal) -> Result<()> {
        let worker = self.workers.get_mut(which).context("there is no such worker")?;
        kill_process(Pid::from_child(&worker.process), signal)?;
        worker.is_stopped = signal == Signal::STOP;
        Ok(())
    }
}

impl Drop for Team {
    fn drop(&mut self) {
        for worker in &mut self.workers {
            // It has ended already if this fails.
            let _ = worker.process.kill();
            let _ = worker.process.wait();
        }
    }
}
