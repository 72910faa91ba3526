//! What a worker keeps of its orders, while the database is there and while it is not.

use std::{
    thread::{self, JoinHandle},
    time::Duration,
};

use anyhow::{Result, anyhow, ensure};
use asyncpoll::{Policy, Poller, random_seed};
use asyncpoll_durable::database::Database;
use asyncpoll_machines::{
    orders::Order,
    worker::{keeper::Unkept, table::Table},
};

use crate::support::runtime;

fn order(id: i64, ended: Option<&str>) -> Order {
    let poller = Poller::seeded(Policy::default(), random_seed(), Duration::ZERO);
    let poller = poller.snapshot_without_generator(Duration::ZERO);
    Order { id, poller, last_error: None, ended: ended.map(str::to_owned) }
}

/// Starts a database that has so many orders of the first worker.
fn database(orders: i64) -> Result<Database> {
    let database = Database::start()?;
    let mut client = database.connect()?;
    client.batch_execute(include_str!("../../src/worker/table.sql"))?;
    for id in 1..=orders {
        let snapshot = order(id, None).poller;
        let text = "insert into orders (id, worker, snapshot) values ($1, 1, $2)";
        client.execute(text, &[&id, &&snapshot.as_bytes()[..]])?;
    }
    Ok(database)
}

/// Returns how each order has ended.
fn ends(database: &Database) -> Result<Vec<Option<String>>> {
    let rows = database.connect()?.query("select ended from orders order by id", &[])?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Keeps in a thread what is added.
fn keep(unkept: &Unkept, settings: String) -> JoinHandle<Result<()>> {
    let unkept = unkept.clone();
    thread::spawn(move || {
        runtime()?.block_on(unkept.keep(Table::new(&settings)));
        Ok(())
    })
}

/// What is decided while the database is gone is kept once it is back.
#[test]
fn nothing_is_lost_while_the_database_is_gone() -> Result<()> {
    let mut database = database(2)?;
    let unkept = Unkept::default();
    let settings = database.settings();
    database.stop()?;
    unkept.add(&order(1, None));
    let keeper = keep(&unkept, settings);
    // It has failed to keep the order by then, or keeps its end at once.
    thread::sleep(Duration::from_millis(500));
    unkept.add(&order(1, Some("done: 1")));
    unkept.add(&order(2, Some("done: 2")));
    unkept.are_all();
    thread::sleep(Duration::from_millis(500));
    database.run()?;
    keeper.join().map_err(|_| anyhow!("it panicked"))??;
    let ends = ends(&database)?;
    ensure!(ends == [Some("done: 1".into()), Some("done: 2".into())], "{ends:?}");
    Ok(())
}

/// What was decided while an older decision could not be kept is what is kept.
#[test]
fn what_is_newer_is_kept() -> Result<()> {
    let database = database(1)?;
    let unkept = Unkept::default();
    let mut client = database.connect()?;
    let mut transaction = client.transaction()?;
    transaction.execute("select from orders for update", &[])?;
    unkept.add(&order(1, None));
    let keeper = keep(&unkept, database.settings());
    // By then the statement waits for the lock, and by the end of the next sleep it has been given up.
    thread::sleep(Duration::from_millis(400));
    unkept.add(&order(1, Some("done: 1")));
    thread::sleep(Duration::from_millis(1_000));
    transaction.rollback()?;
    unkept.are_all();
    keeper.join().map_err(|_| anyhow!("it panicked"))??;
    let ends = ends(&database)?;
    ensure!(ends == [Some("done: 1".into())], "{ends:?}");
    Ok(())
}

/// An order that has ended stays as it is, and is not polled by whoever comes next.
#[test]
fn an_end_stays() -> Result<()> {
    let database = database(2)?;
    let runtime = runtime()?;
    let mut table = Table::new(&database.settings());
    runtime.block_on(table.keep([order(1, Some("done: 1"))].iter()))?;
    runtime.block_on(table.keep([order(1, Some("done: twice")), order(2, None)].iter()))?;
    ensure!(ends(&database)? == [Some("done: 1".into()), None]);
    let open = runtime.block_on(table.open(1))?;
    ensure!(open.iter().map(|(order, _)| order.id).eq([2]), "{open:?}");
    ensure!(runtime.block_on(table.open(2))?.is_empty());
    Ok(())
}
