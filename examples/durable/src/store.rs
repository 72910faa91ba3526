//! The order in a file of its own: when it was placed, its poller as bytes, and what every poll of it found.

use std::{
    fmt,
    path::Path,
    time::{Duration, SystemTime},
};

use asyncpoll::Snapshot;
use rusqlite::{Connection, OptionalExtension, params, types::Type};

pub(crate) struct Store {
    connection: Connection,
}

pub(crate) struct Order {
    placed_at: SystemTime,
    pub(crate) snapshot: Snapshot,
    /// How it ended, if it has.
    pub(crate) end: Option<String>,
}

impl Order {
    /// Returns how long ago it was placed.
    pub(crate) fn elapsed(&self, now: SystemTime) -> Duration {
        now.duration_since(self.placed_at).unwrap_or_default()
    }
}

impl Store {
    /// Opens a file, which nobody else can use meanwhile: two programs with one poller would both poll.
    pub(crate) fn open(file: &Path) -> rusqlite::Result<Self> {
        let connection = Connection::open(file)?;
        connection.execute_batch(
            "pragma locking_mode = exclusive;
             begin exclusive;
             create table if not exists orders (
                 id integer primary key check (id = 1),
                 seed integer not null,
                 placed_at integer not null,
                 snapshot blob not null,
                 ended text
             );
             create table if not exists polls (
                 number integer primary key,
                 elapsed integer not null,
                 answer text not null,
                 due integer
             );
             commit",
        )?;
        Ok(Self { connection })
    }

    /// Returns the order, if one was placed.
    pub(crate) fn order(&self) -> rusqlite::Result<Option<Order>> {
        let mut orders = self.connection.prepare("select placed_at, snapshot, ended from orders")?;
        let order = orders.query_row([], |row| {
            let bytes: Vec<u8> = row.get(1)?;
            let snapshot = Snapshot::from_bytes(&bytes)
                .map_err(|error| rusqlite::Error::FromSqlConversionFailure(1, Type::Blob, error.into()))?;
            Ok(Order { placed_at: time(row.get(0)?), snapshot, end: row.get(2)? })
        });
        order.optional()
    }

    /// Keeps an order that was placed just now.
    pub(crate) fn place(&mut self, seed: u64, now: SystemTime, snapshot: &Snapshot) -> rusqlite::Result<Order> {
        let nanos = nanos(now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default());
        self.connection.execute(
            "insert into orders (id, seed, placed_at, snapshot) values (1, ?1, ?2, ?3)",
            params![seed.cast_signed(), nanos, snapshot.as_bytes()],
        )?;
        Ok(Order { placed_at: time(nanos), snapshot: *snapshot, end: None })
    }

    /// Keeps what a poll found, and with it the poller that has been told.
    pub(crate) fn keep(
        &mut self,
        snapshot: &Snapshot,
        answer: impl fmt::Display,
        elapsed: Duration,
        end: Option<&str>,
    ) -> rusqlite::Result<()> {
        let transaction = self.connection.transaction()?;
        transaction.execute("update orders set snapshot = ?1, ended = ?2", params![snapshot.as_bytes(), end])?;
        transaction.execute(
            "insert into polls (number, elapsed, answer, due) values (?1, ?2, ?3, ?4)",
            params![snapshot.polls(), nanos(elapsed), answer.to_string(), snapshot.due().map(nanos)],
        )?;
        transaction.commit()
    }
}

fn nanos(duration: Duration) -> i64 {
    duration.as_nanos().try_into().unwrap_or(i64::MAX)
}

fn time(nanos: i64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_nanos(nanos.unsigned_abs())
}
