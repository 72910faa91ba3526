//! Slots of a pace that is known, one for each poll of any worker.

use std::{
    thread,
    time::{Duration, Instant},
};

use asyncpoll::Outcome;
use postgres::{Client, NoTls, Statement};

use crate::ask_sql::ASK_SQL;

const ADD: &str = "insert into upstream_slots (name) values ($1) on conflict do nothing";

/// A slot is given out so long before its time, and can be used for as long
/// after it.
const SECOND: Duration = Duration::from_secs(1);

/// How long there is no slot before a worker asks again, at least and at most.
const SOON: Duration = Duration::from_millis(250);
const LATER: Duration = Duration::from_secs(10);

/// A hint that is longer is not believed.
const LONGEST_HOLD: Duration = Duration::from_secs(3_600);

/// The pace of an upstream, over a connection that is made anew after an error.
pub struct Pace {
    settings: String,
    upstream: String,
    spacing: Duration,
    connection: Option<(Client, Statement)>,
    /// The slot that is not used yet.
    slot: Option<Instant>,
}

impl Pace {
    /// Makes the pace of an upstream whose polls are to be a spacing apart.
    pub fn new(settings: &str, upstream: &str, spacing: Duration) -> Self {
        let (settings, upstream) = (settings.to_owned(), upstream.to_owned());
        Self { settings, upstream, spacing, connection: None, slot: None }
    }

    /// Waits for a slot.
    pub fn wait(&mut self) -> Result<(), postgres::Error> {
        // Nothing was due in the last one.
        if self.slot.is_some_and(|slot| slot.elapsed() < SECOND) {
            return Ok(());
        }
        loop {
            let (slots, first) = self.ask(1, Duration::ZERO)?;
            if slots > 0 {
                thread::sleep(first);
                self.slot = Some(Instant::now());
                return Ok(());
            }
            thread::sleep(first.saturating_sub(SECOND).clamp(SOON, LATER));
        }
    }

    /// Makes a poll in the slot and, if it is refused, tells all workers for
    /// how long.
    pub fn poll<T, E>(&mut self, ask: impl FnOnce() -> Outcome<T, E>) -> Outcome<T, E> {
        self.slot = None;
        let outcome = ask();
        if let Outcome::Throttled { retry_after: Some(hint), .. } = &outcome {
            // If that fails, the next worker that is refused tells it.
            let _ = self.ask(0, *hint);
        }
        outcome
    }

    /// Asks for slots, tells what is left of a hold, and returns how many slots
    /// there are, and the time until the first or the next that is free.
    fn ask(&mut self, wanted: i64, hold: Duration) -> Result<(i64, Duration), postgres::Error> {
        // The connection is put back if nothing fails.
        let (mut client, ask) = match self.connection.take() {
            Some(connection) => connection,
            None => self.connect()?,
        };
        let (spacing, hold) = (micros(self.spacing), micros(hold.min(LONGEST_HOLD)));
        let row = loop {
            match client.query_opt(&ask, &[&self.upstream, &wanted, &spacing, &hold])? {
                Some(row) => break row,
                None => client.execute(ADD, &[&self.upstream])?,
            };
        };
        self.connection = Some((client, ask));
        let first: i64 = row.get(1);
        Ok((row.get(0), Duration::from_micros(first.try_into().unwrap_or(0))))
    }

    fn connect(&self) -> Result<(Client, Statement), postgres::Error> {
        let mut client = Client::connect(&self.settings, NoTls)?;
        client.batch_execute(
            "set statement_timeout = '900ms';
            set default_transaction_isolation = 'read committed'",
        )?;
        let ask = client.prepare(ASK_SQL)?;
        Ok((client, ask))
    }
}

/// Returns a time in microseconds, rounded up.
fn micros(time: Duration) -> i64 {
    time.as_nanos().div_ceil(1_000).try_into().unwrap_or(i64::MAX)
}
