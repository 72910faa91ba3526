//! The orders of a worker, in a table of PostgreSQL.

use std::time::Duration;

use asyncpoll::{Elapsed, Snapshot};

use crate::{
    connection::{Connection, in_time},
    orders::Order,
};

/// All that have not ended, with the time since the start of each by the clock
/// of the database.
const OPEN: &str = "
    select id, snapshot, last_error,
        (1000000 * extract(epoch from clock_timestamp() - started_at))::bigint
    from orders where worker = $1 and ended is null order by id";

/// What has ended stays as it is.
const KEEP: &str = "
    update orders set snapshot = kept.snapshot,
        last_error = kept.last_error, ended = kept.ended
    from unnest($1::bigint[], $2::bytea[], $3::text[], $4::text[])
        as kept (id, snapshot, last_error, ended)
    where orders.id = kept.id and orders.ended is null";

/// The table, over a connection that is made anew after an error.
#[derive(Debug)]
pub struct Table {
    settings: String,
    connection: Option<Connection>,
}

impl Table {
    /// Makes a client that connects with these settings.
    pub fn new(settings: &str) -> Self {
        Self { settings: settings.to_owned(), connection: None }
    }

    /// Returns the orders of a worker that have not ended.
    pub async fn open(&mut self, worker: i32) -> anyhow::Result<Vec<(Order, Elapsed)>> {
        in_time(async {
            let connection = self.take().await?;
            let mut orders = Vec::new();
            for row in connection.query(OPEN, &[&worker]).await? {
                let poller = Snapshot::from_bytes(row.get(1))?;
                let elapsed: i64 = row.get(3);
                let elapsed = Elapsed(Duration::from_micros(elapsed.try_into().unwrap_or(0)));
                orders.push((Order { id: row.get(0), poller, last_error: row.get(2), ended: None }, elapsed));
            }
            self.connection = Some(connection);
            Ok(orders)
        })
        .await
    }

    /// Keeps orders: all of them, or none.
    pub async fn keep(&mut self, orders: impl Iterator<Item = &Order>) -> anyhow::Result<()> {
        let (mut ids, mut pollers, mut errors, mut ends) = (vec![], vec![], vec![], vec![]);
        for order in orders {
            ids.push(order.id);
            pollers.push(&order.poller.as_bytes()[..]);
            errors.push(order.last_error.as_deref());
            ends.push(order.ended.as_deref());
        }
        in_time(async {
            let connection = self.take().await?;
            connection.execute(KEEP, &[&ids, &pollers, &errors, &ends]).await?;
            self.connection = Some(connection);
            Ok(())
        })
        .await
    }

    /// Takes the connection, which is put back if nothing fails.
    async fn take(&mut self) -> anyhow::Result<Connection> {
        match self.connection.take() {
            Some(connection) => Ok(connection),
            None => Connection::open(&self.settings).await,
        }
    }
}
