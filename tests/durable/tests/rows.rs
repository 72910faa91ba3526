//! A row that cannot be restored, polled or kept stops no other, and is asked about no sooner than its poller says.

use std::{thread, time::Duration};

use anyhow::{Context as _, Result, ensure};
use asyncpoll::{Outcome, Poller};
use asyncpoll_durable::{
    database::Database,
    polling::{Claim, Worker},
    settling::{LOST, POLICY},
};
use postgres::{Client, NoTls};

type Answer = Outcome<String, String>;

/// The order that something is wrong with.
const SICK: i64 = 1;

/// How many orders there are that nothing is wrong with.
const HEALTHY: i64 = 5;

/// A table with one sick order, the oldest, and a worker. Time is moved on by moving all orders back.
struct Table {
    client: Client,
    worker: Worker,
    passed: Duration,
    /// When the sick order was asked about.
    asked: Vec<Duration>,
    errors: usize,
}

impl Table {
    fn new(database: &Database, claim: Claim, options: &str) -> Result<Self> {
        let settings = format!("{} options='{options}'", database.settings());
        Self::at(&settings, claim)
    }

    fn at(settings: &str, claim: Claim) -> Result<Self> {
        let mut client = Client::connect(settings, NoTls)?;
        client.batch_execute("set statement_timeout = 0; drop table if exists orders")?;
        client.batch_execute(include_str!("../src/schema.sql"))?;
        for id in SICK..=SICK + HEALTHY {
            place(&mut client, id)?;
        }
        let worker = Worker::new(claim, settings);
        Ok(Self { client, worker, passed: Duration::ZERO, asked: Vec::new(), errors: 0 })
    }

    /// Polls what is due until nothing is, or too much is. `sick` is what is found of the sick order.
    fn poll(&mut self, sick: &mut dyn FnMut(&mut Client) -> Answer) -> Result<()> {
        for _ in 0..50 {
            let Self { client, worker, passed, asked, errors } = self;
            let polled = worker.poll_one(|id, _| match id {
                SICK => {
                    asked.push(*passed);
                    sick(client)
                }
                _ => Outcome::Done("issued".into()),
            });
            match polled {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(_) => *errors += 1,
            }
        }
        anyhow::bail!("something is due again and again")
    }

    /// Polls whatever comes due within a time.
    fn poll_for(&mut self, time: Duration, sick: &mut dyn FnMut(&mut Client) -> Answer) -> Result<()> {
        let end = self.passed + time;
        loop {
            self.poll(sick)?;
            let next = "select (1000000 * extract(epoch from min(due) - clock_timestamp()))::bigint from orders";
            let Some(micros) = self.client.query_one(next, &[])?.get::<_, Option<i64>>(0) else { return Ok(()) };
            let wait = Duration::from_micros(micros.try_into().unwrap_or(0)) + Duration::from_micros(1);
            if self.passed + wait > end {
                return Ok(());
            }
            self.pass(wait)?;
        }
    }

    fn pass(&mut self, time: Duration) -> Result<()> {
        self.passed += time;
        let micros = i64::try_from(time.as_micros())?;
        let text =
            format!("update orders set started_at = started_at - interval '{micros} us', due = due - interval '{micros} us'");
        self.client.batch_execute(&text)?;
        Ok(())
    }

    fn assert_healthy(&mut self) -> Result<()> {
        let healthy = "select count(*) from orders where id <> $1 and ended = 'done: issued'";
        let healthy: i64 = self.client.query_one(healthy, &[&SICK])?.get(0);
        ensure!(healthy == HEALTHY, "{healthy} of {HEALTHY} orders have ended");
        Ok(())
    }

    fn sick<T: for<'a> postgres::types::FromSql<'a>>(&mut self, what: &str) -> Result<T> {
        Ok(self.client.query_one(&format!("select {what} from orders where id = 1"), &[])?.try_get(0)?)
    }

    fn text(&mut self, what: &str) -> Result<String> {
        Ok(self.sick::<Option<String>>(what)?.unwrap_or_default())
    }
}

fn place(client: &mut Client, id: i64) -> Result<()> {
    let snapshot = Poller::seeded(POLICY, id.cast_unsigned(), Duration::ZERO).snapshot(Duration::ZERO);
    client.execute(
        "insert into orders (id, snapshot) values ($1, int8send($1) || $2::bytea)",
        &[&id, &&snapshot.as_bytes()[..]],
    )?;
    Ok(())
}

