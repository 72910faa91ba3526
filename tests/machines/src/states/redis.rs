//! States in keys of Redis. They do not expire, since Redis cannot tell whether one has a hold.

use std::time::Duration;

use redis::{Client, Script, aio::MultiplexedConnection};

use crate::connection::{connect_to_redis, in_time};
use crate::states::{States, replace::REPLACE_LUA};

/// Keys with states, over a connection that is made anew after an error.
#[derive(Debug)]
pub struct RedisStates {
    client: Client,
    connection: Option<MultiplexedConnection>,
    replace: Script,
}

impl RedisStates {
    /// Makes a client that connects to this URL.
    pub fn new(url: &str) -> anyhow::Result<Self> {
        Ok(Self { client: Client::open(url)?, connection: None, replace: Script::new(REPLACE_LUA) })
    }

    /// Takes the connection, which is put back if nothing fails.
    async fn take(&mut self) -> anyhow::Result<MultiplexedConnection> {
        match self.connection.take() {
            Some(connection) => Ok(connection),
            None => Ok(connect_to_redis(&self.client).await?),
        }
    }
}

impl States for RedisStates {
    async fn read(&mut self, upstream: &str) -> anyhow::Result<(Vec<u8>, Duration)> {
        in_time(async {
            let mut connection = self.take().await?;
            // The clock is read after the state, so that no state is of a
            // later time.
            let mut both = redis::pipe();
            let both = both.get(key(upstream)).cmd("TIME");
            let (state, (secs, micros)): (Vec<u8>, (u64, u64)) = both.query_async(&mut connection).await?;
            self.connection = Some(connection);
            Ok((state, Duration::from_secs(secs) + Duration::from_micros(micros)))
        })
        .await
    }

    async fn replace(&mut self, upstream: &str, old: &[u8], new: &[u8]) -> anyhow::Result<bool> {
        in_time(async {
            let mut connection = self.take().await?;
            let replaced = self.replace.key(key(upstream)).arg(old).arg(new).invoke_async(&mut connection).await?;
            self.connection = Some(connection);
            Ok(replaced)
        })
        .await
    }
}

fn key(upstream: &str) -> String {
    format!("state:{upstream}")
}
