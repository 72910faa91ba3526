//! Orders at an authority that counts early polls.

#[expect(dead_code, reason = "the test is another main")]
#[path = "../../src/bin/acme_order.rs"]
mod program;

use crate::server::{
    ADDRESS, Asked, Draw, Ended, Reply, Server, Watch, json, runs, trouble,
    unreadable,
};
use serde_json::json;
use tokio::time::Instant;

/// What the authority knows of an order.
struct Order {
    draw: Draw,
    watch: Watch,
    is_finalized: bool,
    /// When the next state comes.
    next: Instant,
    fails: bool,
    told: Option<&'static str>,
    polled_on: bool,
}

impl Order {
    fn new(mut draw: Draw) -> Self {
        Self {
            watch: Watch::new(),
            is_finalized: false,
            next: Instant::now() + draw.seconds(200),
            fails: draw.one_in(4),
            told: None,
            polled_on: false,
            draw,
        }
    }

    fn finalize(&mut self) {
        assert_eq!(self.told, Some("ready"));
        self.is_finalized = true;
        self.next = Instant::now() + self.draw.seconds(200);
        self.fails = self.draw.one_in(4);
        self.told = None;
    }

    fn answer(&mut self, _: &Asked) -> Reply {
        self.polled_on |= self.told.is_some();
        self.watch.poll();
        if let Some(trouble) = trouble(&mut self.draw, &mut self.watch) {
            return trouble;
        }
        if let Some(reply) = unreadable(&mut self.draw) {
            return reply.hint(self.draw.below(60), &mut self.watch);
        }
        let is_over = Instant::now() >= self.next;
        let state = match (self.is_finalized, is_over) {
            (_, true) if self.fails => "invalid",
            (false, false) => "pending",
            (false, true) => "ready",
            // Not every server of an authority knows at once.
            (true, false) => self.draw.of(&["processing", "ready"]),
            (true, true) => "valid",
        };
        if is_over {
            self.told = Some(state);
        }
        let body = json!({ "status": state, "certificate": "/cert/17" });
        let reply = json(200, &body);
        if !is_over && self.draw.one_in(2) {
            return reply.hint(self.draw.below(60), &mut self.watch);
        }
        reply
    }
}

#[test]
fn no_poll_is_early_and_no_order_misread() {
    let counts = runs(async |draw, counts| {
        let server = Server::start(Order::new(draw), Order::answer);
        let order = format!("{ADDRESS}/order/17");
        let poll = async || server.client.get(&order).send().await;
        let mut said = program::wait_until("ready", poll).await;
        if said.is_ok() {
            server.state().finalize();
            said = program::wait_until("valid", poll).await;
        }
        let order = server.state();
        let is_right = match said {
            Ok(valid) => valid["status"] == "valid" && !order.fails,
            Err(error) => {
                format!("{error:#}").contains("invalid") && order.fails
            }
        };
        let is_right = is_right && order.told.is_some() && !order.polled_on;
        order.watch.add_to(counts, Ended::right(is_right));
    });
    counts.assert_none(10_000, 1_000);
}