fn issued(_: &mut Client) -> Answer {
    Outcome::Done("issued".into())
}

/// What is wrong with an order, and what is to become of it.
struct Sickness {
    name: &'static str,
    /// What brings it about.
    sql: &'static str,
    found: fn(&mut Client) -> Answer,
    /// How often it may be asked about in a minute: by the ladder, up to the deadline, about twelve times.
    asks: std::ops::RangeInclusive<usize>,
    /// What `last_error` and `ended` say in the end.
    last_error: &'static str,
    ended: &'static str,
}

const SICKNESSES: [Sickness; 16] = [
    Sickness {
        name: "a damaged snapshot",
        sql: "update orders set snapshot = int8send(id) || 'damaged'::bytea where id = 1",
        found: issued,
        asks: 0..=0,
        last_error: "put off: snapshot is",
        ended: "",
    },
    Sickness {
        name: "a snapshot of a later version",
        sql: "update orders set snapshot = set_byte(snapshot, 8, 2) where id = 1",
        found: issued,
        asks: 0..=0,
        last_error: "put off: snapshot is of version 2",
        ended: "",
    },
    Sickness {
        name: "a NUL in the error",
        sql: "",
        found: |_| Outcome::transient("5\x003".into()),
        asks: 8..=20,
        last_error: "5\\03",
        ended: "gave up",
    },
    Sickness {
        name: "a NUL in the result",
        sql: "",
        found: |_| Outcome::Done("i\0ssued".into()),
        asks: 1..=1,
        last_error: "",
        ended: "done: i\\0ssued",
    },
    Sickness {
        name: "an error of ten megabytes",
        sql: "alter table orders add check (length(last_error) <= 1000)",
        found: |_| Outcome::transient("é".repeat(5_000_000)),
        asks: 8..=20,
        last_error: "ééééé",
        ended: "gave up",
    },
    Sickness {
        name: "an error too long for the column",
        sql: "alter table orders alter last_error type varchar(10)",
        found: |_| Outcome::transient("503 Service Unavailable".into()),
        asks: 1..=1,
        last_error: "",
        ended: "",
    },
    Sickness {
        name: "a result that a constraint refuses",
        sql: "alter table orders add check (ended <> 'done: refused')",
        found: |_| Outcome::Done("refused".into()),
        asks: 1..=8,
        last_error: "violates check constraint",
        ended: "",
    },
    Sickness {
        name: "a result that a deferred trigger refuses",
        sql: "create or replace function refuse() returns trigger language plpgsql as $$ begin raise 'refused'; end $$;
            create constraint trigger refuse after update on orders deferrable initially deferred
            for each row when (new.ended = 'done: refused') execute function refuse()",
        found: |_| Outcome::Done("refused".into()),
        asks: 1..=8,
        last_error: "refused",
        ended: "",
    },
    Sickness {
        name: "a result that takes too long to keep",
        sql: "create or replace function sleep() returns trigger language plpgsql as $$ begin perform pg_sleep(9); return new; end $$;
            create trigger sleep before update on orders
            for each row when (new.ended = 'done: slow') execute function sleep()",
        found: |_| Outcome::Done("slow".into()),
        asks: 1..=8,
        last_error: "statement timeout",
        ended: "",
    },
    Sickness {
        name: "a panic",
        sql: "",
        found: |_| panic!("as it should"),
        asks: 8..=20,
        last_error: "the poll panicked",
        ended: "gave up",
    },
    Sickness {
        name: "a start in an hour",
        sql: "update orders set started_at = started_at + interval '1 hour' where id = 1",
        found: |_| Outcome::pending(),
        asks: 1..=1,
        last_error: "",
        ended: "",
    },
    Sickness {
        name: "a hint of a minute, and an impatient hand",
        sql: "create or replace function hurry() returns trigger language plpgsql as $$ begin new.due = now(); return new; end $$;
            create trigger hurry before update on orders
            for each row when (old.kept = 0 and new.kept = 1 and new.id = 1) execute function hurry()",
        found: |_| Outcome::pending().retry_after(Duration::from_secs(9)),
        asks: 2..=2,
        last_error: "",
        ended: "gave up",
    },
    Sickness {
        name: "a start before all calendars",
        sql: "update orders set started_at = '4713-01-01 BC' where id = 1",
        found: |_| Outcome::pending(),
        asks: 1..=1,
        last_error: "",
        ended: "gave up",
    },
    Sickness {
        name: "a start after all calendars",
        sql: "update orders set started_at = '294276-12-31 23:59:59' where id = 1",
        found: |_| Outcome::pending(),
        asks: 0..=1,
        last_error: "",
        ended: "",
    },
    Sickness {
        name: "due since ever",
        sql: "update orders set due = '-infinity' where id = 1",
        found: |_| Outcome::pending(),
        asks: 8..=20,
        last_error: "",
        ended: "gave up",
    },
    Sickness {
        name: "a damaged snapshot and no place to say so",
        sql: "update orders set snapshot = int8send(id) || 'damaged'::bytea where id = 1;
            alter table orders add check (last_error is null)",
        found: issued,
        asks: 0..=0,
        last_error: "",
        ended: "",
    },
];

