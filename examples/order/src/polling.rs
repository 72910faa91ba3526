//! The loop around the poller.

use std::{
    io::{self, Write},
    time::Instant,
};

use asyncpoll::{Decision, GaveUp, Poller};
use ureq::http::Uri;

use crate::{answer::AnswerError, client::Client, events::Events, log::LastPolls, report};

/// How it ended.
pub(crate) enum End {
    Done(String),
    Failed(AnswerError),
    GaveUp(GaveUp<AnswerError>),
}

/// Polls `url` until the poller has decided, or Ctrl-C comes.
pub(crate) fn poll_until_end(
    poller: &mut Poller<Instant>,
    client: &Client,
    url: &Uri,
    events: &Events,
    last_polls: &mut LastPolls,
    out: &mut impl Write,
) -> io::Result<End> {
    report::heading(out)?;
    let mut last_error = None;
    while let Ok(answer) = events.poll(client, url) {
        let now = Instant::now();
        last_polls.take(poller.elapsed(now));
        let decision = poller.step_keeping(answer.outcome, now, &mut last_error);
        report::poll(out, poller.polls(), poller.elapsed(now), &answer.words, &decision)?;
        match decision {
            Decision::Sleep(_) => {
                if events.sleep(poller).is_err() {
                    break;
                }
            }
            Decision::Done(text) => return Ok(End::Done(text)),
            Decision::Failed(error) => return Ok(End::Failed(error)),
            Decision::GaveUp(gave_up) => return Ok(End::GaveUp(gave_up)),
        }
    }
    Ok(End::GaveUp(poller.cancel(Instant::now()).with_last_error(last_error)))
}
