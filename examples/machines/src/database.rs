//! The row in a real database, which another process can read and step meanwhile.

use core::time::Duration;

use anyhow::Context as _;
use asyncpoll::fleet::{Ask, Grant, Limits, SharedPace};
use postgres::{Client, NoTls};
use simulation::store::Admits;

const UPSTREAM: &str = "the server of the example";

const TABLE: &str = "
    create table if not exists upstream (name text primary key, state bytea not null default '') with (fillfactor = 10)";
const ADD: &str = "insert into upstream (name) values ($1) on conflict (name) do update set state = ''";
const READ: &str = "select state, (1000000 * extract(epoch from clock_timestamp()))::bigint from upstream where name = $1";
const REPLACE: &str = "update upstream set state = $3 where name = $1 and state = $2";

/// A row of a table in PostgreSQL.
pub(crate) struct Database(Client);

impl Database {
    /// Connects, and begins with an empty row.
    pub(crate) fn connect(url: &str) -> anyhow::Result<Self> {
        let mut client = Client::connect(url, NoTls).context("PostgreSQL does not answer")?;
        client.batch_execute(TABLE)?;
        client.execute(ADD, &[&UPSTREAM])?;
        Ok(Self(client))
    }

    fn step(&mut self, limits: &Limits, ask: &Ask) -> anyhow::Result<Grant> {
        loop {
            let row = self.0.query_one(READ, &[&UPSTREAM])?;
            let (old, micros): (Vec<u8>, i64) = (row.try_get(0)?, row.try_get(1)?);
            let now = Duration::from_micros(micros.try_into()?);
            let mut pace = SharedPace::from_row(&old, now)?;
            let grant = pace.admit(limits, ask, now);
            if self.0.execute(REPLACE, &[&UPSTREAM, &old, &pace.to_bytes().as_slice()])? == 1 {
                return Ok(grant);
            }
        }
    }
}

impl Admits for Database {
    /// It has passed when the answer is here.
    fn round_trip(&self) -> Duration {
        Duration::ZERO
    }

    fn admit(&mut self, limits: &Limits, ask: &Ask, _now: Duration) -> Option<Grant> {
        self.step(limits, ask).ok()
    }
}
