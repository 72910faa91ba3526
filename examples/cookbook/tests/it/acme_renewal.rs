//! Renewals by an authority that counts early requests, and renewals that
//! come before their window.

#[expect(dead_code, reason = "the test is another main")]
#[path = "../../src/bin/acme_renewal.rs"]
mod program;

use crate::server::{
    ADDRESS, Asked, Draw, Ended, Reply, Server, Watch, json, page, runs,
    trouble, unreadable,
};
use core::{cell::RefCell, time::Duration};
use jiff::Timestamp;
use serde_json::json;
use tokio::time::Instant;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// What the authority knows of a certificate.
struct Certificate {
    draw: Draw,
    watch: Watch,
    /// When the test began, by either clock.
    start: (Instant, Timestamp),
    /// The window, counted from the start.
    window: (Duration, Duration),
    /// The window that the client knows, no earlier than when it was told.
    served: Option<(Duration, Duration)>,
    /// Whether it says when to renew at all.
    is_mute: bool,
}

impl Certificate {
    fn new(mut draw: Draw) -> Self {
        let from = draw.seconds(20 * 24 * 3600);
        Self {
            watch: Watch::new(),
            start: (Instant::now(), "2026-11-29T18:00:00Z".parse().unwrap()),
            window: (from, from + 2 * DAY),
            served: None,
            is_mute: draw.one_in(10),
            draw,
        }
    }

    /// Returns what the wall clock shows.
    fn now(&self) -> Timestamp {
        self.start.1 + self.start.0.elapsed()
    }

    fn answer(&mut self, _: &Asked) -> Reply {
        self.watch.poll();
        if let Some(trouble) = trouble(&mut self.draw, &mut self.watch) {
            return trouble;
        }
        if let Some(reply) = unreadable(&mut self.draw) {
            return reply.hint(self.draw.below(60), &mut self.watch);
        }
        if self.is_mute {
            // For a day, if it says so itself, and else for six hours.
            self.watch.ask(6 * HOUR);
            return page(404);
        }
        if self.draw.one_in(20) {
            return page(503).hint(self.draw.below(1000), &mut self.watch);
        }
        // It revokes the certificate, and wants it renewed at once.
        if self.draw.one_in(50) {
            self.window = (Duration::ZERO, HOUR);
        }
        let now = self.start.0.elapsed();
        self.served = Some((self.window.0.max(now), self.window.1.max(now)));
        let (start, end) =
            (self.start.1 + self.window.0, self.start.1 + self.window.1);
        let window =
            json!({ "start": start.to_string(), "end": end.to_string() });
        let reply = json(200, &json!({ "suggestedWindow": window }));
        let seconds = self.draw.of(&[10, 3600, 21_600, 21_600, 100_000]);
        self.watch.ask(Duration::from_secs(seconds).clamp(HOUR / 60, DAY));
        reply.header("retry-after", &seconds.to_string())
    }
}

/// Renewals, each by when it was made, and when the next may be.
struct Renewals {
    watch: Watch,
    first: Option<Instant>,
    fail: u32,
}

#[test]
fn nothing_is_early_and_no_window_misread() {
    let counts = runs(async |mut draw, counts| {
        let fail = u32::try_from(draw.below(6)).unwrap();
        let server = Server::start(Certificate::new(draw), Certificate::answer);
        let (start, wall) = server.state().start;
        let latest = 25 * DAY;
        let renewals =
            RefCell::new(Renewals { watch: Watch::new(), first: None, fail });
        let run = || {
            let mut renewals = renewals.borrow_mut();
            renewals.watch.poll();
            renewals.first.get_or_insert_with(Instant::now);
            // Less than a minute, 10, 100, and a day, by as much as the jitter.
            let made = renewals.watch.polls();
            let minutes = [1, 10, 100, 1440, 1440, 1440][made as usize - 1];
            renewals.watch.ask(Duration::from_secs(60 * minutes) * 4 / 5);
            made > renewals.fail
        };
        let now = || server.state().now();
        let url = format!("{ADDRESS}/renewal-info/17");
        let renewed =
            program::renew(&server.client, &url, wall + latest, now, run).await;
        let renewals = renewals.into_inner();
        let after = renewals.first.unwrap() - start;
        let certificate = server.state();
        let is_right = match certificate.served {
            Some((from, to)) => {
                (from..=to.max(after.min(DAY))).contains(&after)
            }
            None => after >= latest && after < latest + HOUR,
        };
        counts.early += renewals.watch.early();
        certificate
            .watch
            .add_to(counts, Ended::right(is_right && renewed.is_ok()));
    });
    counts.assert_none(10_000, 1_000);
}
