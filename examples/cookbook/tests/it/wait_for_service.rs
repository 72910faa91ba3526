//! Services that start late, and count early polls.

#[expect(dead_code, reason = "the test is another main")]
#[path = "../../src/bin/wait_for_service.rs"]
mod program;

use crate::server::{
    ADDRESS, Asked, Draw, Ended, Reply, Server, Watch, json, page, runs,
};
use core::time::Duration;
use serde_json::json;
use tokio::{
    join,
    time::{Instant, sleep},
};

/// What a service knows of itself.
struct Service {
    draw: Draw,
    watch: Watch,
    ready: Instant,
    told: bool,
}

impl Service {
    fn answer(&mut self, _: &Asked) -> Reply {
        self.watch.poll();
        if Instant::now() >= self.ready {
            self.told = true;
            return json(200, &json!({ "status": "UP" }));
        }
        match self.draw.below(5) {
            0 => Reply::Break,
            1 => Reply::Hang,
            2 => page(404),
            3 => page(503),
            _ => page(503).hint(self.draw.below(10), &mut self.watch),
        }
    }
}

#[test]
fn no_poll_is_early_and_no_service_misread() {
    let counts = runs(async |mut draw, counts| {
        let start = Instant::now();
        let listens = draw.seconds(60);
        let ready = listens + draw.seconds(40);
        let server = Server::stopped(Service {
            watch: Watch::new(),
            ready: start + ready,
            told: false,
            draw,
        });
        let health = format!("{ADDRESS}/health");
        let (said, ()) =
            join!(program::wait_until_up(&server.client, &health), async {
                sleep(listens).await;
                server.listen(Service::answer);
            });
        let service = server.state();
        // It is noticed within the longest wait, hint and timeout.
        let late = start.elapsed().saturating_sub(ready);
        let is_right =
            said.is_ok() && service.told && late < Duration::from_secs(30);
        service.watch.add_to(counts, Ended::right(is_right));
    });
    counts.assert_none(4_000, 1_000);
}
