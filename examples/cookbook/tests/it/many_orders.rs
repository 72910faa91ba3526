//! Orders at a server with a limit, which counts early polls of each, and the
//! guide that shows the program.

#[expect(dead_code, reason = "the test is another main")]
#[path = "../../src/many_orders.rs"]
mod program;

use crate::server::{
    ADDRESS, Asked, Draw, Ended, Reply, Server, Watch, json, page, runs,
    trouble,
};
use asyncpoll::{Decision, Reason};
use core::{cell::RefCell, time::Duration};
use serde_json::Value;
use std::collections::HashMap;
use tokio::time::Instant;

const ORDERS: usize = 3;

/// Polls that the server serves in one second, at most.
const LIMIT: u32 = 1;

/// What the server knows of its orders.
struct Authority {
    draw: Draw,
    /// When each is ready, and how it is polled.
    orders: Vec<(Instant, Watch)>,
    /// The second that goes on, and the polls in it.
    second: (u64, u32),
    start: Instant,
}

impl Authority {
    fn new(mut draw: Draw) -> Self {
        let start = Instant::now();
        let ready = |_| (start + draw.seconds(120), Watch::new());
        let orders = (0..ORDERS).map(ready).collect();
        Self { draw, orders, second: (0, 0), start }
    }

    fn answer(&mut self, asked: &Asked) -> Reply {
        let number = asked.path.strip_prefix("/orders/").unwrap();
        let number: usize = number.parse().unwrap();
        let (ready, watch) = &mut self.orders[number];
        watch.poll();
        if let Some(trouble) = trouble(&mut self.draw, watch) {
            return trouble;
        }
        let second = self.start.elapsed().as_secs();
        if self.second.0 < second {
            self.second = (second, 0);
        }
        self.second.1 += 1;
        if self.second.1 > LIMIT {
            return page(429).hint(self.draw.below(10), watch);
        }
        if Instant::now() < *ready {
            return page(202).hint(self.draw.below(20), watch);
        }
        let order = json(200, &Value::from(number));
        if self.draw.one_in(10) { order.torn() } else { order }
    }
}

#[test]
fn no_poll_is_early_and_no_order_misread() {
    let counts = runs(async |draw, counts| {
        let server = Server::start(Authority::new(draw), Authority::answer);
        let urls: Vec<_> = (0..ORDERS)
            .map(|order| format!("{ADDRESS}/orders/{order}"))
            .collect();
        let ends = RefCell::new(HashMap::new());
        let report = |url: &str, end| {
            let before = ends.borrow_mut().insert(url.to_owned(), end);
            assert!(before.is_none(), "{url} has two ends");
        };
        let ended = program::poll_all(&server.client, urls.clone(), report);
        ended.await.unwrap();
        let deadline = server.state().start + Duration::from_secs(600);
        for (number, url) in urls.iter().enumerate() {
            let watch = &server.state().orders[number].1;
            let ended = match &ends.borrow()[url] {
                Decision::Done(order) => {
                    Ended::right(*order == number.to_string())
                }
                Decision::GaveUp(_) => watch.gave_up(deadline),
                _ => Ended::Misread,
            };
            watch.add_to(counts, ended);
        }
    });
    counts.assert_none(8_000, 2_900);
}

/// One order is refused for an hour, which holds the other, too.
#[tokio::test(start_paused = true)]
async fn an_order_that_ends_while_it_is_held_has_its_last_error() {
    let server = Server::start(Watch::new(), |watch, asked| {
        if asked.path == "/orders/0" {
            page(503)
        } else {
            page(429).hint(3_600, watch)
        }
    });
    let urls = [0, 1].map(|order| format!("{ADDRESS}/orders/{order}"));
    let ends = RefCell::new(HashMap::new());
    let report = |url: &str, end| {
        let Decision::GaveUp(end) = end else { panic!("{end:?}") };
        ends.borrow_mut().insert(url.to_owned(), end);
    };
    let ended = program::poll_all(&server.client, urls.to_vec(), report);
    ended.await.unwrap();
    for (url, status) in urls.iter().zip(["503", "429"]) {
        let end = &ends.borrow()[url];
        assert_eq!(end.reason, Reason::RetryAfterPastDeadline, "{url}");
        let error = end.last_error.as_ref().map(ToString::to_string);
        assert!(error.is_some_and(|error| error.contains(status)), "{url}");
    }
}

#[test]
fn the_guide_to_fleets_shows_the_program_whole() {
    let guide = include_str!("../../../../docs/fleet.md");
    let program = include_str!("../../src/many_orders.rs");
    let (_, program) = program.split_once("\n\n").unwrap();
    assert!(guide.contains(&format!("```rust\n{program}```\n")));
}