fn stops_no_other(claim: Claim) -> Result<()> {
    let database = Database::start()?;
    for Sickness { name, sql, found, asks, last_error, ended } in SICKNESSES {
        let mut table = Table::new(&database, claim, "-cstatement_timeout=100ms")?;
        table.client.batch_execute(sql)?;
        table.poll(&mut { found }).context(name)?;
        table.assert_healthy().context(name)?;
        table.poll_for(Duration::from_secs(60), &mut { found }).context(name)?;
        let said = (table.text("last_error")?, table.text("ended")?);
        println!("{claim:?}, {name}: asked at {:?}, {said:.60?}, {} errors", table.asked, table.errors);
        ensure!(asks.contains(&table.asked.len()), "{name}: asked {} times", table.asked.len());
        ensure!(said.0.contains(last_error) && said.1.starts_with(ended), "{name}: {said:?}");
    }
    Ok(())
}

#[test]
fn lock_one_sick_row_stops_no_other() -> Result<()> {
    stops_no_other(Claim::Lock)
}

#[test]
fn lease_one_sick_row_stops_no_other() -> Result<()> {
    stops_no_other(Claim::Lease)
}

/// A row that takes no update at all cannot even be put off.
#[test]
fn a_row_that_takes_no_update_is_skipped() -> Result<()> {
    let database = Database::start()?;
    for claim in [Claim::Lock, Claim::Lease] {
        for sql in [
            "create or replace function refuse() returns trigger language plpgsql as $$ begin raise 'refused'; end $$;
             create trigger refuse before update on orders for each row when (new.id <= 1) execute function refuse()",
            "alter table orders add check (id > 1) not valid",
        ] {
            let mut table = Table::new(&database, claim, "")?;
            place(&mut table.client, 0)?;
            table.client.batch_execute("update orders set due = due - interval '1 minute' where id = 0")?;
            table.client.batch_execute(sql)?;
            table.poll(&mut issued)?;
            table.assert_healthy()?;
            ensure!(table.asked.is_empty() && table.errors == 2, "asked {:?}, {} errors", table.asked, table.errors);
        }
    }
    Ok(())
}

/// The first worker's poll goes on while the second's claim finds that its lease has run out.
#[test]
fn a_poll_that_outlasts_its_lease_counts_as_an_error() -> Result<()> {
    let database = Database::start()?;
    let mut table = Table::new(&database, Claim::Lease, "")?;
    table.client.batch_execute("delete from orders where id > 1; update orders set lease = '1 second'")?;
    let mut second = Worker::new(Claim::Lease, &database.settings());
    let asked = std::cell::Cell::new(0);
    let slow = &mut |_: &mut Client| {
        asked.set(asked.get() + 1);
        thread::sleep(Duration::from_millis(1_200));
        // It finds what is due, if anything is.
        second
            .poll_one(|_, _| Outcome::Failed("asked again".into()))
            .map_or_else(|error| Outcome::Failed(error.to_string()), |_| Outcome::pending())
    };
    table.poll(slow)?;
    ensure!(table.sick::<String>("lease::text")? == "00:00:02", "the lease is {}", table.sick::<String>("lease::text")?);
    ensure!(table.text("last_error")?.starts_with(LOST), "{}", table.text("last_error")?);
    // Now it is long enough.
    table.poll_for(Duration::from_secs(2), slow)?;
    ensure!(table.sick::<i64>("kept")? == table.sick::<i64>("claim")? && asked.get() > 1, "asked {} times", asked.get());
    table.poll_for(Duration::from_secs(60), slow)?;
    let ended = table.text("ended")?;
    ensure!(ended.starts_with("gave up"), "{ended}");
    Ok(())
}

