//! Connections to a server that counts how often it is called too early, some
//! of which break at once.

#[expect(dead_code, reason = "the test is another main")]
#[path = "../../src/bin/reconnect.rs"]
mod program;

use crate::server::{Draw, Ended, Watch, runs};
use core::{cell::RefCell, time::Duration};
use std::io;
use tokio::{
    io::{AsyncWriteExt, duplex},
    spawn,
    time::{Instant, sleep, timeout},
};

struct Feed {
    draw: Draw,
    watch: Watch,
    /// The base of the ladder's next wait, and the time that it may not pass.
    base: Duration,
    latest: Option<Instant>,
    late: u32,
    sent: u32,
}

#[test]
fn no_connection_is_early_and_none_late() {
    let counts = runs(async |draw, counts| {
        let feed = RefCell::new(Feed {
            draw,
            watch: Watch::new(),
            base: Duration::from_millis(500),
            latest: None,
            late: 0,
            sent: 0,
        });
        let heard = RefCell::new(0);
        let connect = async || {
            let (lasts, is_refused) = {
                let feed = &mut *feed.borrow_mut();
                feed.watch.poll();
                let now = Instant::now();
                feed.late +=
                    u32::from(feed.latest.is_some_and(|latest| now > latest));
                let is_refused = feed.draw.one_in(3);
                let lasts = match feed.draw.below(3) {
                    _ if is_refused => Duration::ZERO,
                    0 => feed.draw.seconds(600),
                    _ => feed.draw.seconds(5),
                };
                if lasts >= Duration::from_secs(60) {
                    feed.base = Duration::from_millis(500);
                }
                feed.watch.ask(lasts + feed.base * 4 / 5);
                feed.latest = Some(
                    now + lasts + feed.base * 6 / 5 + Duration::from_millis(2),
                );
                feed.base = (feed.base * 2).min(Duration::from_secs(60));
                (lasts, is_refused)
            };
            if is_refused {
                return Err(io::ErrorKind::ConnectionRefused.into());
            }
            feed.borrow_mut().sent += 1;
            let (client, mut server) = duplex(64);
            spawn(async move {
                sleep(lasts).await;
                server.write_all(b"an event\n").await
            });
            Ok(client)
        };
        let hear = |line: String| {
            assert_eq!(line, "an event");
            *heard.borrow_mut() += 1;
        };
        let hour = Duration::from_secs(3600);
        let left = timeout(hour, program::listen(connect, hear)).await;
        let feed = feed.into_inner();
        let heard = heard.into_inner();
        // The last of them may be under way.
        let is_right = left.is_err()
            && feed.late == 0
            && (heard..=heard + 1).contains(&feed.sent);
        feed.watch.add_to(counts, Ended::right(is_right));
    });
    counts.assert_none(10_000, 1_000);
}
