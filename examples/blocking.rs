//! Polls on this thread until a disk image is built, in two seconds or so: `cargo run --example blocking`.

use core::time::Duration;
use std::{io, time::Instant};

use asyncpoll::{Outcome, Policy, Poller, poll_blocking, random_seed};

fn main() -> anyhow::Result<()> {
    let ordered = Instant::now();
    let policy = Policy::builder()
        .initial_wait(Duration::from_millis(200))
        .multiplier(3, 2)
        .max_backoff(Duration::from_secs(1))
        .max_wait(Duration::from_secs(10))
        .build()?;

    let mut poller = Poller::seeded(policy, random_seed(), Instant::now());
    let image = poll_blocking(&mut poller, |poll| {
        let answer = ask(ordered);
        println!("poll {} after {:.1?}: {answer:?}", poll.number, poll.elapsed);
        match answer {
            Ok("ready") => Outcome::Done("image-17"),
            Ok("denied") => Outcome::Failed(io::ErrorKind::PermissionDenied.into()),
            Ok(_) => Outcome::pending(),
            Err(error) => Outcome::transient(error),
        }
    })?;
    println!("{image} is ready");
    Ok(())
}

/// Asks how the image is getting on. It stands for a call over the network, which sometimes breaks.
fn ask(ordered: Instant) -> io::Result<&'static str> {
    match ordered.elapsed().as_millis() {
        ..300 => Ok("queued"),
        300..800 => Err(io::ErrorKind::ConnectionReset.into()),
        800..2_000 => Ok("building"),
        2_000.. => Ok("ready"),
    }
}
