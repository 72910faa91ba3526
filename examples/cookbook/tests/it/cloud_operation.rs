//! Operations at a cloud that counts early polls, in both of its dialects.

#[expect(dead_code, reason = "the test is another main")]
#[path = "../../src/bin/cloud_operation.rs"]
mod program;

use crate::server::{
    ADDRESS, Asked, Draw, Ended, Reply, Server, Watch, json, runs, trouble,
    unreadable,
};
use core::time::Duration;
use serde_json::json;
use tokio::time::Instant;

/// What the cloud knows of a resource.
struct Resource {
    draw: Draw,
    watch: Watch,
    /// In which header it names the address to poll, if in any.
    header: Option<&'static str>,
    end: Instant,
    state: &'static str,
    /// The latest hint, which holds for later answers.
    hint: u64,
    told: bool,
    polled_on: bool,
}

impl Resource {
    fn new(mut draw: Draw) -> Self {
        let headers = [
            Some("azure-asyncoperation"),
            Some("azure-asyncoperation"),
            Some("location"),
            None,
        ];
        let header = draw.of(&headers);
        let states = ["Succeeded", "Succeeded", "Failed", "Canceled"];
        Self {
            watch: Watch::new(),
            end: Instant::now() + draw.seconds(1200),
            state: header.map_or("Succeeded", |_| draw.of(&states)),
            header,
            hint: 0,
            told: false,
            polled_on: false,
            draw,
        }
    }

    fn answer(&mut self, asked: &Asked) -> Reply {
        let resource = json!({ "name": "disk", "status": "Detached" });
        if asked.method == "PUT" {
            let Some(header) = self.header else {
                self.told = true;
                return json(200, &resource);
            };
            self.hint = 10 + self.draw.below(20);
            let status = self.draw.of(&[201, 202]);
            let body = json!({ "properties": { "state": "Accepted" } });
            let reply = json(status, &body).hint(self.hint, &mut self.watch);
            return reply.header(header, &format!("{ADDRESS}/operations/17"));
        }
        let is_operation = self.header == Some("azure-asyncoperation");
        if asked.path == "/disk" {
            // Only after the operation has succeeded.
            assert!(is_operation && self.told && self.state == "Succeeded");
            return json(200, &resource);
        }
        self.polled_on |= self.told;
        self.watch.poll();
        if let Some(trouble) = trouble(&mut self.draw, &mut self.watch) {
            self.watch.ask(Duration::from_secs(self.hint));
            return trouble;
        }
        if let Some(reply) = unreadable(&mut self.draw) {
            // Its hint holds as that of any good answer.
            self.hint = self.draw.below(60);
            return reply.hint(self.hint, &mut self.watch);
        }
        self.told = Instant::now() >= self.end;
        let reply = match (self.told, is_operation) {
            (false, true) => {
                let state =
                    self.draw.of(&["InProgress", "Accepted", "Running"]);
                json(self.draw.of(&[200, 202]), &json!({ "status": state }))
            }
            (true, true) => {
                let error = json!({ "code": self.state });
                json(200, &json!({ "status": self.state, "error": error }))
            }
            (false, false) => json(202, &json!({ "status": "Succeeded" })),
            (true, false) if self.state == "Succeeded" => json(200, &resource),
            (true, false) => json(409, &json!({ "error": self.state })),
        };
        if !self.told && self.draw.one_in(4) {
            self.hint = self.draw.below(60);
            return reply.hint(self.hint, &mut self.watch);
        }
        self.watch.ask(Duration::from_secs(self.hint));
        reply
    }
}

#[test]
fn no_poll_is_early_and_no_operation_misread() {
    let counts = runs(async |draw, counts| {
        let server = Server::start(Resource::new(draw), Resource::answer);
        let disk = format!("{ADDRESS}/disk");
        let client = server.client.clone();
        let run = async move { program::create(&client, &disk).await };
        let said = tokio::spawn(run).await.unwrap();
        let resource = server.state();
        let said = said.map_or_else(
            |error| format!("{error:#}"),
            |resource| resource.to_string(),
        );
        let means = match resource.state {
            "Succeeded" => "Detached",
            state => state,
        };
        let is_right = resource.told && !resource.polled_on;
        let ended = Ended::right(is_right && said.contains(means));
        resource.watch.add_to(counts, ended);
    });
    counts.assert_none(10_000, 1_000);
}
