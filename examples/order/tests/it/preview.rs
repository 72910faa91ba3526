//! What it prints without polling: when it would poll.

use asyncpoll::Policy;

use crate::{GONE, every::JITTERS, run};

#[test]
fn the_preview_is_that_of_the_policy() {
    let nominal = |arguments: &[&str]| {
        let run = run(&[&["--preview", "--jitter", "none"], arguments].concat());
        assert_eq!((run.status, run.err.as_str()), (Some(0), ""));
        let cells = run.out.lines().skip(1).map(|line| line.split_whitespace().nth(1).unwrap().to_owned());
        cells.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(nominal(&[]), "0.000 0.300 0.900 2.100 4.500 9.300 18.900 20.000");
    assert_eq!(nominal(&["--url", GONE]), "0.000 5.000 20.000 65.000 200.000 500.000 600.000");
    let settings =
        ["--head-start", "1m", "--initial-wait", "1s", "--multiplier", "3/2", "--max-backoff", "2s", "--max-wait", "66s"];
    assert_eq!(nominal(&settings), "0.000 60.000 61.000 62.500 64.500 66.000");
}

#[test]
fn the_preview_shows_the_jitter() {
    let run = run(&["--preview", "--url", GONE, "--jitter", "equal", "--max-polls", "3"]);
    let rows: Vec<_> = run.out.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    let expected =
        ["poll earliest mean latest", "1 0.000 s 0.000 s 0.000 s", "2 2.500 s 3.750 s 5.000 s", "3 10.000 s 15.000 s 20.000 s"];
    assert_eq!(rows, expected);
}

#[test]
fn a_preview_without_end_stops() {
    let run = run(&["--preview", "--no-max-wait"]);
    assert_eq!(run.status, Some(0));
    assert_eq!(run.out.lines().filter(|line| line.ends_with(" s")).count(), 20);
    assert!(run.out.ends_with("and so on: this policy has neither max_wait nor max_polls.\n"), "{}", run.out);
}

#[test]
fn the_preview_of_a_seed_is_what_that_poller_does() {
    let preview = |seed| run(&["--preview", "--seed", seed]).out;
    assert_eq!(preview("17"), preview("17"));
    assert_ne!(preview("17"), preview("18"));
    let settings = ["--url", GONE, "--initial-wait", "20ms", "--max-polls", "4", "--jitter", "full", "--seed", "17"];
    let foretold = run(&[&settings[..], &["--preview"]].concat()).out;
    let times: Vec<f64> =
        foretold.lines().skip(1).map(|line| line.split_whitespace().nth(1).unwrap().parse().unwrap()).collect();
    let decisions = run(&settings);
    let waits = decisions
        .decisions()
        .into_iter()
        .filter_map(|said| said.strip_prefix("sleep ")?.strip_suffix(" s")?.parse::<f64>().ok());
    // The columns are rounded to a millisecond.
    for (pair, wait) in times.windows(2).zip(waits) {
        assert!((pair[1] - pair[0] - wait).abs() < 0.0021, "{foretold}{}", decisions.out);
    }
    assert_eq!(times.len(), 4);
}

#[test]
fn the_preview_says_how_many_polls_it_may_be() {
    let settings =
        ["--preview", "--url", GONE, "--initial-wait", "2s", "--multiplier", "2", "--max-backoff", "1m", "--max-wait", "5m"];
    let preview = run(&settings).out;
    assert!(preview.ends_with("\n10 to 12 polls if the server gives no hints.\n"), "{preview}");
}

#[test]
fn waits_go_before_the_ladder_and_the_last_poll_may_be_left_out() {
    let settings = ["--preview", "--url", GONE, "--waits", "2s,1m", "--jitter", "none", "--max-wait", "80s"];
    let latest = |flags: &[&str]| {
        let shown = run(&[&settings, flags].concat()).out;
        let lines = shown.lines().skip(1).filter_map(|line| line.rsplit("  ").next());
        lines.map(|time| time.trim().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(latest(&[])[..5], ["0.000 s", "2.000 s", "62.000 s", "67.000 s", "80.000 s"]);
    assert_eq!(latest(&["--no-last-poll"])[..4], ["0.000 s", "2.000 s", "62.000 s", "67.000 s"]);
    assert_eq!(latest(&["--no-last-poll"]).len() + 1, latest(&[]).len());
}

#[test]
fn every_kind_of_jitter_has_a_name() {
    for (name, jitter) in JITTERS.iter().copied() {
        let name = name.replace("plus-minus-", "").replace("above-", "+");
        let run = run(&["--preview", "--url", GONE, "--jitter", &name, "--max-polls", "2"]);
        let poll = Policy::builder().jitter(jitter).build().unwrap().schedule().nth(1).unwrap();
        for time in [poll.earliest, poll.latest] {
            assert!(run.out.contains(&format!(" {:.3} s", time.as_secs_f64())), "{jitter:?}: {}{}", run.out, run.err);
        }
    }
}
