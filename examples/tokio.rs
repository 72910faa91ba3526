//! Polls under tokio until a disk image is built, or until Ctrl-C: `cargo run --example tokio`.

use std::io;

use asyncpoll::{Driver, NextPoll, Outcome, Policy, Poller, random_seed};
use tokio::{
    signal::ctrl_c,
    time::{Duration, Instant, sleep},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let ordered = Instant::now();
    let policy = Policy::builder()
        .initial_wait(Duration::from_millis(200))
        .multiplier(3, 2)
        .max_backoff(Duration::from_secs(1))
        .max_wait(Duration::from_secs(10))
        .build()?;
    let poll = async |poll: NextPoll| {
        let answer = ask(ordered).await;
        println!("poll {} after {:.1?}: {answer:?}", poll.number, poll.elapsed);
        match answer {
            Ok("ready") => Outcome::Done("image-17"),
            Ok("denied") => Outcome::Failed(io::ErrorKind::PermissionDenied.into()),
            Ok(_) => Outcome::pending(),
            Err(error) => Outcome::transient(error),
        }
    };

    let mut poller = Poller::seeded(policy, random_seed(), Instant::now());
    let mut last_error = None;
    tokio::select! {
        image = Driver::new(Instant::now, sleep).last_error(&mut last_error).poll_async(&mut poller, poll) => {
            println!("{} is ready", image?);
            Ok(())
        }
        pressed = ctrl_c() => {
            pressed?;
            Err(poller.cancel(Instant::now()).with_last_error(last_error).into())
        }
    }
}

/// Asks how the image is getting on. It stands for a call over the network, which takes a moment and sometimes breaks.
async fn ask(ordered: Instant) -> io::Result<&'static str> {
    sleep(Duration::from_millis(50)).await;
    match ordered.elapsed().as_millis() {
        ..300 => Ok("queued"),
        300..800 => Err(io::ErrorKind::ConnectionReset.into()),
        800..2_000 => Ok("building"),
        2_000.. => Ok("ready"),
    }
}
