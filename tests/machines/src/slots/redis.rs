//! Slots out of a key of Redis.

use std::time::Duration;

use redis::{AsyncConnectionConfig, Client, Script, aio::MultiplexedConnection};

use crate::{
    connection::in_time,
    slots::{Slots, hold_micros, spacing_micros},
};

const ASK: &str = include_str!("ask.lua");

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
        Ok(Self { client, connection: None, ask: Script::new(ASK) })
    }

    /// Asks for slots of an upstream, and tells what is left of a hold.
    pub async fn ask(&mut self, upstream: &str, wanted: u32, spacing: Duration, hold: Duration) -> anyhow::Result<Slots> {
        let spacing = spacing_micros(spacing)?;
        let hold = hold_micros(hold)?;
        in_time(async {
            // The connection is put back if nothing fails.
            let mut connection = match self.connection.take() {
                Some(connection) => connection,
                None => {
                    let config = AsyncConnectionConfig::new().set_connection_timeout(None).set_response_timeout(None);
                    self.client.get_multiplexed_async_connection_with_config(&config).await?
                }
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
