//! The worker: it claims an order, polls it, and keeps what was found.

use std::time::{Duration, Instant};

use asyncpoll::Outcome;
use postgres::{Client, NoTls, Statement};

use crate::settling::{Found, Order};

/// How an order is kept from other workers while it is polled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// By a lock on its row.
    Lock,
    /// By being due later, when its lease runs out.
    Lease,
}

impl Claim {
    /// Returns the statement that claims the oldest order due but `$1`.
    ///
    /// `now()` is a constant for the index, and `clock_timestamp()` is not.
    /// Either updates, so that a row that takes no update is found before the
    /// question.
    pub fn statement(self) -> String {
        let (set, lost) = match self {
            Self::Lock => ("claim = claim", "claim > kept"),
            Self::Lease => ("claim = claim + 1, due = clock_timestamp() + lease", "claim > kept + 1"),
        };
        format!(
            "update orders set {set} where id = (
                select id from orders where due <= now() order by due
                offset $1 limit 1 for update skip locked)
            returning id, claim, {lost}, substr(snapshot, 9), last_error,
                (1000000 * extract(epoch from
                    clock_timestamp() - started_at))::bigint"
        )
    }
}

/// Keeps what was found, unless the order was cancelled, deleted or claimed by
/// another worker meanwhile. A lost poll may have outlasted its lease.
const KEEP: &str = "
    update orders set claim = claim + 1, kept = claim + 1,
        snapshot = int8send(id) || $3::bytea, last_error = $4,
        ended = coalesce(ended, $5),
        due = started_at + $6::bigint * interval '1 microsecond',
        lease = case when $7 then least(2 * lease, '10 minutes') else lease end
    where id = $1 and claim = $2";

/// Puts off an order that cannot be restored or kept, as a claim of which
/// nothing was kept, and never until before its poller says.
const PUT_OFF: &str = "
    update orders set claim = claim + 1, last_error = $3,
        lease = least(2 * lease, '10 minutes'),
        due = greatest(clock_timestamp() + lease,
            started_at + $4::bigint * interval '1 microsecond')
    where id = $1 and claim = $2";

/// A worker of its own connection, which it makes anew if it is lost.
pub struct Worker {
    claim: Claim,
    settings: String,
    database: Option<Database>,
    /// The orders at the front that cannot even be claimed, as of when.
    skip: i64,
    skipped_at: Instant,
}

impl Worker {
    /// Makes a worker that connects with these settings.
    pub fn new(claim: Claim, settings: &str) -> Self {
        let settings = settings.to_owned();
        let skipped_at = Instant::now();
        Self { claim, settings, database: None, skip: 0, skipped_at }
    }

    /// Polls an order that is due, and says whether there was one.
    pub fn poll_one(&mut self, ask: impl FnOnce(i64, u32) -> Outcome<String, String>) -> anyhow::Result<bool> {
        if self.skipped_at.elapsed() > Duration::from_secs(60) {
            self.skip = 0;
        }
        let polled = self.poll(ask);
        match polled {
            Ok(true) => {}
            Ok(false) => self.skip = 0,
            Err(_) => {
                self.skip += 1;
                self.skipped_at = Instant::now();
            }
        }
        polled
    }

    fn poll(&mut self, ask: impl FnOnce(i64, u32) -> Outcome<String, String>) -> anyhow::Result<bool> {
        // It is put back if nothing fails.
        let mut database = match self.database.take() {
            Some(database) => database,
            None => Database::connect(self.claim, &self.settings)?,
        };
        let order = database.claim(self.skip)?;
        if let Some(order) = &order {
            // If we die from here on, the lock is gone, or the lease runs out.
            let found = order.poll(ask).map_err(anyhow::Error::from);
            if database.settle(order, &found).is_err() {
                // The connection is lost, and the lock with it. Or the column
                // takes no reason.
                database = Database::connect(self.claim, &self.settings)?;
                database.settle(order, &found).or_else(|_| database.put_off(order, &found, None))?;
            }
        }
        self.database = Some(database);
        Ok(order.is_some())
    }
}

/// A connection, and the statements that are prepared on it.
struct Database {
    client: Client,
    claim: Statement,
    keep: Statement,
    put_off: Statement,
    locks: bool,
    /// Whether a transaction is open that holds the lock.
    locked: bool,
}

impl Database {
    fn connect(claim: Claim, settings: &str) -> Result<Self, postgres::Error> {
        let mut client = Client::connect(settings, NoTls)?;
        // Under a stricter one, workers would fail because of each other.
        client.batch_execute("set default_transaction_isolation = 'read committed'")?;
        Ok(Self {
            claim: client.prepare(&claim.statement())?,
            keep: client.prepare(KEEP)?,
            put_off: client.prepare(PUT_OFF)?,
            client,
            locks: claim == Claim::Lock,
            locked: false,
        })
    }

    fn claim(&mut self, skip: i64) -> Result<Option<Order>, postgres::Error> {
        if self.locks {
            self.client.batch_execute("begin isolation level read committed")?;
        }
        let at = Instant::now();
        let row = self.client.query_opt(&self.claim, &[&skip])?;
        if self.locks {
            self.locked = row.is_some();
            let next = if self.locked { "savepoint claimed" } else { "commit" };
            self.client.batch_execute(next)?;
        }
        Ok(row.map(|row| Order {
            id: row.get(0),
            claim: row.get(1),
            lost: row.get(2),
            snapshot: row.get(3),
            last_error: row.get(4),
            elapsed: Duration::from_micros(row.get::<_, i64>(5).try_into().unwrap_or(0)),
            at,
        }))
    }

    /// Keeps what was found or, if that cannot be, puts the order off.
    fn settle(&mut self, order: &Order, found: &anyhow::Result<Found>) -> anyhow::Result<()> {
        if let Err(error) = self.keep(order, found) {
            if self.locked {
                self.client.batch_execute("rollback to claimed")?;
            }
            // Every database can store such text.
            let reason = format!("put off: {}", format!("{error:#}").escape_default());
            self.put_off(order, found, Some(&reason))?;
        }
        if self.locked {
            self.client.batch_execute("commit")?;
            self.locked = false;
        }
        Ok(())
    }

    fn keep(&mut self, order: &Order, found: &anyhow::Result<Found>) -> anyhow::Result<()> {
        let found = found.as_ref().map_err(|error| anyhow::anyhow!("{error:#}"))?;
        let Found { snapshot, last_error, ended } = found;
        let snapshot = &snapshot.as_bytes()[..];
        self.client.execute(&self.keep, &[&order.id, &order.claim, &snapshot, last_error, ended, &found.due(), &order.lost])?;
        Ok(())
    }

    fn put_off(&mut self, order: &Order, found: &anyhow::Result<Found>, reason: Option<&str>) -> anyhow::Result<()> {
        let due = found.as_ref().ok().and_then(Found::due);
        self.client.execute(&self.put_off, &[&order.id, &order.claim, &reason, &due])?;
        Ok(())
    }
}
