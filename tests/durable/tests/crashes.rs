//! Five hundred orders, four workers, and everything that can crash.
#![expect(clippy::float_arithmetic, reason = "polls a second are shown")]

use std::{
    collections::{BTreeMap, BTreeSet},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use asyncpoll::{Decision, Elapsed, Outcome, Poller, SeededRng, Snapshot, rand_core::Rng as _, random_seed};
use asyncpoll_durable::{
    authority::{Answer, Authority, CANCELLED, DELETED, Question, SLOW},
    database::Database,
    polling::Claim,
    settling::{LOST, POLICY},
    worker::LEASE,
};
use postgres::Client;
use rustix::process::{Pid, Signal, kill_process};

const ORDERS: i64 = 500;
const WORKERS: usize = 4;

/// The order whose poller was put away without its generator, as a fleet does.
const WITHOUT_GENERATOR: i64 = 11;

/// After this, nothing is to be expected any more.
const HANGS: Duration = Duration::from_secs(300);

/// Keeps what is kept of an order, one row a poll, in the same transaction.
const HISTORY: &str = "
    create table history (
        number bigserial primary key, order_id bigint not null, snapshot bytea not null, ended text, last_error text,
        worker text not null default current_setting('application_name'));
    create function note() returns trigger language plpgsql as $$
    begin
        insert into history (order_id, snapshot, ended, last_error)
            values (new.id, substr(new.snapshot, 9), new.ended, new.last_error);
        return new;
    end $$;
    create trigger note after update on orders for each row
        when (old.snapshot is distinct from new.snapshot) execute function note()";

/// Cancels an order, as the guide does.
const CANCEL: &str = "
    update orders set claim = claim + 1, due = null, ended = 'cancelled' where id = $1 and ended is null";

/// What has happened to workers, by their process ids.
#[derive(Debug, Default)]
struct Crashes {
    killed: BTreeSet<u32>,
    stopped: BTreeSet<u32>,
    /// Those that were there when the database was not.
    cut_off: BTreeSet<u32>,
}

impl Crashes {
    /// Returns how many polls of a worker may have been made and not kept: one a crash that it has seen.
    fn of(&self, worker: u32) -> usize {
        [&self.killed, &self.stopped, &self.cut_off].into_iter().filter(|crashed| crashed.contains(&worker)).count()
    }
}

/// A worker process, killed by its id when dropped.
struct Worker(Child);

impl Drop for Worker {
    fn drop(&mut self) {
        // It has ended already if this fails.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

struct Workers {
    claim: Claim,
    database: String,
    url: String,
    running: Vec<Worker>,
}

impl Workers {
    fn start_one(&mut self) -> Result<()> {
        let worker = Command::new(env!("CARGO_BIN_EXE_worker"))
            .args([&format!("{:?}", self.claim), &self.database, &self.url])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        self.running.push(Worker(worker));
        Ok(())
    }

    /// Kills one, puts another in its place, and returns which it was.
    fn replace(&mut self, which: usize) -> Result<u32> {
        let id = self.running.swap_remove(which).0.id();
        self.start_one()?;
        Ok(id)
    }

    /// Stops the first where it is, once it is in the middle of a poll, and returns which it is.
    fn stop_amid_a_poll(&self, authority: &Authority) -> Result<u32> {
        loop {
            let worker = self.signal(Signal::STOP)?;
            if authority.is_asked_by(worker) {
                return Ok(worker);
            }
            self.signal(Signal::CONT)?;
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn signal(&self, signal: Signal) -> Result<u32> {
        let Worker(worker) = self.running.first().context("there are four")?;
        kill_process(Pid::from_child(worker), signal)?;
        Ok(worker.id())
    }
}

#[test]
fn lock_every_order_comes_to_its_end_and_no_crash_shows() -> Result<()> {
    survive(Claim::Lock)
}

#[test]
fn lease_every_order_comes_to_its_end_and_no_crash_shows() -> Result<()> {
    survive(Claim::Lease)
}

fn survive(claim: Claim) -> Result<()> {
    let seed = random_seed();
    println!("the crashes are drawn with seed {seed}");
    let mut rng = SeededRng::new(seed);
    let mut below = |end: u64| rng.next_u64() % end;

    let mut database = Database::start()?;
    let authority = Authority::start(2 * WORKERS)?;
    let mut client = database.connect()?;
    client.batch_execute(include_str!("../src/schema.sql"))?;
    client.batch_execute(HISTORY)?;
    client.batch_execute(&format!("alter table orders alter lease set default '{} seconds'", LEASE.as_secs()))?;
    // A worker names the isolation that it wants.
    client.batch_execute("alter database postgres set default_transaction_isolation = serializable")?;
    place_orders(&mut client)?;

    let started = Instant::now();
    let mut workers = Workers { claim, database: database.settings(), url: authority.url().to_owned(), running: Vec::new() };
    for _ in 0..WORKERS {
        workers.start_one()?;
    }
    let mut crashes = Crashes::default();
    // The largest crashes come when at least this many orders have ended.
    let (mut to_stop, mut to_cut_off) = (Some(0), Some(ORDERS / 3));
    for (question, statement) in [(CANCELLED, CANCEL), (DELETED, "delete from orders where id = $1")] {
        while !authority.asked().contains_key(&question) {
            ensure!(started.elapsed() < HANGS, "{question:?} is not asked");
            thread::sleep(Duration::from_millis(10));
        }
        ensure!(client.execute(statement, &[&question.0])? == 1, "{question:?}: the order has ended");
    }
    loop {
        // One is deleted.
        let ended: i64 = client.query_one("select 1 + count(*) from orders where ended is not null", &[])?.get(0);
        if ended == ORDERS {
            break;
        }
        ensure!(started.elapsed() < HANGS, "only {ended} orders have ended");
        if to_stop.take_if(|at| *at <= ended).is_some() {
            let worker = workers.stop_amid_a_poll(&authority)?;
            crashes.stopped.insert(worker);
            let polls = authority.polls_by(worker);
            thread::sleep(LEASE + LEASE / 2);
            workers.signal(Signal::CONT)?;
            // Until it has tried to keep what it found.
            while authority.polls_by(worker) == polls {
                ensure!(started.elapsed() < HANGS, "worker {worker} does not go on");
                thread::sleep(Duration::from_millis(10));
            }
        } else if to_cut_off.take_if(|at| *at <= ended).is_some() {
            crashes.cut_off.extend(workers.running.iter().map(|worker| worker.0.id()));
            database.crash()?;
            client = database.connect()?;
        } else {
            thread::sleep(Duration::from_millis(below(200)));
            let which = usize::try_from(below(WORKERS as u64))?;
            crashes.killed.insert(workers.replace(which)?);
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    drop(workers);

    let kept = history(&mut client)?;
    let polls: usize = kept.values().map(Vec::len).sum();
    let killed = crashes.killed.len();
    #[expect(clippy::cast_precision_loss, reason = "there are some thousands")]
    let rate = polls as f64 / seconds;
    println!("{claim:?}: {polls} polls in {seconds:.1} s, {rate:.0} a second, and {killed} workers killed");
    let repeated = assert_each_repeated_poll_has_its_crash(&authority.asked(), &kept, &crashes)?;
    println!("{repeated} polls were made again");
    assert!(to_stop.is_none() && to_cut_off.is_none(), "it was over too soon");
    for (order, polls) in &kept {
        assert_replayed(*order, polls).with_context(|| format!("order {order}"))?;
    }
    let mut orders = 1..=ORDERS;
    // Of these two, nothing is kept with a lease.
    ensure!(orders.all(|order| kept.contains_key(&order) || [CANCELLED.0, DELETED.0].contains(&order)), "an order is missing");
    let cancelled = client.query_one("select ended, due from orders where id = $1", &[&CANCELLED.0])?;
    assert_eq!(cancelled.get::<_, &str>(0), "cancelled");
    for (order, before) in [CANCELLED, DELETED] {
        let mut asked = authority.asked().into_keys();
        // A lock has the poll kept before.
        ensure!(!asked.any(|(id, polls)| id == order && polls > before), "order {order} came back");
    }
    Ok(())
}

fn place_orders(client: &mut Client) -> Result<()> {
    for order in 1..=ORDERS {
        let snapshot = match order {
            WITHOUT_GENERATOR => poller(order).snapshot_without_generator(Duration::ZERO),
            _ => first(order),
        };
        client.execute(
            "insert into orders (id, snapshot) values ($1, int8send($1) || $2::bytea)",
            &[&order, &&snapshot.as_bytes()[..]],
        )?;
    }
    Ok(())
}

fn poller(order: i64) -> Poller<Duration> {
    Poller::seeded(POLICY, order.cast_unsigned(), Duration::ZERO)
}

/// The poller of an order, before anything is known of it.
fn first(order: i64) -> Snapshot {
    poller(order).snapshot(Duration::ZERO)
}

/// What was kept after a poll, and by whom.
struct Kept {
    snapshot: Snapshot,
    ended: Option<String>,
    /// Whether it stands for a claim of which nothing was kept.
    lost: bool,
    worker: u32,
}

fn history(client: &mut Client) -> Result<BTreeMap<i64, Vec<Kept>>> {
    let mut kept: BTreeMap<i64, Vec<Kept>> = BTreeMap::new();
    for row in client.query("select order_id, snapshot, ended, worker, last_error from history order by number", &[])? {
        let snapshot = Snapshot::from_bytes(row.get(1))?;
        let worker = row.get::<_, &str>(3).parse()?;
        let last_error: Option<&str> = row.get(4);
        let polls = kept.entry(row.get(0)).or_default();
        // A poll that found no error leaves the last one.
        let lost = last_error.is_some_and(|error| error.starts_with(LOST))
            && errors(&snapshot) > polls.last().map_or(0, |kept| errors(&kept.snapshot));
        polls.push(Kept { snapshot, ended: row.get(2), lost, worker });
    }
    Ok(kept)
}

fn errors(snapshot: &Snapshot) -> u32 {
    let [_, _, _, _, _, _, _, _, errors @ ..] = snapshot.as_bytes();
    errors.first_chunk().map_or(0, |errors| u32::from_le_bytes(*errors))
}

/// Tells one poller that is never interrupted what every poll found: it has the same states, to the nanosecond and the bit.
fn assert_replayed(order: i64, polls: &[Kept]) -> Result<()> {
    let mut poller = Poller::restore(&first(order), POLICY, Duration::ZERO, Elapsed(Duration::ZERO))?;
    for (before, kept) in (0..).zip(polls) {
        let (answer, now) = (Answer::to((order, before)), kept.snapshot.elapsed());
        let (outcome, hint) =
            if kept.lost { (Outcome::transient(LOST.into()), None) } else { (answer.outcome(), answer.hint()) };
        ensure!(poller.due().is_some_and(|due| due <= now), "poll {} came before it was due", before + 1);
        let decision = poller.step(outcome, now);
        if (order, before) == (WITHOUT_GENERATOR, 0) {
            // Whoever polled it first has given it a generator.
            poller = Poller::restore(&kept.snapshot, POLICY, now, Elapsed(now))?;
            continue;
        }
        ensure!(poller.snapshot(now) == kept.snapshot, "{:?} is not {:?}", poller.snapshot(now), kept.snapshot);
        if let Decision::Sleep(wait) = decision {
            ensure!(wait >= hint.unwrap_or_default(), "the wait of {wait:?} is shorter than the hint");
            let due = poller.due().context("it goes on")?;
            ensure!(POLICY.max_wait().is_some_and(|max_wait| due <= max_wait), "a poll is due at {due:?}");
        }
        ensure!(poller.is_finished() == kept.ended.is_some(), "it is {} after {} polls", kept.ended.is_some(), before + 1);
    }
    ensure!(poller.is_finished() || [CANCELLED.0, DELETED.0].contains(&order), "it has not ended");
    Ok(())
}

/// A poll that was asked for and not kept, or kept by another, is the crash of the worker that asked for it: one a crash.
fn assert_each_repeated_poll_has_its_crash(
    asked: &BTreeMap<Question, Vec<u32>>,
    kept: &BTreeMap<i64, Vec<Kept>>,
    crashes: &Crashes,
) -> Result<usize> {
    let mut lost: BTreeMap<u32, Vec<Question>> = BTreeMap::new();
    for (&(order, before), workers) in asked {
        // While its poll goes on, others make it as well; and of the two others, nothing is kept with a lease.
        if [SLOW, CANCELLED, DELETED].contains(&(order, before)) {
            continue;
        }
        let keeper = kept.get(&order).and_then(|polls| polls.get(usize::try_from(before).ok()?)).map(|kept| kept.worker);
        let mut others = workers.clone();
        if let Some(place) = others.iter().rposition(|worker| Some(*worker) == keeper) {
            others.remove(place);
        }
        for worker in others {
            lost.entry(worker).or_default().push((order, before));
        }
    }
    for (order, polls) in kept {
        for (before, kept) in (0..).zip(polls) {
            ensure!(
                kept.lost || asked.contains_key(&(*order, before)),
                "order {order} has a poll {before} that was never made"
            );
        }
    }
    for worker in &crashes.stopped {
        ensure!(lost.contains_key(worker), "worker {worker} was stopped amid a poll, which nobody has made again");
    }
    for (worker, questions) in &lost {
        let most = crashes.of(*worker);
        ensure!(questions.len() <= most, "worker {worker} lost {questions:?}, and crashed {most} times");
    }
    Ok(lost.values().map(Vec::len).sum())
}
