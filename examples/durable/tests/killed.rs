//! The program, killed at fifty moments and run again each time.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use asyncpoll::{Decision, Outcome, Policy, Poller, SeededRng, rand_core::Rng as _, random_seed};
use rusqlite::Connection;

const KILLS: u32 = 50;

/// The policy of the program.
fn policy() -> Policy {
    Policy::builder()
        .initial_wait(Duration::from_millis(500))
        .multiplier(3, 2)
        .max_backoff(Duration::from_secs(2))
        .build()
        .expect("it is one")
}

fn program(file: &Path) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_durable"));
    program.arg(file).stdin(Stdio::null());
    program
}

/// Runs the program to its end, and returns what it prints.
fn run(file: &Path) -> String {
    let output = program(file).output().expect("it starts");
    let text = String::from_utf8(output.stdout).expect("it prints text");
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

#[test]
fn it_says_that_it_goes_on() {
    let folder = tempfile::tempdir().expect("there is room for one");
    let file = folder.path().join("order.sqlite");
    let mut running = program(&file).stdout(Stdio::piped()).spawn().expect("it starts");
    let lines = BufReader::new(running.stdout.take().expect("it is piped")).lines();
    let first: Vec<_> = lines.take(2).map(|line| line.expect("it prints text")).collect();
    running.kill().expect("it is ours");
    running.wait().expect("it is ours");
    assert_eq!(first[0], format!("An order is placed, and kept in {}.", file.display()));
    assert!(first[1].starts_with("poll 1 after "), "{first:?}");

    let second = run(&file);
    assert!(second.starts_with("An order placed ") && second.contains(" times goes on.\n"), "{second}");
    assert!(!second.contains("poll 1 after "), "{second}");
}

#[test]
fn it_goes_on_where_it_was_however_often_it_is_killed() {
    let folder = tempfile::tempdir().expect("there is room for one");
    let file = folder.path().join("order.sqlite");
    let seed = random_seed();
    println!("the moments to kill at are drawn with seed {seed}");
    let mut rng = SeededRng::new(seed);
    for _ in 0..KILLS {
        let mut running = program(&file).stdout(Stdio::null()).spawn().expect("it starts");
        thread::sleep(Duration::from_micros(rng.next_u64() % 200_000));
        running.kill().expect("it is ours");
        running.wait().expect("it is ours");
    }
    let last = run(&file);
    assert!(last.ends_with("issued; certificate-17 is issued\n"), "{last}");
    assert!(run(&file).starts_with("The order has ended: certificate-17 is issued. "));

    let store = Connection::open(&file).expect("it is a file of SQLite");
    let one = |sql| store.query_row(sql, [], |row| row.get::<_, i64>(0)).expect("it is one number");
    assert_eq!(one("select count(*) from orders where ended = 'certificate-17 is issued'"), 1);
    assert_eq!(one("select count(*) from polls where answer = 'issued'"), 1);
    // The authority takes twelve seconds, by a clock that runs while nobody polls.
    assert!(one("select elapsed from polls where answer = 'issued'") > 11_900_000_000, "the time away was lost");
    replay(&store, one("select seed from orders").cast_unsigned());
}

/// Tells one poller that is never interrupted what every poll found: it has each poll due when the many had.
fn replay(store: &Connection, seed: u64) {
    let mut poller = Poller::seeded(policy(), seed, Duration::ZERO);
    let mut polls = store.prepare("select number, elapsed, answer, due from polls order by number").expect("there is a table");
    let rows = polls.query_map([], |row| {
        Ok((row.get::<_, u32>(0)?, row.get::<_, i64>(1)?, row.get::<_, String>(2)?, row.get::<_, Option<i64>>(3)?))
    });
    let nanos = |nanos: i64| Duration::from_nanos(nanos.unsigned_abs());
    for row in rows.expect("there are rows") {
        let (number, elapsed, answer, due) = row.expect("it is one");
        assert!(poller.due().is_some_and(|due| due <= nanos(elapsed)), "poll {number} came early");
        let outcome = match &*answer {
            "issued" => Outcome::Done(()),
            "pending" => Outcome::pending(),
            _ => Outcome::transient(()),
        };
        let decision = poller.step(outcome, nanos(elapsed));
        assert_eq!((poller.polls(), poller.due()), (number, due.map(nanos)), "after {answer}");
        assert_eq!(due.is_none(), matches!(decision, Decision::Done(())));
    }
    assert!(poller.is_finished());
}
