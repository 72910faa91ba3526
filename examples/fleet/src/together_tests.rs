//! The loop in virtual time: polls that panic, commands, and ends.

use asyncpoll::{Jitter, Outcome, Policy, PolicyBuilder, fleet::DuePoll};
use core::{cell::RefCell, time::Duration};
use std::{
    collections::HashMap,
    io,
    rc::Rc,
    sync::{Arc, Mutex},
};
use tokio::{
    sync::mpsc,
    task::yield_now,
    time::{Instant, sleep_until},
};

use crate::{
    commands::{Command, Told},
    progress::Progress,
    together,
};

/// Seconds, also parts of one.
fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

/// The default settings, without jitter.
const fn exact() -> PolicyBuilder {
    Policy::builder().jitter(Jitter::None)
}

/// What became of orders.
struct Ended {
    is_stopped: bool,
    /// How often each was polled, by its name.
    polls: HashMap<String, u32>,
    /// The lines that the program prints.
    lines: Vec<String>,
}

/// What is printed.
#[derive(Clone, Default)]
struct Printed(Rc<RefCell<Vec<u8>>>);

impl io::Write for Printed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Polls orders, `find` by the name and the number of the poll, and says these lines at their times. After the last, which is "Ctrl-C"
/// or a command, standard input ends.
async fn run(
    names: &[&str],
    policy: Policy,
    find: impl Fn(&str, u32) -> Outcome<(), String> + Clone + Send + 'static,
    says: &'static [(f64, &'static str)],
) -> Ended {
    let printed = Printed::default();
    let progress = Progress::start(printed.clone());
    let polls = Arc::new(Mutex::new(HashMap::new()));
    let counts = Arc::clone(&polls);
    let poll = move |name: &str, number: u32| {
        *counts.lock().unwrap().entry(name.to_owned()).or_insert(0) += 1;
        find(name, number)
    };
    let (to_loop, inbox) = mpsc::channel(1);
    let speaker = tokio::spawn(async move {
        let start = Instant::now();
        for (at, line) in says {
            sleep_until(start + seconds(*at)).await;
            let told = if *line == "Ctrl-C" { Told::Stop } else { Told::Line(line.parse().map_err(Into::into)) };
            assert!(to_loop.send(told).await.is_ok(), "the loop has ended before {line}");
        }
    });
    let names = names.iter().copied().map(str::to_owned).collect();
    let is_stopped = together::poll(
        move |polls: &[(String, DuePoll)]| polls.iter().map(|(name, due)| poll(name, due.number)).collect(),
        names,
        policy,
        1,
        inbox,
        &progress,
    )
    .await
    .unwrap();
    speaker.await.unwrap();
    progress.end(is_stopped).unwrap();
    let polls = Arc::into_inner(polls).unwrap().into_inner().unwrap();
    let printed = String::from_utf8(printed.0.take()).unwrap();
    Ended { is_stopped, polls, lines: printed.lines().map(str::to_owned).collect() }
}

/// Polls 31 orders to their end, of which one fails in this way and the others are issued at their third poll.
async fn run_with_one_that(fails: fn() -> Outcome<(), String>) -> Ended {
    let names: Vec<_> = (0..31).map(|number| number.to_string()).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let find = move |name: &str, number: u32| match (name, number) {
        // After so many, it is a storm, which is to end.
        ("7", ..1_000) => fails(),
        (_, ..3) => Outcome::pending(),
        _ => Outcome::Done(()),
    };
    run(&names, exact().build().unwrap(), find, &[]).await
}

#[tokio::test(start_paused = true)]
async fn a_poll_that_panics_costs_what_a_transient_error_costs() {
    let panicked = run_with_one_that(|| panic!("a bug")).await;
    let failed = run_with_one_that(|| Outcome::transient("500".into())).await;
    assert_eq!(panicked.polls, failed.polls);
    let [told, end] = panicked.lines.as_slice() else { panic!("{:?}", panicked.lines) };
    assert!(told.starts_with("7: gave up after ") && told.ends_with(" polls in 600 s: max_wait elapsed"), "{told}");
    assert!(end.contains(" 30 of 31 issued, 1 given up, 0 cancelled, 0 left; "), "{end}");
    assert!(end.contains(&format!(", lost: {};", panicked.polls["7"])), "{end}");
    assert!(failed.lines[0].ends_with("; its last error is: 500"), "{:?}", failed.lines);
}

