//! Jobs of a queue that loses its memory: after every run, a job is only what
//! its arguments say as JSON.

#[expect(dead_code, reason = "the test is another main")]
#[path = "../../src/bin/job_queue.rs"]
mod program;

use self::program::Job;
use crate::operation::Operation;
use crate::server::{ADDRESS, Asked, Ended, Reply, Server, json, page, runs};
use asyncpoll::{Decision, Policy, Poller};
use core::time::Duration;
use serde_json::json;
use tokio::time::{Instant, sleep};

fn answer(operation: &mut Operation, _: &Asked) -> Reply {
    if let Some(trouble) = operation.trouble() {
        return trouble;
    }
    if operation.draw.one_in(10) {
        let reply = page(operation.draw.of(&[200, 202])).torn();
        return reply.hint(operation.draw.below(60), &mut operation.watch);
    }
    match (operation.tell(), operation.succeeds) {
        (false, _) if operation.draw.one_in(2) => {
            page(202).hint(operation.draw.below(60), &mut operation.watch)
        }
        (false, _) => page(202),
        (true, true) => json(200, &json!("image 17")),
        (true, false) => json(410, &json!("it is gone")),
    }
}

#[test]
fn no_poll_is_early_and_no_operation_misread() {
    let counts = runs(async |draw, counts| {
        let server = Server::start(Operation::new(draw, 500), answer);
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
