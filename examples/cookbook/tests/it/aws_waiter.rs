//! Waits for instances in a region that counts early polls.

#[expect(dead_code, reason = "the test is another main")]
#[path = "../../src/bin/aws_waiter.rs"]
mod program;

use crate::server::{Counts, Draw, RUNS};
use core::{cell::Cell, time::Duration};

/// What the region says to a poll of two instances, `now` after the start.
fn describe(
    draw: &mut Draw,
    now: Duration,
    ready: Duration,
    end: &str,
) -> Result<String, String> {
    let error = |code: &str| {
        Err(format!(
            "An error occurred ({code}) when calling DescribeInstances"
        ))
    };
    match draw.below(10) {
        0 => return error("RequestLimitExceeded"),
        1 => return Err("Could not connect to the endpoint URL".into()),
        2 if now < Duration::from_secs(60) => {
            return error("InvalidInstanceID.NotFound");
        }
        3 if now < ready => return Ok(String::new()),
        _ => {}
    }
    match now < ready {
        true => {
            Ok(draw.of(&["pending\trunning\n", "pending\tpending\n"]).into())
        }
        false if end == "denied" => error("UnauthorizedOperation"),
        false => Ok(format!("running\t{end}\n")),
    }
}

#[test]
fn no_poll_is_early_and_no_state_misread() {
    let mut counts = Counts::default();
    for seed in 0..RUNS {
        let mut draw = Draw::new(seed);
        let end = draw.of(&["running", "running", "terminated", "denied"]);
        let ready = draw.seconds(700);
        let clock = Cell::new(Duration::ZERO);
        let (mut last, mut told) = (None, false);
        let said = program::wait_until_running(
            || {
                let now = clock.get();
                let due =
                    last.map_or(now, |last| last + Duration::from_secs(15));
                counts.early += u32::from(now < due);
                counts.polls += 1;
                last = Some(now);
                let said = describe(&mut draw, now, ready, end);
                let text = said.as_ref().unwrap_or_else(|error| error);
                told |= text.contains("ing\trunning\n") && now >= ready;
                told |= text.contains("terminated") || text.contains("Unauth");
                said
            },
            || clock.get(),
            |wait| clock.set(clock.get() + wait),
        );
        let said = said.map_err(|error| format!("{error:#}"));
        let is_right = match (end, &said) {
            (_, Err(error)) if error.contains("gave up after 40 polls") => {
                !told
            }
            ("running", Ok(())) => told,
            ("terminated", Err(error)) => error.contains("terminated"),
            ("denied", Err(error)) => error.contains("Unauthorized"),
            _ => false,
        };
        counts.ended += u32::from(told);
        counts.misread += u32::from(!is_right);
    }
    counts.assert_none(10_000, 800);
}
