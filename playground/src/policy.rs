//! The view of a policy: when it polls, and what becomes of an operation to which something happens.

mod event;
mod picture;
mod play;
mod preset;
mod summary;

use core::time::Duration;

use asyncpoll::{Policy, ScheduledPoll};
use asyncpoll_fit::drawing::Axis;
use simulation::preview::{times, windows};

pub(crate) use self::preset::address;
pub use self::preset::presets;
use self::{
    event::{Event, Kind},
    picture::Picture,
    play::{Heard, Life},
};
use crate::{
    address::Address,
    answer::{Refusal, Shown},
    field::{self, Field, View, settings, whole},
    question::{Act, Question},
    words,
};

/// The most pollers that are played.
const MOST_SEEDS: u64 = 1_000;

/// The most rows of a table.
const MOST_ROWS: usize = 60;

/// Steps of a slider for a time that need not be set.
const TIMES_OR_NONE: &[&str] = &[
    "none", "100ms", "200ms", "500ms", "1s", "2s", "3s", "5s", "8s", "10s", "15s", "20s", "30s", "45s", "1m", "90s", "2m",
    "3m", "5m", "10m", "15m", "20m", "30m", "1h", "2h", "6h", "12h", "1d", "7d",
];

/// The same, for a time that must be.
const TIMES: &[&str] = TIMES_OR_NONE.split_at(1).1;

const COUNTS: &[&str] = &["none", "1", "2", "3", "5", "10", "20", "50", "100"];

const JITTERS: &[&str] = &["none", "5%", "10%", "20%", "50%", "100%", "+10%", "+20%", "equal", "full", "decorrelated"];

/// How many fields are settings of the policy: the first of the view.
const SETTINGS: usize = 12;

pub(crate) const VIEW: View = View {
    name: "policy",
    fields: &[
        Field { name: "initial_wait", plain: "5s", kind: field::Kind::Steps(TIMES), says: "the first wait" },
        Field {
            name: "multiplier",
            plain: "3",
            kind: field::Kind::Steps(&["1", "1.1", "1.25", "1.5", "2", "2.5", "3", "4", "5", "10"]),
            says: "each wait is so many times the one before",
        },
        Field { name: "max_backoff", plain: "5m", kind: field::Kind::Steps(TIMES), says: "the longest wait" },
        Field { name: "jitter", plain: "20%", kind: field::Kind::Steps(JITTERS), says: "how far waits stray" },
        Field { name: "max_wait", plain: "10m", kind: field::Kind::Steps(TIMES_OR_NONE), says: "when to give up" },
        Field {
            name: "head_start",
            plain: "none",
            kind: field::Kind::Steps(TIMES_OR_NONE),
            says: "how long the operation takes at least",
        },
        Field {
            name: "waits",
            plain: "none",
            kind: field::Kind::More(&["none", "1s", "2s, 10s", "10s, 10s, 10s", "1m, 10m, 100m"]),
            says: "waits before the ladder",
        },
        Field { name: "max_polls", plain: "none", kind: field::Kind::More(COUNTS), says: "after how many polls to give up" },
        Field {
            name: "max_consecutive_errors",
            plain: "none",
            kind: field::Kind::More(COUNTS),
            says: "at how many errors in a row to give up",
        },
        Field {
            name: "hint_jitter",
            plain: "default",
            kind: field::Kind::More(&["default", "none", "5%", "10%", "20%", "50%", "100%"]),
            says: "by how much a hint is lengthened at most",
        },
        Field {
            name: "max_hint",
            plain: "none",
            kind: field::Kind::More(TIMES_OR_NONE),
            says: "the longest hint that is believed",
        },
        Field {
            name: "last_poll",
            plain: "true",
            kind: field::Kind::Choice(&["true", "false"]),
            says: "whether to poll at max_wait",
        },
        Field {
            name: "seeds",
            plain: "200",
            kind: field::Kind::More(&["1", "10", "50", "100", "200", "500", "1000"]),
            says: "pollers in the picture",
        },
        Field {
            name: "seed",
            plain: "42",
            kind: field::Kind::More(&["0", "1", "7", "42"]),
            says: "what the waits are drawn from",
        },
        Field {
            name: "scale",
            plain: "log",
            kind: field::Kind::Choice(&["log", "linear"]),
            says: "of the time in the picture",
        },
        Field { name: "click", plain: "done", kind: field::Kind::Hidden, says: "what a click in the picture sets" },
        Field { name: "retry_after", plain: "60s", kind: field::Kind::Hidden, says: "what the server asks for" },
        Field { name: "events", plain: "done@180s", kind: field::Kind::Hidden, says: "what happens" },
    ],
    show,
};

