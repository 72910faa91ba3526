//! Both stores behind one interface, and clients in threads of their own.

use std::{thread, time::Duration};

use anyhow::{Result, anyhow};
use asyncpoll::fleet::{self, Grant, Limits};
use asyncpoll_durable::database::Database;
use asyncpoll_machines::{
    pace::{FoundPace, Pace as _},
    redis_server::RedisServer,
    slots::{Slots, postgres::PostgresSlots, redis::RedisSlots},
    states::{States, postgres::PostgresStates, redis::RedisStates},
};
use tokio::runtime::{Builder, Runtime};

/// How many clients ask at once.
pub(crate) const CLIENTS: usize = 8;

/// A server of the test's own.
pub(crate) enum Store {
    Postgres(Database),
    Redis(RedisServer),
}

impl Store {
    /// Starts one of each, with empty tables.
    pub(crate) fn both() -> Result<[Self; 2]> {
        Ok([Self::Postgres(postgres()?), Self::Redis(RedisServer::start()?)])
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Postgres(_) => "PostgreSQL",
            Self::Redis(_) => "Redis",
        }
    }

    /// Makes a client that asks for slots.
    pub(crate) fn slots(&self) -> Result<SlotClient> {
        let slots = match self {
            Self::Postgres(database) => EitherSlots::Postgres(PostgresSlots::new(&database.settings())),
            Self::Redis(redis) => EitherSlots::Redis(RedisSlots::new(&redis.url())?),
        };
        Ok(SlotClient { runtime: runtime()?, slots })
    }

    /// Makes a client that replaces states.
    pub(crate) fn states(&self) -> Result<StateClient> {
        let states = match self {
            Self::Postgres(database) => EitherStates::Postgres(PostgresStates::new(&database.settings())),
            Self::Redis(redis) => EitherStates::Redis(RedisStates::new(&redis.url())?),
        };
        Ok(StateClient { runtime: runtime()?, states })
    }

    /// Makes a client of the pace that is found for an upstream.
    pub(crate) fn found_pace(&self, upstream: &str) -> Result<PaceClient> {
        let limits = Limits::default();
        let pace = match self {
            Self::Postgres(database) => {
                EitherPace::Postgres(FoundPace::new(PostgresStates::new(&database.settings()), upstream, limits))
            }
            Self::Redis(redis) => EitherPace::Redis(FoundPace::new(RedisStates::new(&redis.url())?, upstream, limits)),
        };
        Ok(PaceClient { runtime: runtime()?, pace })
    }

    /// Ends every connection.
    pub(crate) fn cut_off(&self) -> Result<()> {
        match self {
            Self::Postgres(database) => {
                let text = "select pg_terminate_backend(pid, 10000) from pg_stat_activity
                    where pid <> pg_backend_pid() and backend_type = 'client backend'";
                database.connect()?.query(text, &[])?;
            }
            Self::Redis(redis) => {
                redis::cmd("CLIENT").arg(&["KILL", "TYPE", "normal"]).query::<()>(&mut redis.connect()?)?;
            }
        }
        Ok(())
    }

    /// Stops the server as a crash does, and starts it again.
    pub(crate) fn crash(&mut self) -> Result<()> {
        match self {
            Self::Postgres(database) => database.crash(),
            Self::Redis(redis) => redis.crash(),
        }
    }

    /// Moves what the store has kept of the slots of an upstream by so many microseconds, as if its clock had been set back by
    /// them, or set forward if there are less than none.
    pub(crate) fn set_clock_back(&self, upstream: &str, micros: i64) -> Result<()> {
        match self {
            Self::Postgres(database) => {
                let text = "update upstream_slots
                    set asked_at = asked_at + $2, held_until = held_until + $2, next = next + $2 where name = $1";
                database.connect()?.execute(text, &[&upstream, &micros])?;
            }
            Self::Redis(redis) => {
                let mut connection = redis.connect()?;
                for field in ["asked_at", "held_until", "next"] {
                    let key = format!("slots:{upstream}");
                    redis::cmd("HINCRBY").arg(key).arg(field).arg(micros).query::<()>(&mut connection)?;
                }
            }
        }
        Ok(())
    }

    /// Deletes what the store has kept of the slots of an upstream.
    pub(crate) fn delete(&self, upstream: &str) -> Result<()> {
        match self {
            Self::Postgres(database) => {
                database.connect()?.execute("delete from upstream_slots where name = $1", &[&upstream])?;
            }
            Self::Redis(redis) => {
                redis::cmd("DEL").arg(format!("slots:{upstream}")).query::<()>(&mut redis.connect()?)?;
            }
        }
        Ok(())
    }
}

