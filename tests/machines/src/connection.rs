//! Connections to PostgreSQL and Redis, and how long an answer is waited for.

use std::{ops::Deref, time::Duration};

use anyhow::Context as _;
use redis::{AsyncConnectionConfig, aio::MultiplexedConnection};
use tokio::{task::JoinSet, time::timeout};
use tokio_postgres::{Client, NoTls};

/// Waits for the answer of a store for a second, connecting included.
pub async fn in_time<T>(answer: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    timeout(Duration::from_secs(1), answer).await.context("the store has not answered within a second")?
}

/// A connection to PostgreSQL that ends when it is dropped, even if the server
/// hangs.
#[derive(Debug)]
pub struct Connection {
    client: Client,
    _task: JoinSet<Result<(), tokio_postgres::Error>>,
}

impl Connection {
    /// Connects with these settings.
    pub async fn open(settings: &str) -> anyhow::Result<Self> {
        let (client, connection) = tokio_postgres::connect(settings, NoTls).await?;
        let mut task = JoinSet::new();
        task.spawn(connection);
        // A statement whose client has gone would wait for its lock for ever.
        // Under a stricter isolation, clients would fail because of each other.
        client
            .batch_execute(
                "set statement_timeout = '900ms';
                set default_transaction_isolation = 'read committed'",
            )
            .await?;
        Ok(Self { client, _task: task })
    }
}

impl Deref for Connection {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

/// Connects to Redis, without timeouts of its own.
pub async fn connect_to_redis(client: &redis::Client) -> redis::RedisResult<MultiplexedConnection> {
    let config = AsyncConnectionConfig::new().set_connection_timeout(None).set_response_timeout(None);
    client.get_multiplexed_async_connection_with_config(&config).await
}