#[tokio::test(start_paused = true)]
async fn an_order_that_is_added_is_polled_and_one_that_is_cancelled_is_not() {
    let find = |name: &str, number: u32| match (name, number) {
        ("late", 2) | ("early", 4) => Outcome::Done(()),
        _ => Outcome::pending(),
    };
    let says = &[
        (1.0, "add late"),
        (1.0, "add late other"),
        (2.0, "cancel gone"),
        (2.0, "cancel gone"),
        (2.0, "add gone"),
        (2.5, "cancel gone"),
        (2.5, "fly"),
    ];
    let ended = run(&["early", "gone"], exact().build().unwrap(), find, says).await;
    assert!(!ended.is_stopped);
    assert_eq!(ended.polls, HashMap::from([("early".into(), 4), ("gone".into(), 2), ("late".into(), 2)]));
    let (end, answers) = ended.lines.split_last().unwrap();
    let expected = [
        "added late",
        "late is polled already, and nothing is added",
        "gone: gave up after 1 poll in 2 s: cancelled",
        "no order is polled by the name gone",
        "added gone",
        "gone: gave up after 1 poll in 0.5 s: cancelled",
        "\"fly\" is no command; the commands are: add NAME..., cancel NAME, pause, resume, status",
    ];
    assert_eq!(answers, expected);
    assert!(end.contains(" 2 of 4 issued, 0 given up, 2 cancelled, 0 left; requests: 8, "), "{end}");
}

#[tokio::test(start_paused = true)]
async fn the_answer_to_the_poll_of_an_order_that_was_cancelled_meanwhile_is_nothing() {
    // The poll blocks a thread until the order has been cancelled, and time stands still as long.
    let (press, pressed) = std::sync::mpsc::channel::<()>();
    let pressed = Arc::new(Mutex::new(pressed));
    let printed = Printed::default();
    let progress = Progress::start(printed.clone());
    let (to_loop, inbox) = mpsc::channel(1);
    let poll = move |polls: &[(String, DuePoll)]| {
        if polls.iter().any(|(name, _)| name == "gone") {
            // The sender is dropped.
            let _ = pressed.lock().unwrap().recv();
        }
        vec![Outcome::Done(())]
    };
    let names = ["gone", "other"].map(str::to_owned).into();
    let polling = together::poll(poll, names, exact().build().unwrap(), 1, inbox, &progress);
    let speaking = async {
        to_loop.send(Told::Line(Ok(Command::Cancel("gone".into())))).await.unwrap();
        while printed.0.borrow().is_empty() {
            yield_now().await;
        }
        drop(press);
    };
    let (is_stopped, ()) = tokio::join!(polling, speaking);
    assert!(!is_stopped.unwrap());
    progress.end(false).unwrap();
    let printed = String::from_utf8(printed.0.take()).unwrap();
    assert!(printed.contains(" 1 of 2 issued, 0 given up, 1 cancelled, 0 left; "), "{printed}");
}