#[test]
fn a_poll_whose_connection_is_lost_is_kept() -> Result<()> {
    let database = Database::start()?;
    let terminate = |client: &mut Client| {
        let text = "select pg_terminate_backend(pid) from pg_stat_activity
            where pid <> pg_backend_pid() and backend_type = 'client backend'";
        match client.query(text, &[]) {
            Ok(_) => Outcome::Done("issued".into()),
            Err(error) => Outcome::Failed(error.to_string()),
        }
    };
    let sleep = |_: &mut Client| {
        thread::sleep(Duration::from_millis(500));
        Outcome::Done("issued".into())
    };
    for claim in [Claim::Lock, Claim::Lease] {
        for found in [&mut { terminate } as &mut dyn FnMut(&mut Client) -> Answer, &mut { sleep }] {
            let mut table = Table::new(&database, claim, "-cidle_in_transaction_session_timeout=300ms")?;
            table.poll(found)?;
            table.assert_healthy()?;
            ensure!(table.asked.len() == 1 && table.text("ended")? == "done: issued", "{}", table.text("last_error")?);
        }
    }
    Ok(())
}

#[test]
fn an_order_that_was_cancelled_or_deleted_stays_so() -> Result<()> {
    let database = Database::start()?;
    for end in
        ["update orders set claim = claim + 1, due = null, ended = 'cancelled' where id = 1", "delete from orders where id = 1"]
    {
        let mut table = Table::new(&database, Claim::Lease, "")?;
        let found = &mut |client: &mut Client| match client.batch_execute(end) {
            Ok(()) => Outcome::pending(),
            Err(error) => Outcome::Failed(error.to_string()),
        };
        table.poll_for(Duration::from_secs(60), found)?;
        table.assert_healthy()?;
        ensure!(table.asked.len() == 1 && table.errors == 0, "asked {:?}, {} errors", table.asked, table.errors);
        let left: i64 = table.client.query_one("select count(*) from orders where ended is distinct from 'done: issued' and ended is distinct from 'cancelled'", &[])?.get(0);
        ensure!(left == 0, "{left} orders have not ended");
    }
    Ok(())
}

/// An order that has ended and is made due by hand is not asked about, and has ended as it had.
#[test]
fn an_end_is_an_end() -> Result<()> {
    let database = Database::start()?;
    for claim in [Claim::Lock, Claim::Lease] {
        let mut table = Table::new(&database, claim, "")?;
        table.poll(&mut issued)?;
        table.client.batch_execute("update orders set due = now()")?;
        table.poll(&mut |_| Outcome::Failed("asked again".into()))?;
        table.assert_healthy()?;
        ensure!(table.asked.len() == 1 && table.text("ended")? == "done: issued", "{}", table.text("ended")?);
    }
    Ok(())
}

/// What a database of another encoding cannot store is put off, and says so.
#[test]
fn text_that_the_encoding_lacks_stops_nothing() -> Result<()> {
    let database = Database::start()?;
    database.connect()?.batch_execute("create database latin template template0 encoding latin1")?;
    for claim in [Claim::Lock, Claim::Lease] {
        let settings = database.settings().replace("dbname=postgres", "dbname=latin");
        for found in [|_: &mut Client| Outcome::transient("→".into()), |_: &mut Client| Outcome::Done("→".into())] {
            let mut table = Table::at(&settings, claim)?;
            table.poll(&mut { found })?;
            table.assert_healthy()?;
            table.poll_for(Duration::from_secs(60), &mut { found })?;
            ensure!(table.text("last_error")?.contains("has no equivalent in encoding"), "{}", table.text("last_error")?);
            ensure!((1..=8).contains(&table.asked.len()), "asked {:?}", table.asked);
        }
    }
    Ok(())
}

