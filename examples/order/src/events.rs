//! What the program waits for: an answer, the time of the next poll, and at any moment Ctrl-C.

use std::{
    sync::mpsc::{self, Receiver, Sender},
    thread,
    time::Instant,
};

use asyncpoll::Poller;
use ureq::http::Uri;

use crate::{answer::Answer, client::Client};

/// One queue for answers and Ctrl-C, so that waiting for the one never misses the other.
pub(crate) struct Events {
    sender: Sender<Event>,
    receiver: Receiver<Event>,
}

enum Event {
    Answer(Answer),
    Interrupted,
}

/// Ctrl-C came first.
pub(crate) struct Interrupted;

impl Events {
    /// Listens for Ctrl-C from now on.
    pub(crate) fn new() -> Result<Self, ctrlc::Error> {
        let (sender, receiver) = mpsc::channel();
        let ctrl_c = sender.clone();
        ctrlc::set_handler(move || {
            // Nobody receives it when the program is about to end anyway.
            let _ = ctrl_c.send(Event::Interrupted);
        })?;
        Ok(Self { sender, receiver })
    }

    /// Polls on a thread of its own, because a request that hangs cannot be called off.
    pub(crate) fn poll(&self, client: &Client, url: &Uri) -> Result<Answer, Interrupted> {
        let (client, url, sender) = (client.clone(), url.clone(), self.sender.clone());
        thread::spawn(move || {
            let _ = sender.send(Event::Answer(client.poll(&url)));
        });
        match self.receiver.recv() {
            Ok(Event::Answer(answer)) => Ok(answer),
            Ok(Event::Interrupted) | Err(_) => Err(Interrupted),
        }
    }

    /// Sleeps until the next poll is due.
    pub(crate) fn sleep(&self, poller: &Poller<Instant>) -> Result<(), Interrupted> {
        // A timeout may fire early, and a poll must not.
        while let Some(wait) = poller.until_next_poll(Instant::now()).filter(|wait| !wait.is_zero()) {
            if let Ok(Event::Interrupted) = self.receiver.recv_timeout(wait) {
                return Err(Interrupted);
            }
        }
        Ok(())
    }
}
