//! Slots out of a table in PostgreSQL.

use std::time::Duration;

use tokio_postgres::Statement;

use crate::connection::{Connection, in_time};
use crate::slots::{Slots, ask::ASK_SQL, micros};

const ADD: &str = "insert into upstream_slots (name) values ($1) on conflict do nothing";

/// A table of slots, over a connection that is made anew after an error.
#[derive(Debug)]
pub struct PostgresSlots {
    settings: String,
    connection: Option<(Connection, Statement)>,
}

impl PostgresSlots {
    /// Makes a client that connects with these settings.
    pub fn new(settings: &str) -> Self {
        Self { settings: settings.to_owned(), connection: None }
    }

    /// Asks for slots of an upstream, and tells what is left of a hold.
    pub async fn ask(&mut self, upstream: &str, wanted: u32, spacing: Duration, hold: Duration) -> anyhow::Result<Slots> {
        let wanted = i64::from(wanted);
        let (spacing, hold) = micros(spacing, hold)?;
        in_time(async {
            let (connection, ask) = self.take().await?;
            let row = loop {
                match connection.query_opt(&ask, &[&upstream, &wanted, &spacing, &hold]).await? {
                    Some(row) => break row,
                    None => connection.execute(ADD, &[&upstream]).await?,
                };
            };
            self.connection = Some((connection, ask));
            Slots::read([row.get(0), row.get(1), row.get(2), row.get(3)])
        })
        .await
    }

    /// Takes the connection, which is put back if nothing fails.
    async fn take(&mut self) -> anyhow::Result<(Connection, Statement)> {
        if let Some(connection) = self.connection.take() {
            return Ok(connection);
        }
        let connection = Connection::open(&self.settings).await?;
        let ask = connection.prepare(ASK_SQL).await?;
        Ok((connection, ask))
    }
}
