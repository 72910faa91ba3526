//! The same input twice: the journal of anything at all done to one poller, replayed, comes to the same decisions.
#![cfg_attr(fuzzing, no_main)]

use std::time::Duration;

use asyncpoll_fuzz::{journal::Recorder, operations::Operations};

const AHEAD: Duration = Duration::new(1_234_567_890, 123_456_789);

fn check(operations: &Operations) {
    let mut recorder = Recorder::start(operations);
    operations.perform(&mut recorder);
    let journal = recorder.into_journal();
    journal.replay();
    journal.replay_with_clone();
    journal.replay_ahead(AHEAD);
}

asyncpoll_fuzz::target!(check: Operations, seeds: "operations");
