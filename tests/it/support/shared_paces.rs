//! The shared paces that the golden file holds, and what they grant when they are read.

use asyncpoll::fleet::{Ask, Limits, SharedPace};
use core::{fmt::Write, time::Duration};

use super::{put_away, seconds};

/// When the first ask of each was: what is 0 s in their names.
const START: Duration = Duration::from_secs(1_700_000_000);

/// A pace that is asked for its first slots at zero.
struct Row {
    pace: SharedPace,
    limits: Limits,
}

impl Row {
    fn new() -> Self {
        Self { pace: SharedPace::new(START), limits: Limits::default() }
    }

    /// Asks at so many seconds, in the epoch that there is.
    fn ask(mut self, now: f64, fill: impl FnOnce(&mut Ask)) -> Self {
        let mut ask = Ask::default();
        (ask.epoch, ask.latency) = (self.pace.epoch(), seconds(0.2));
        fill(&mut ask);
        let _grant = self.pace.admit(&self.limits, &ask, START + seconds(now));
        self
    }

    /// Wants so many slots in each of so many seconds, and reports as many polls that were served.
    fn serve(mut self, from: u32, until: u32, polls: u32) -> Self {
        for second in from..until {
            self = self.ask(second.into(), |ask| (ask.served, ask.due, ask.wanted) = (polls, polls, polls));
        }
        self
    }

    fn refuse(self, now: f64, hint: Option<f64>) -> Self {
        self.ask(now, |ask| (ask.refused, ask.hint, ask.hold) = (1, hint.map(seconds), seconds(hint.unwrap_or(0.0))))
    }
}

/// The states of a pace, each with how it came to be.
fn states() -> [(&'static str, SharedPace); 13] {
    let found = || Row::new().serve(0, 20, 30).refuse(20.0, None);
    let proven = || found().serve(21, 90, 8);
    let states = [
        ("new", Row::new()),
        ("unanswered", [0.0, 0.5].into_iter().fold(Row::new(), |row, now| row.ask(now, |ask| (ask.due, ask.wanted) = (8, 8)))),
        ("first-slots", Row::new().serve(0, 3, 8)),
        ("turns-promised", Row::new().serve(0, 1, 30).ask(0.0, |ask| (ask.due, ask.wanted) = (60, 60))),
        ("guessed", Row::new().refuse(0.0, None)),
        ("found", found()),
        ("asked", found().ask(20.5, |ask| (ask.due, ask.wanted) = (9, 9))),
        ("proven", proven()),
        ("forgiven", proven().refuse(90.0, None)),
        ("cut-twice-and-held", proven().refuse(90.0, Some(30.0)).serve(125, 130, 8).refuse(130.0, Some(30.0))),
        ("hold-ended", proven().refuse(90.0, Some(30.0)).ask(91.0, |ask| ask.resume = true)),
        ("down", Row::new().ask(0.0, |ask| (ask.failed, ask.due, ask.wanted) = (16, 4, 4))),
        ("quota", Row::new().ask(0.0, |ask| ask.quota = Some((100, seconds(60.0))))),
    ];
    states.map(|(name, row)| (name, row.pace))
}

/// What a pace says of itself, and what it grants a second after it was last asked to one who wants five slots.
fn said_by(pace: &SharedPace, last: f64) -> String {
    let (mut after, mut ask, now) = (*pace, Ask::default(), START + seconds(last + 1.0));
    (ask.epoch, ask.due, ask.wanted) = (pace.epoch(), 5, 5);
    let grant = after.admit(&Limits::default(), &ask, now);
    format!(
        "epoch {} slots {} refusals {} forgiven {} held {:?} grants {} in {:?} {:?} apart, then in {:?} turn {} {}",
        pace.epoch(),
        pace.slots(),
        pace.refusals(),
        pace.forgiven(),
        pace.held(now),
        grant.slots,
        grant.first,
        grant.spacing,
        grant.again,
        grant.turn,
        if grant.proven { "proven" } else { "unproven" },
    )
}

/// The whole of the golden file: a line a pace, with its name, its bytes, and what it says.
pub(crate) fn text() -> String {
    let mut text = String::new();
    for (name, pace) in states() {
        writeln!(text, "{name} {}: {}", put_away::hex(&pace.to_bytes()), said_by(&pace, latest(&pace))).unwrap();
    }
    text
}

/// The lines of a golden file, and the same lines with what their bytes say.
pub(crate) fn read(text: &str) -> (Vec<String>, Vec<String>) {
    let said = text.lines().map(|line| {
        let (head, _) = line.split_once(": ").expect("a line has a colon");
        let (_, hex) = head.split_once(' ').expect("a line has a name");
        let bytes = put_away::bytes_of(hex);
        let pace = SharedPace::from_bytes(&bytes).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert_eq!(pace.to_bytes()[..], bytes[..], "it is written as it was read: {line}");
        format!("{head}: {}", said_by(&pace, latest(&pace)))
    });
    (text.lines().map(str::to_owned).collect(), said.collect())
}

/// The seconds since the start that the store's clock last showed.
fn latest(pace: &SharedPace) -> f64 {
    let bytes = pace.to_bytes();
    let latest = u64::from_le_bytes(bytes[24..32].try_into().unwrap());
    (Duration::from_nanos(latest) - START).as_secs_f64()
}
