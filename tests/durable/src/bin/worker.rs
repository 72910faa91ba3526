//! A worker as a process: `worker Lease DATABASE URL`.

use std::env;

use anyhow::{Context as _, Result};
use asyncpoll_durable::worker::{named, work};

fn main() -> Result<()> {
    let mut arguments = env::args().skip(1);
    let mut next = || arguments.next().context("a claim, a database and a URL are needed");
    let (claim, database, url) = (next()?, next()?, next()?);
    work(named(&claim)?, &database, &url)
}
