//! Requests through tower to a server that counts early polls.

#[expect(dead_code, reason = "the test is another main")]
#[path = "../../src/bin/tower_retry.rs"]
mod program;

use self::program::Patient;
use crate::server::{
    ADDRESS, Asked, Draw, Ended, Reply, Server, Watch, json, page, runs,
    trouble,
};
use asyncpoll::Policy;
use core::time::Duration;
use serde_json::json;
use tokio::time::Instant;
use tower::{ServiceExt, retry};

/// What the server knows of a request.
struct Request {
    draw: Draw,
    watch: Watch,
    ready: Instant,
    status: u16,
    told: bool,
    polled_on: bool,
}

impl Request {
    fn answer(&mut self, _: &Asked) -> Reply {
        self.polled_on |= self.told;
        self.watch.poll();
        if let Some(trouble) = trouble(&mut self.draw, &mut self.watch) {
            return trouble;
        }
        if Instant::now() < self.ready {
            return page(503).hint(self.draw.below(60), &mut self.watch);
        }
        self.told = true;
        json(self.status, &json!("served"))
    }
}

#[test]
fn no_request_is_early_and_no_answer_misread() {
    let counts = runs(async |mut draw, counts| {
        let start = Instant::now();
        let server = Server::start(
            Request {
                watch: Watch::new(),
                ready: start + draw.seconds(300),
                status: draw.of(&[200, 201, 202, 404]),
                told: false,
                polled_on: false,
                draw,
            },
            Request::answer,
        );
        let patient = Patient(Policy::default(), None);
        let service = retry::Retry::new(patient, server.client.clone());
        let request = server.client.get(ADDRESS).build().unwrap();
        let said = service.oneshot(request).await;
        let request = server.state();
        let ended = match said {
            _ if request.polled_on => Ended::Misread,
            Ok(answer) if request.told => {
                Ended::right(answer.status() == request.status)
            }
            _ => request.watch.gave_up(start + Duration::from_secs(600)),
        };
        request.watch.add_to(counts, ended);
    });
    counts.assert_none(4_000, 800);
}