/// Starts a PostgreSQL with both tables, empty.
pub(crate) fn postgres() -> Result<Database> {
    let database = Database::start()?;
    let mut client = database.connect()?;
    client.batch_execute(include_str!("../../src/slots/table.sql"))?;
    client.batch_execute(include_str!("../../src/states/table.sql"))?;
    Ok(database)
}

pub(crate) fn runtime() -> Result<Runtime> {
    Ok(Builder::new_current_thread().enable_all().build()?)
}

enum EitherSlots {
    Postgres(PostgresSlots),
    Redis(RedisSlots),
}

/// A client that asks for slots, on a runtime of its own.
pub(crate) struct SlotClient {
    runtime: Runtime,
    slots: EitherSlots,
}

impl SlotClient {
    pub(crate) fn ask(&mut self, upstream: &str, ask: Ask) -> Result<Slots> {
        let Ask { wanted, spacing, hold } = ask;
        match &mut self.slots {
            EitherSlots::Postgres(slots) => self.runtime.block_on(slots.ask(upstream, wanted, spacing, hold)),
            EitherSlots::Redis(slots) => self.runtime.block_on(slots.ask(upstream, wanted, spacing, hold)),
        }
    }
}

/// What a client asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask {
    pub(crate) wanted: u32,
    pub(crate) spacing: Duration,
    pub(crate) hold: Duration,
}

enum EitherStates {
    Postgres(PostgresStates),
    Redis(RedisStates),
}

/// A client that replaces states, on a runtime of its own.
pub(crate) struct StateClient {
    runtime: Runtime,
    states: EitherStates,
}

impl StateClient {
    pub(crate) fn read(&mut self, upstream: &str) -> Result<(Vec<u8>, Duration)> {
        match &mut self.states {
            EitherStates::Postgres(states) => self.runtime.block_on(states.read(upstream)),
            EitherStates::Redis(states) => self.runtime.block_on(states.read(upstream)),
        }
    }

    pub(crate) fn replace(&mut self, upstream: &str, old: &[u8], new: &[u8]) -> Result<bool> {
        match &mut self.states {
            EitherStates::Postgres(states) => self.runtime.block_on(states.replace(upstream, old, new)),
            EitherStates::Redis(states) => self.runtime.block_on(states.replace(upstream, old, new)),
        }
    }

    pub(crate) fn admit(&mut self, upstream: &str, mut step: impl FnMut(&[u8], Duration) -> Vec<u8> + Send) -> Result<()> {
        let step = |state: &[u8], now| Ok((step(state, now), ()));
        match &mut self.states {
            EitherStates::Postgres(states) => self.runtime.block_on(states.admit(upstream, step)),
            EitherStates::Redis(states) => self.runtime.block_on(states.admit(upstream, step)),
        }
    }
}

enum EitherPace {
    Postgres(FoundPace<PostgresStates>),
    Redis(FoundPace<RedisStates>),
}

/// A client of a pace that is found, on a runtime of its own.
pub(crate) struct PaceClient {
    runtime: Runtime,
    pace: EitherPace,
}

impl PaceClient {
    pub(crate) fn grant(&mut self, ask: &fleet::Ask) -> Result<Grant> {
        match &mut self.pace {
            EitherPace::Postgres(pace) => self.runtime.block_on(pace.grant(ask)),
            EitherPace::Redis(pace) => self.runtime.block_on(pace.grant(ask)),
        }
    }
}

/// Runs `client` in eight threads at once, each with its number, and returns what each has returned.
pub(crate) fn at_once<T: Send>(client: impl Fn(usize) -> Result<T> + Sync) -> Result<Vec<T>> {
    thread::scope(|scope| {
        let threads: Vec<_> = (0..CLIENTS)
            .map(|number| {
                scope.spawn({
                    let client = &client;
                    move || client(number)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().map_err(|_| anyhow!("a client panicked"))?).collect()
    })
}
