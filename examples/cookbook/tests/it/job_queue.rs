//! Jobs of a queue that loses its memory: after every run, a job is only what
//! its arguments say as JSON.

#[expect(dead_code, reason = "the test is another main")]
#[path = "../../src/bin/job_queue.rs"]
mod program;

use self::program::Job;
use crate::server::{
    ADDRESS, Asked, Draw, Ended, Reply, Server, Watch, json, page, runs,
    trouble,
};
use asyncpoll::{Decision, Policy, Poller};
use core::time::Duration;
use serde_json::json;
use tokio::time::{Instant, sleep};

/// What the server knows of an operation.
struct Operation {
    draw: Draw,
    watch: Watch,
    end: Instant,
    succeeds: bool,
    told: bool,
    polled_on: bool,
}

impl Operation {
    fn new(mut draw: Draw) -> Self {
        Self {
            watch: Watch::new(),
            end: Instant::now() + draw.seconds(500),
            succeeds: draw.one_in(2),
            told: false,
            polled_on: false,
            draw,
        }
    }

    fn answer(&mut self, _: &Asked) -> Reply {
        self.polled_on |= self.told;
        self.watch.poll();
        if let Some(trouble) = trouble(&mut self.draw, &mut self.watch) {
            return trouble;
        }
        self.told = Instant::now() >= self.end;
        match (self.told, self.succeeds) {
            (false, _) if self.draw.one_in(2) => {
                page(202).hint(self.draw.below(60), &mut self.watch)
            }
            (false, _) => page(202),
            (true, true) => json(200, &json!("image 17")),
            (true, false) => json(410, &json!("it is gone")),
        }
    }
}

#[test]
fn no_poll_is_early_and_no_operation_misread() {
    let counts = runs(async |draw, counts| {
        let server = Server::start(Operation::new(draw), Operation::answer);
        let begin = Instant::now();
        let now = || Duration::from_secs(1_700_000_000) + begin.elapsed();
        let (start, seed) = (now(), server.state().draw.below(u64::MAX));
        let poller = Poller::seeded(Policy::default(), seed, start);
        let url = format!("{ADDRESS}/operations/17");
        let job = Job { url, start, poller: poller.snapshot(start) };
        let mut arguments = serde_json::to_string(&job).unwrap();
        let ended = loop {
            let mut job: Job = serde_json::from_str(&arguments).unwrap();
            let run = program::run(&mut job, &server.client, now);
            match run.await.unwrap() {
                Decision::Sleep(delay) => sleep(delay).await,
                ended => break ended,
            }
            arguments = serde_json::to_string(&job).unwrap();
        };
        let operation = server.state();
        let told = operation.told;
        let ended = match (ended, operation.succeeds) {
            (Decision::Done(result), true) => {
                Ended::right(told && result.contains("image 17"))
            }
            (Decision::Failed(error), false) => {
                Ended::right(told && error.to_string().contains("it is gone"))
            }
            (Decision::GaveUp(_), _) if !told => {
                operation.watch.gave_up(begin + Duration::from_secs(600))
            }
            _ => Ended::Misread,
        };
        let ended = if operation.polled_on { Ended::Misread } else { ended };
        operation.watch.add_to(counts, ended);
    });
    counts.assert_none(5_000, 600);
}
