//! States in a table of PostgreSQL.

use std::time::Duration;

use tokio_postgres::Statement;

use crate::connection::{Connection, in_time};
use crate::states::States;

const ADD: &str = "insert into upstream (name) values ($1) on conflict do nothing";

const READ: &str = "
    select state, (1000000 * extract(epoch from clock_timestamp()))::bigint
    from upstream where name = $1";

const REPLACE: &str = "update upstream set state = $3 where name = $1 and state = $2";

/// A table of states, over a connection that is made anew after an error.
#[derive(Debug)]
pub struct PostgresStates {
    settings: String,
    prepared: Option<Prepared>,
}

#[derive(Debug)]
struct Prepared {
    connection: Connection,
    read: Statement,
    replace: Statement,
}

impl PostgresStates {
    /// Makes a client that connects with these settings.
    pub fn new(settings: &str) -> Self {
        Self { settings: settings.to_owned(), prepared: None }
    }

    /// Takes the connection, which is put back if nothing fails.
    async fn take(&mut self) -> anyhow::Result<Prepared> {
        if let Some(prepared) = self.prepared.take() {
            return Ok(prepared);
        }
        let connection = Connection::open(&self.settings).await?;
        let read = connection.prepare(READ).await?;
        let replace = connection.prepare(REPLACE).await?;
        Ok(Prepared { connection, read, replace })
    }
}

impl States for PostgresStates {
    async fn read(&mut self, upstream: &str) -> anyhow::Result<(Vec<u8>, Duration)> {
        in_time(async {
            let prepared = self.take().await?;
            let row = loop {
                match prepared.connection.query_opt(&prepared.read, &[&upstream]).await? {
                    Some(row) => break row,
                    None => prepared.connection.execute(ADD, &[&upstream]).await?,
                };
            };
            self.prepared = Some(prepared);
            let micros: i64 = row.get(1);
            Ok((row.get(0), Duration::from_micros(micros.try_into()?)))
        })
        .await
    }

    async fn replace(&mut self, upstream: &str, old: &[u8], new: &[u8]) -> anyhow::Result<bool> {
        in_time(async {
            let prepared = self.take().await?;
            let replaced = prepared.connection.execute(&prepared.replace, &[&upstream, &old, &new]).await?;
            self.prepared = Some(prepared);
            Ok(replaced == 1)
        })
        .await
    }
}
