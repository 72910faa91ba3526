//! Logins by an authorization server that counts early polls.

#[expect(dead_code, reason = "the test is another main")]
#[path = "../../src/bin/device_login.rs"]
mod program;

use crate::server::{
    ADDRESS, Asked, Draw, Ended, Reply, Server, Watch, json, runs, trouble,
    unreadable,
};
use core::time::Duration;
use serde_json::json;
use tokio::time::Instant;

/// What the server knows of a login.
struct Login {
    draw: Draw,
    watch: Watch,
    /// The least time between two polls.
    interval: Duration,
    /// When the user decides, and how.
    decided: Instant,
    denies: bool,
    expiry: Instant,
    /// What the server has said at the end.
    told: Option<&'static str>,
    polled_on: bool,
}

impl Login {
    fn new(mut draw: Draw) -> Self {
        let now = Instant::now();
        Self {
            watch: Watch::new(),
            interval: Duration::from_secs(draw.of(&[5, 5, 2, 10])),
            decided: now + draw.seconds(700),
            denies: draw.one_in(4),
            expiry: now + Duration::from_secs(600),
            told: None,
            polled_on: false,
            draw,
        }
    }

    fn answer(&mut self, asked: &Asked) -> Reply {
        if asked.path == "/device" {
            self.watch.ask(self.interval);
            let mut login = json!({
                "device_code": "code 17", "user_code": "WDJB-MJHT", "expires_in": 600,
                "verification_uri": "https://server.test/device",
            });
            // Without an interval, it is five seconds.
            if self.interval.as_secs() != 5 {
                login["interval"] = self.interval.as_secs().into();
            }
            return json(200, &login);
        }
        assert!(asked.body.contains("device_code=code+17"), "{asked:?}");
        self.polled_on |= self.told.is_some();
        let slow_down = self.watch.poll() || self.draw.one_in(10);
        if slow_down {
            self.interval += Duration::from_secs(5);
        }
        self.watch.ask(self.interval);
        if !slow_down
            && let Some(trouble) = trouble(&mut self.draw, &mut self.watch)
        {
            return trouble;
        }
        if !slow_down && let Some(reply) = unreadable(&mut self.draw) {
            return reply.hint(self.draw.below(60), &mut self.watch);
        }
        let now = Instant::now();
        let error = if now >= self.expiry {
            "expired_token"
        } else if slow_down {
            "slow_down"
        } else if now < self.decided {
            "authorization_pending"
        } else if self.denies {
            "access_denied"
        } else {
            self.told = Some("token 17");
            return json(200, &json!({ "access_token": "token 17" }));
        };
        if matches!(error, "expired_token" | "access_denied") {
            self.told = Some(match error {
                "access_denied" => "access denied",
                error => error,
            });
        }
        // GitHub says 200, Auth0 says 429 or 403, and the RFC 400.
        let status = match self.draw.below(4) {
            0 => 200,
            1 if error == "slow_down" => 429,
            1 => 403,
            _ => 400,
        };
        let reply = json(status, &json!({ "error": error }));
        let is_torn = error == "authorization_pending" && self.draw.one_in(10);
        if is_torn { reply.torn() } else { reply }
    }
}

/// The times between the polls of a login at a server that is always pending.
async fn waits(interval: u64) -> Vec<Duration> {
    let polls = vec![Instant::now()];
    let server = Server::start(polls, move |polls: &mut Vec<_>, asked| {
        if asked.path == "/device" {
            return json(
                200,
                &json!({
                    "device_code": "code 17", "user_code": "WDJB-MJHT",
                    "interval": interval, "expires_in": 600,
                }),
            );
        }
        polls.push(Instant::now());
        json(400, &json!({ "error": "authorization_pending" }))
    });
    program::log_in(&server.client, ADDRESS).await.unwrap_err();
    let polls = server.state();
    polls.windows(2).map(|two| two[1] - two[0]).collect()
}

#[tokio::test(start_paused = true)]
async fn no_wait_is_shorter_than_the_interval_or_longer_than_three() {
    for interval in [1, 5, 30] {
        let waits = waits(interval).await;
        // The last poll comes at the deadline.
        let (_last, waits) = waits.split_last().unwrap();
        let interval = Duration::from_secs(interval);
        assert!(waits.len() > 5, "{waits:?}");
        assert!(waits[0] < interval * 3 / 2, "{waits:?}");
        let fits = |wait| (interval..=3 * interval).contains(wait);
        assert!(waits.iter().all(fits), "{waits:?}");
    }
}

#[test]
fn no_poll_is_early_and_no_login_misread() {
    let counts = runs(async |draw, counts| {
        let server = Server::start(Login::new(draw), Login::answer);
        let client = server.client.clone();
        let run = async move { program::log_in(&client, ADDRESS).await };
        let said = tokio::spawn(run).await.unwrap();
        let login = server.state();
        let said = said.unwrap_or_else(|error| format!("{error:#}"));
        let ended = match login.told {
            Some(told) if said.contains(told) && !login.polled_on => {
                Ended::AsMeant
            }
            None if said.starts_with("gave up") => {
                login.watch.gave_up(login.expiry)
            }
            _ => Ended::Misread,
        };
        login.watch.add_to(counts, ended);
    });
    counts.assert_none(10_000, 700);
}
