//! Slots out of a key of Redis.

use std::time::Duration;

use redis::{Client, Script, aio::MultiplexedConnection};

use crate::connection::{connect_to_redis, in_time};
use crate::slots::{Slots, ask::ASK_LUA, micros};

/// Keys with slots, over a connection that is made anew after an error.
#[derive(Debug)]
pub struct RedisSlots {
    client: Client,
    connection: Option<MultiplexedConnection>,
    ask: Script,
}

impl RedisSlots {
    /// Makes a client that connects to this URL.
    pub fn new(url: &str) -> anyhow::Result<Self> {
        let client = Client::open(url)?;
        Ok(Self { client, connection: None, ask: Script::new(ASK_LUA) })
    }

    /// Asks for slots of an upstream, and tells what is left of a hold.
    pub async fn ask(&mut self, upstream: &str, wanted: u32, spacing: Duration, hold: Duration) -> anyhow::Result<Slots> {
        let (spacing, hold) = micros(spacing, hold)?;
        in_time(async {
            // The connection is put back if nothing fails.
            let mut connection = match self.connection.take() {
                Some(connection) => connection,
                None => connect_to_redis(&self.client).await?,
            };
            let answer = self
                .ask
                .key(format!("slots:{upstream}"))
                .arg(wanted)
                .arg(spacing)
                .arg(hold)
                .invoke_async(&mut connection)
                .await?;
            self.connection = Some(connection);
            Slots::read(answer)
        })
        .await
    }
}
