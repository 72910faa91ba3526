//! A worker as a process: `paced-worker NUMBER DATABASE URL PACE`.

use std::env;

use anyhow::{Context as _, Result};
use asyncpoll_machines::worker::work;
use tokio::runtime::Builder;

fn main() -> Result<()> {
    let mut arguments = env::args().skip(1);
    let mut next = || arguments.next().context("a number, a database, a URL and a pace are needed");
    let (worker, database, url, pace) = (next()?, next()?, next()?, next()?);
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(work(worker.parse()?, &database, &url, &pace))
}
