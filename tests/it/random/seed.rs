//! `random_seed`: no two alike, in one process or in two.

use asyncpoll::random_seed;
use std::{collections::HashSet, env, process::Command, thread};

#[test]
fn a_thousand_seeds_differ() {
    let seeds: HashSet<u64> = (0..1000).map(|_| random_seed()).collect();
    assert_eq!(seeds.len(), 1000);
}

#[test]
fn threads_differ() {
    let threads: Vec<_> = (0..8).map(|_| thread::spawn(random_seed)).collect();
    let seeds: HashSet<u64> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    assert_eq!(seeds.len(), 8);
}

#[test]
fn processes_differ() {
    let seed = || {
        let output = Command::new(env::current_exe().unwrap())
            .args(["--exact", "random::seed::the_seed_of_another_process", "--nocapture"])
            .env("SHOW_SEED", "1")
            .output()
            .unwrap();
        let shown = String::from_utf8(output.stdout).unwrap();
        let seed = shown.split_once("seed=").and_then(|(_, rest)| rest.split_whitespace().next());
        seed.unwrap().parse::<u64>().unwrap()
    };
    assert_ne!(seed(), seed());
}

/// What `processes_differ` runs in processes of its own.
#[test]
fn the_seed_of_another_process() {
    let seed = random_seed();
    if env::var_os("SHOW_SEED").is_some() {
        println!("seed={seed} ");
    }
    assert_ne!(seed, random_seed());
}