#[tokio::test(start_paused = true)]
async fn polls_that_go_out_in_one_request_are_answered_each_by_itself() {
    let printed = Printed::default();
    let progress = Progress::start(printed.clone());
    let requests = Arc::new(Mutex::new(Vec::new()));
    let sent = Arc::clone(&requests);
    let poll = move |polls: &[(String, DuePoll)]| {
        let asked: Vec<_> = polls.iter().map(|(name, due)| (name.clone(), due.number)).collect();
        sent.lock().unwrap().push(asked.clone());
        assert!(!asked.contains(&("d".into(), 1)), "a bug");
        // The answer to the last poll of a request of three is missing.
        asked.iter().take(2).map(|(name, _)| if name == "b" { Outcome::pending() } else { Outcome::Done(()) }).collect()
    };
    let (_to_loop, inbox) = mpsc::channel(1);
    let names = ["a", "b", "c", "d", "e"].map(str::to_owned).into();
    let policy = exact().max_polls(2).build().unwrap();
    assert!(!together::poll(poll, names, policy, 3, inbox, &progress).await.unwrap());
    progress.end(false).unwrap();

    let polls = |names: &[&str], number| -> Vec<_> { names.iter().map(|name| ((*name).to_owned(), number)).collect() };
    let mut sent = requests.lock().unwrap().clone();
    sent.sort_unstable();
    let expected = [polls(&["a", "b", "c"], 1), polls(&["b", "c", "d"], 2), polls(&["d", "e"], 1), polls(&["e"], 2)];
    assert_eq!(sent, expected);
    let printed = String::from_utf8(printed.0.take()).unwrap();
    let expected = "\
b: gave up after 2 polls in 5 s: max_polls was reached
d: gave up after 2 polls in 5 s: max_polls was reached
done after 5.0 s: 3 of 5 issued, 2 given up, 0 cancelled, 0 left; requests: 4, refused: 0 (0.0 %), polls: 9, lost: 4; no pace
";
    assert_eq!(printed, expected);
}

#[tokio::test(start_paused = true)]
async fn no_poll_is_sent_during_a_pause_and_orders_that_end_in_it_are_told() {
    let policy = exact().max_wait(seconds(60.0)).build().unwrap();
    let says = &[(1.0, "pause"), (40.0, "add late"), (41.0, "status"), (90.0, "resume")];
    let find = |name: &str, number: u32| match (name, number) {
        ("late", 1) => Outcome::Done(()),
        _ => Outcome::pending(),
    };
    let ended = run(&["early"], policy, find, says).await;
    assert_eq!(ended.polls, HashMap::from([("early".into(), 1), ("late".into(), 1)]));
    let expected = [
        "paused: no poll is sent until you resume",
        "added late",
        "after 41.0 s: 0 of 2 issued, 0 given up, 0 cancelled, 2 left; requests: 1, refused: 0 (0.0 %), polls: 1, lost: 0; no pace; \
         0 in flight, slowed by Paused",
        "early: gave up after 1 poll in 60 s: max_wait elapsed",
        "resumed",
        "done after 90.0 s: 1 of 2 issued, 1 given up, 0 cancelled, 0 left; requests: 2, refused: 0 (0.0 %), polls: 2, lost: 0; no pace",
    ];
    assert_eq!(ended.lines, expected);
}

#[tokio::test(start_paused = true)]
async fn ctrl_c_ends_the_loop_and_what_is_left_is_told() {
    let find = |name: &str, _| if name == "one" { Outcome::Done(()) } else { Outcome::pending() };
    let ended = run(&["one", "two", "three"], exact().build().unwrap(), find, &[(30.0, "Ctrl-C")]).await;
    assert!(ended.is_stopped);
    let [end] = ended.lines.as_slice() else { panic!("{:?}", ended.lines) };
    assert!(
        end.starts_with("interrupted after 30.0 s:") && end.contains(" 1 of 3 issued, 0 given up, 0 cancelled, 2 left; "),
        "{end}"
    );
}

#[test]
fn a_line_that_says_no_command_is_answered_by_a_sentence() {
    let cases = [
        ("fly home", "\"fly\" is no command; the commands are: add NAME..., cancel NAME, pause, resume, status"),
        ("add", "add takes one name or more; it was given 0"),
        ("add a b a", "a is named twice"),
        ("add a/b", "\"a/b\" is no name; a name has letters, digits and hyphens alone"),
        ("cancel", "cancel takes one name; it was given 0"),
        ("cancel a b", "cancel takes one name; it was given 2"),
        ("pause a", "pause takes no name; it was given 1"),
        ("resume a", "resume takes no name; it was given 1"),
        ("status a", "status takes no name; it was given 1"),
    ];
    for (line, sentence) in cases {
        assert_eq!(line.parse::<Command>().unwrap_err().to_string(), sentence);
    }
    assert_eq!("  add a  b-2 ".parse::<Command>().unwrap(), Command::Add(vec!["a".into(), "b-2".into()]));
}
