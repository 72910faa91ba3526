//! When the default policy polls, with and without a hint of the server.

use core::time::Duration;

use asyncpoll::{Decision, FnRng, Outcome, Policy, Poller};
use asyncpoll_fit::drawing::{Axis, Color, Drawing, Fill, Key, Stroke, Text};

use crate::{LEFT, MARGIN, RIGHT, WIDTH};

const HEIGHT: f64 = 216.0;

/// The middle of each row, and half the height of a window and of the mark of a poll.
const ROWS: [f64; 2] = [98.0, 152.0];
const WINDOW: f64 = 11.0;
const POLL: f64 = 15.0;

const FOOT: f64 = 182.0;

/// The server says at this poll that the next must be later by so much.
const HINTED: usize = 4;
const HINT: Duration = Duration::from_secs(180);

/// Draws of a poller: the least, that in the middle, and the greatest.
const DRAWS: [u64; 3] = [0, 1 << 63, u64::MAX];

/// When a poll is made if every poll before it is in the middle of its window, in seconds: at the earliest, in the middle, and at the
/// latest.
type Window = [f64; 3];

pub(crate) fn draw() -> Drawing {
    let policy = Policy::default();
    let deadline = policy.max_wait().unwrap_or_default().as_secs_f64();
    let axis = Axis::linear(0.0..deadline, LEFT..RIGHT).of_times();
    let mut drawing = Drawing::new(
        WIDTH,
        HEIGHT,
        "When the default policy polls",
        "Waits between polls grow, with jitter. If the server says how long to wait, no poll is earlier. The last poll is shortly \
         before the deadline.",
    );
    drawing.text(Text::new("When to look again: a slow job, polled for ten minutes").title(), (MARGIN, 30.0));
    let keys = [
        (Key::Tick(Stroke::new(Color::Blue).wide()), "poll"),
        (Key::Area(Fill::Soft(Color::Blue)), "where jitter may move it"),
        (Key::Area(Fill::Hatched(Color::Orange)), "the server asked for no poll"),
    ];
    drawing.legend(&keys, (MARGIN, 53.0), RIGHT);
    drawing.axis_below(&axis, FOOT, Some(76.0));
    drawing.line(Stroke::new(Color::Ink).dashed(), &[(RIGHT, 58.0), (RIGHT, FOOT)]);
    drawing.text(Text::new("deadline").small().middle(), (RIGHT - 2.0, 52.0));

    let rows = [(None, "nobody says when", "waits grow"), (Some(HINT), "the server says when", "Retry-After: 180")];
    for (y, (hint, name, why)) in ROWS.into_iter().zip(rows) {
        drawing.text(Text::new(name).bold(), (MARGIN, y - 3.0));
        drawing.text(Text::new(why).small().color(Color::Muted), (MARGIN, y + 14.0));
        let polls = polls(policy, hint);
        for &[earliest, _, latest] in &polls {
            drawing.rectangle(Fill::Soft(Color::Blue), (axis.at(earliest), y - WINDOW), (axis.at(latest), y + WINDOW));
        }
        if let Some(hint) = hint {
            let [_, from, _] = polls[HINTED - 1];
            let to = from + hint.as_secs_f64();
            drawing.rectangle(Fill::Hatched(Color::Orange), (axis.at(from), y - WINDOW), (axis.at(to), y + WINDOW));
        }
        for &[_, middle, _] in &polls {
            drawing.line(Stroke::new(Color::Blue).wide(), &[(axis.at(middle), y - POLL), (axis.at(middle), y + POLL)]);
        }
    }
    let last = axis.at(deadline) - 14.0;
    drawing.text(Text::new("last poll").small().color(Color::Muted).end(), (last, ROWS[0] + 4.0));
    drawing
}

/// Returns the polls of an operation that stays pending, if the server gives this hint once.
fn polls(policy: Policy, hint: Option<Duration>) -> Vec<Window> {
    let count = play(policy, hint, usize::MAX, DRAWS[1]).len();
    (0..count).map(|number| DRAWS.map(|draw| play(policy, hint, number, draw)[number])).collect()
}

/// Returns the times of all polls, if the wait before the poll of this number is drawn so, and the others are in the middle.
fn play(policy: Policy, hint: Option<Duration>, number: usize, draw: u64) -> Vec<f64> {
    let (mut now, mut times) = (Duration::ZERO, Vec::new());
    let mut waits = 0;
    let rng = FnRng::new(move || {
        waits += 1;
        if waits == number { draw } else { DRAWS[1] }
    });
    let mut poller = Poller::new(policy, rng, now);
    loop {
        times.push(now.as_secs_f64());
        let hint = hint.filter(|_| times.len() == HINTED);
        match poller.step(Outcome::<()>::pending().retry_after(hint), now) {
            Decision::Sleep(wait) => now += wait,
            _ => return times,
        }
    }
}