/// The workers fail because of each other in no isolation that the database prefers.
#[test]
fn the_isolation_is_named() -> Result<()> {
    let database = Database::start()?;
    for claim in [Claim::Lock, Claim::Lease] {
        for isolation in ["serializable", "repeatable\\\\ read"] {
            let mut table = Table::new(&database, claim, &format!("-cdefault_transaction_isolation={isolation}"))?;
            table.client.batch_execute("set default_transaction_isolation = 'read committed'")?;
            for id in 10..200 {
                place(&mut table.client, id)?;
            }
            let settings = format!("{} options='-cdefault_transaction_isolation={isolation}'", database.settings());
            let workers: Vec<_> = (0..4)
                .map(|_| {
                    let mut worker = Worker::new(claim, &settings);
                    thread::spawn(move || {
                        let mut asked = 0;
                        // A worker may find all that is left locked.
                        for _ in 0..1_000 {
                            worker.poll_one(|_, _| {
                                asked += 1;
                                Outcome::Done("issued".into())
                            })?;
                        }
                        anyhow::Ok(asked)
                    })
                })
                .collect();
            let mut asked = 0;
            for worker in workers {
                asked += worker.join().map_err(|_| anyhow::anyhow!("a worker panicked"))??;
            }
            ensure!(asked == 190 + 1 + HEALTHY, "{asked} polls under {isolation}");
        }
    }
    Ok(())
}

/// Somebody has locked the row of a poll in flight, or given the table another column.
#[test]
fn what_others_do_to_the_table_stops_no_other() -> Result<()> {
    let database = Database::start()?;
    for (sql, asks) in
        [("begin; update orders set last_error = 'locked' where id = 1", 1), ("alter table orders add column more text", 1)]
    {
        let mut table = Table::new(&database, Claim::Lease, "-clock_timeout=100ms")?;
        let found = &mut |client: &mut Client| match client.batch_execute(sql) {
            Ok(()) => Outcome::Done("issued".into()),
            Err(error) => Outcome::Failed(error.to_string()),
        };
        table.poll(found)?;
        // After an error, the worker has passed one over, until nothing else is due.
        table.poll(found)?;
        table.assert_healthy()?;
        table.client.batch_execute("commit")?;
        table.poll_for(Duration::from_secs(5), found)?;
        ensure!(table.asked.len() == asks, "asked {:?}", table.asked);
    }
    Ok(())
}

/// A fleet puts orders away without a generator.
#[test]
fn an_order_without_a_generator_gets_one() -> Result<()> {
    let database = Database::start()?;
    for claim in [Claim::Lock, Claim::Lease] {
        let mut table = Table::new(&database, claim, "")?;
        let snapshot = Poller::seeded(POLICY, 1, Duration::ZERO).snapshot_without_generator(Duration::ZERO);
        let update = "update orders set snapshot = int8send(id) || $1::bytea where id = 1";
        table.client.execute(update, &[&&snapshot.as_bytes()[..]])?;
        table.poll_for(Duration::from_secs(60), &mut |_| Outcome::pending())?;
        ensure!((8..=20).contains(&table.asked.len()), "asked {:?}", table.asked);
        ensure!(
            table.text("ended")?.starts_with("gave up") && table.text("last_error")?.is_empty(),
            "{}",
            table.text("ended")?
        );
    }
    Ok(())
}

/// A snapshot says whose it is.
#[test]
fn no_order_takes_the_snapshot_of_another() -> Result<()> {
    let database = Database::start()?;
    let mut table = Table::new(&database, Claim::Lease, "")?;
    for wrong in [
        "update orders set snapshot = (select snapshot from orders where id = 2) where id = 1",
        "update orders set id = 100 where id = 1",
        "insert into orders (id, snapshot) select 100, snapshot from orders where id = 1",
        "update orders set started_at = 'infinity' where id = 1",
    ] {
        let refused = table.client.batch_execute(wrong);
        ensure!(refused.is_err_and(|error| error.code().is_some_and(|code| code.code() == "23514")), "{wrong}");
    }
    Ok(())
}

/// A row that cannot be restored is looked at ever more rarely.
#[test]
fn what_is_put_off_is_put_off_for_longer_each_time() -> Result<()> {
    let database = Database::start()?;
    for claim in [Claim::Lock, Claim::Lease] {
        let mut table = Table::new(&database, claim, "")?;
        table.client.batch_execute("update orders set snapshot = int8send(id) || 'damaged'::bytea where id = 1")?;
        let mut waits = Vec::new();
        for _ in 0..7 {
            table.poll(&mut issued)?;
            let wait: i64 = table.sick("extract(epoch from due - now())::bigint")?;
            waits.push(wait);
            table.pass(Duration::from_secs(wait.unsigned_abs() + 1))?;
        }
        println!("{claim:?}: put off by {waits:?} s");
        ensure!(waits.is_sorted() && waits.first() == Some(&30) && waits.last() == Some(&600), "{waits:?}");
    }
    Ok(())
}
