//! Batches at a provider that counts early polls, awaited by a program that is
//! killed over and over.

#[expect(dead_code, reason = "the test is another main")]
#[path = "../../src/bin/ai_batch.rs"]
mod program;

use crate::server::{
    ADDRESS, Asked, Draw, Ended, Reply, Server, Watch, json, runs, trouble,
    unreadable,
};
use core::time::Duration;
use serde_json::json;
use tempfile::TempDir;
use tokio::time::{Instant, sleep, timeout};

const HOUR: Duration = Duration::from_secs(3600);

/// What the provider knows of a batch.
struct Batch {
    draw: Draw,
    watch: Watch,
    end: Instant,
    state: &'static str,
    told: Option<&'static str>,
    polled_on: bool,
}

impl Batch {
    fn new(mut draw: Draw) -> Self {
        let (state, after) = match draw.below(50) {
            0 => ("expired", 24 * HOUR),
            1 => ("completed", draw.seconds(24 * 3600)),
            _ => {
                let state = draw.of(&["completed", "failed", "cancelled"]);
                (state, draw.seconds(3600))
            }
        };
        Self {
            draw,
            watch: Watch::new(),
            end: Instant::now() + after,
            state,
            told: None,
            polled_on: false,
        }
    }

    fn answer(&mut self, asked: &Asked) -> Reply {
        assert_eq!((&*asked.method, &*asked.path), ("GET", "/v1/batches/17"));
        self.polled_on |= self.told.is_some();
        self.watch.poll();
        if let Some(trouble) = trouble(&mut self.draw, &mut self.watch) {
            return trouble;
        }
        if let Some(reply) = unreadable(&mut self.draw) {
            return reply.hint(self.draw.below(60), &mut self.watch);
        }
        // The last of them there was not when the program was written.
        let going = ["validating", "in_progress", "finalizing", "queued"];
        let is_over = Instant::now() >= self.end;
        let state = if is_over { self.state } else { self.draw.of(&going) };
        if state == self.state {
            self.told = Some(state);
        }
        let reply = json(200, &json!({ "id": "17", "status": state }));
        if self.told.is_none() && self.draw.one_in(2) {
            return reply.hint(self.draw.below(2000), &mut self.watch);
        }
        reply
    }
}

#[test]
fn no_poll_is_early_and_no_batch_misread() {
    let counts = runs(async |draw, counts| {
        let server = Server::start(Batch::new(draw), Batch::answer);
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("batch.json");
        let start = Instant::now();
        let now = || Duration::from_secs(1_700_000_000) + start.elapsed();
        let batch = format!("{ADDRESS}/v1/batches/17");
        let poll = || server.client.get(&batch);
        let said = loop {
            // Most processes do not live as long as a batch.
            let life = server.state().draw.seconds(2400);
            let run = program::wait_for(&batch, poll, &file, now);
            if let Ok(said) = timeout(life, run).await {
                break said;
            }
            // If it is killed during a poll, what that was told is lost.
            server.state().told = None;
            let down = server.state().draw.seconds(600);
            sleep(down).await;
        };
        assert!(!file.exists(), "the next batch starts anew");
        let batch = server.state();
        let said = said.map_or_else(
            |error| format!("{error:#}"),
            |batch| batch.to_string(),
        );
        let means = format!("\"status\":\"{}\"", batch.state);
        let is_right = batch.told.is_some() && !batch.polled_on;
        let ended = match batch.told {
            // Polls went wrong until the deadline.
            None if said.starts_with("gave up") => {
                batch.watch.gave_up(start + 25 * HOUR)
            }
            _ => Ended::right(is_right && said.contains(&means)),
        };
        batch.watch.add_to(counts, ended);
    });
    counts.assert_none(5_000, 990);
}

#[tokio::test(start_paused = true)]
async fn a_batch_goes_on_only_from_its_own_file() {
    let server = Server::start("in_progress", |state, _| {
        json(200, &json!({ "status": *state }))
    });
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("batch.json");
    let start = Instant::now();
    let now = || Duration::from_secs(1_700_000_000) + start.elapsed();
    let run = async |batch: &str| {
        let poll = || server.client.get(format!("{ADDRESS}/{batch}"));
        // After the first poll, it waits for 24 s at the least.
        let run = program::wait_for(batch, poll, &file, now);
        timeout(Duration::from_secs(20), run).await
    };
    run("17").await.unwrap_err();
    assert!(file.exists(), "it is killed while it waits");
    let other = run("18").await.unwrap().unwrap_err().to_string();
    assert!(other.contains("is of 17"), "{other}");
    *server.state() = "failed";
    run("17").await.unwrap().unwrap_err();
    assert!(!file.exists(), "nothing is left of what has failed");
    *server.state() = "in_progress";
    run("18").await.unwrap_err();
    *server.state() = "completed";
    run("18").await.unwrap().unwrap();
    assert!(!file.exists(), "nothing is left of what was done");
}
