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
            let run = program::wait_for(poll, &file, now);
            if let Ok(said) = timeout(life, run).await {
                break said;
            }
            let down = server.state().draw.seconds(600);
            sleep(down).await;
        };
        let batch = server.state();
        let said = said.map_or_else(
            |error| format!("{error:#}"),
            |batch| batch.to_string(),
        );
        let means = format!("\"status\":\"{}\"", batch.state);
        let is_right = batch.told.is_some() && !batch.polled_on;
        let ended = Ended::right(is_right && said.contains(&means));
        batch.watch.add_to(counts, ended);
    });
    counts.assert_none(5_000, 1_000);
}