fn show(address: &mut Address, question: &Question) -> Result<Shown, Refusal> {
    let policy: Policy = settings(address, &VIEW.fields[..SETTINGS])?;
    let mut seed = whole(address, "seed", 0, u64::MAX)?;
    let seeds = whole(address, "seeds", 1, MOST_SEEDS)?;
    let mut events = event::read(address.get("events")).map_err(|sentence| Refusal::new("events", sentence))?;
    for &act in &question.acts {
        if let Act::Seed(drawn) = act {
            seed = u64::from(drawn);
            address.set("seed", &seed.to_string());
        } else {
            // A place in the picture is a time by the axis that was there.
            let axis = Scene::of(policy, seed, seeds, &events, address).axis(question);
            happen(act, &mut events, &axis, address)?;
        }
    }
    address.set("events", &event::write(&events));

    let scene = Scene::of(policy, seed, seeds, &events, address);
    let one = &scene.lives[0];
    let picture = Picture::new(&scene, question);
    Ok(Shown {
        says: summary::says(&scene),
        picture: picture.to_string(),
        sliders: picture.sliders(),
        texts: vec![
            ("rust", asyncpoll_fit::rust_of(&policy)),
            ("toml", toml::to_string(&policy).unwrap_or_default()),
            ("line", policy.to_string()),
            ("seed", seed.to_string()),
            ("times", times(policy, seed).take(play::MOST).map(moment).collect::<Vec<_>>().join(", ")),
        ],
        tables: vec![("windows", scheduled(&scene.schedule)), ("polls", polls(one))],
        links: Vec::new(),
    })
}

/// Lets an act in the picture take effect.
fn happen(act: Act, events: &mut Vec<Event>, axis: &Axis, address: &Address) -> Result<(), Refusal> {
    let refused =
        || Refusal::new("events", format!("events has {} events; it must have at most {}", event::MOST + 1, event::MOST));
    match act {
        Act::Click(_) | Act::Add => {
            let x = if let Act::Click(x) = act { x } else { f64::midpoint(axis.start(), axis.end()) };
            let new = Event { at: Duration::ZERO, kind: chosen(address)? }.moved(axis.value(x.clamp(axis.start(), axis.end())));
            // An operation is done once.
            if new.kind == Kind::Done {
                events.retain(|event| event.kind != Kind::Done);
            }
            if events.len() >= event::MOST {
                return Err(refused());
            }
            events.push(new);
        }
        Act::Drag(number, x) => {
            if let Some(event) = events.get_mut(number) {
                *event = event.moved(axis.value(x.clamp(axis.start(), axis.end())));
            }
        }
        Act::Move(number, pixels) => {
            if let Some(event) = events.get_mut(number) {
                let x = axis.at(event.at.as_secs_f64()) + pixels;
                *event = event.moved(axis.value(x.clamp(axis.start(), axis.end())));
            }
        }
        Act::Remove(number) => {
            if number < events.len() {
                events.remove(number);
            }
        }
        Act::Clear => events.clear(),
        Act::Seed(_) => {}
    }
    Ok(())
}

/// Returns what a click sets.
fn chosen(address: &Address) -> Result<Kind, Refusal> {
    let text = address.get("retry_after");
    let wait = || {
        event::time(text)
            .ok_or_else(|| Refusal::new("retry_after", format!("retry_after is {text:?}; it must be a time such as 60s")))
    };
    Ok(match address.get("click") {
        "done" => Kind::Done,
        "429" => Kind::Refusal(wait()?),
        "hint" => Kind::Hint(wait()?),
        "error" => Kind::Error,
        other => return Err(Refusal::new("click", format!("click is {other:?}; it must be done, 429, hint or error"))),
    })
}

/// What is played, and what came of it.
struct Scene {
    policy: Policy,
    /// In the order of the address, by which they are numbered.
    events: Vec<Event>,
    schedule: Vec<ScheduledPoll>,
    /// The pollers, the first of which has the seed itself.
    lives: Vec<Life>,
    is_logarithmic: bool,
}

impl Scene {
    fn of(policy: Policy, seed: u64, seeds: u64, events: &[Event], address: &Address) -> Self {
        let mut in_order = events.to_vec();
        in_order.sort_by_key(|event| event.at);
        let lives = (0..seeds).map(|number| Life::of(policy, seed.wrapping_add(number), &in_order)).collect();
        Self {
            policy,
            events: events.to_vec(),
            schedule: windows(policy).take(play::MOST).collect(),
            lives,
            is_logarithmic: address.get("scale") != "linear",
        }
    }

    /// Returns when the operation is done.
    fn done(&self) -> Option<Duration> {
        self.events.iter().filter(|event| event.kind == Kind::Done).map(|event| event.at).min()
    }
}

/// Writes a time as `order --preview` does.
fn moment(time: Duration) -> String {
    format!("{:.3} s", time.as_secs_f64())
}

fn scheduled(schedule: &[ScheduledPoll]) -> Vec<Vec<String>> {
    let heads = ["poll", "earliest", "mean", "latest"].map(str::to_owned).to_vec();
    let rows = schedule.iter().take(MOST_ROWS).map(|poll| {
        let times = [poll.earliest, poll.nominal, poll.latest].map(moment);
        [poll.number.to_string()].into_iter().chain(times).collect()
    });
    [heads].into_iter().chain(rows).collect()
}

fn polls(life: &Life) -> Vec<Vec<String>> {
    let heads = ["poll", "time", "hears"].map(str::to_owned).to_vec();
    let rows = (1..).zip(life.polls.iter().take(MOST_ROWS)).map(|(number, poll): (usize, _)| {
        let heard = match poll.heard {
            Heard::Pending => "pending".to_owned(),
            Heard::Done => "done".to_owned(),
            Heard::Told(event) => event.name(),
        };
        vec![words::count(number as u64), moment(poll.at), heard]
    });
    [heads].into_iter().chain(rows).collect()
}
