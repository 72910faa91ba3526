//! The view of a ticker: how many of many loops tick in each second, if they are started together.

use asyncpoll::{Cadence, ticker::First};
use asyncpoll_fit::drawing::{Axis, Color, Drawing, Fill, Stroke, Text};
use simulation::loops::Hour;

use crate::{
    address::Address,
    answer::{Refusal, Shown},
    field::{Field, Kind, View, settings, whole},
    question::Question,
    words::{count, figure, mean},
};

/// The most loops that are run.
const MOST_LOOPS: u64 = 20_000;

/// The shortest interval: an hour of shorter ones has more ticks than a page can wait for.
const SHORTEST: u64 = 10;

/// How many seconds are in the picture: it is after ten minutes that loops are counted again.
const SHOWN: usize = 900;

/// How many fields are settings of the cadence: the first of the view.
const SETTINGS: usize = 4;

pub(crate) const VIEW: View = View {
    name: "ticker",
    fields: &[
        Field {
            name: "interval",
            plain: "1m",
            kind: Kind::Steps(&["10s", "30s", "1m", "2m", "5m"]),
            says: "from one tick to the next",
        },
        Field {
            name: "jitter",
            plain: "10%",
            kind: Kind::Steps(&["0%", "1%", "5%", "10%", "20%", "50%", "99%"]),
            says: "how much longer or shorter a gap may be",
        },
        Field {
            name: "first",
            plain: "after_one",
            kind: Kind::Choice(&["after_one", "at_once", "spread"]),
            says: "when the first tick is: after one interval, at once, or spread over one",
        },
        Field {
            name: "phase",
            plain: "free",
            kind: Kind::Choice(&["free", "locked"]),
            says: "free: each gap counts from the last tick; locked: ticks keep to a grid",
        },
        Field {
            name: "loops",
            plain: "10000",
            kind: Kind::Steps(&["10", "100", "1000", "5000", "10000", "20000"]),
            says: "started together",
        },
    ],
    show,
};

fn show(address: &mut Address, question: &Question) -> Result<Shown, Refusal> {
    let cadence: Cadence = settings(address, &VIEW.fields[..SETTINGS])?;
    if cadence.interval().as_secs() < SHORTEST {
        let sentence = format!("interval is {:?}; in this picture it must be at least {SHORTEST} s", address.get("interval"));
        return Err(Refusal::new("interval", sentence));
    }
    let loops = whole(address, "loops", 1, MOST_LOOPS)? as u32;
    let hour = Hour::of(loops, cadence);
    let even = f64::from(loops) / cadence.interval().as_secs_f64();
    Ok(Shown {
        says: says(loops, cadence, &hour, even),
        picture: picture(&hour, even, question).to_string(),
        texts: vec![("toml", toml::to_string(&cadence).unwrap_or_default())],
        ..Shown::default()
    })
}

fn says(loops: u32, cadence: Cadence, hour: &Hour, even: f64) -> String {
    let [busiest, later] = [hour.busiest(), hour.busiest_later()].map(|ticks| figure(count(u64::from(ticks))));
    let all = count(u64::from(loops));
    let mut says = vec![format!(
        "Of {all} loops, {busiest} tick in the busiest second, and {later} in the busiest second after ten minutes. Spread evenly, they would \
         be {} a second.",
        figure(mean(even))
    )];
    if cadence.first() != First::Spread
        && let Ok(spread) = cadence.to_builder().first(First::Spread).build()
    {
        let spread = Hour::of(loops, spread).busiest();
        says.push(format!("With first = spread, {} tick in the busiest second.", figure(count(u64::from(spread)))));
    }
    says.join(" ")
}

fn picture(hour: &Hour, even: f64, question: &Question) -> Drawing {
    let (left, right, top) = (58.0, question.width() - 26.0, 30.0);
    let foot = if question.is_compact() { 150.0 } else { 260.0 };
    let mut drawing =
        Drawing::new(question.width(), foot + 28.0, "Ticks a second", "How many loops tick in each of the first seconds");
    let seconds = &hour.seconds[..SHOWN];
    let most = f64::from(seconds.iter().copied().max().unwrap_or(0)).max(even * 1.5).max(1.0);
    let across = Axis::linear(0.0..SHOWN as f64, left..right).of_times();
    let up = Axis::linear(0.0..most, foot..top);
    drawing.axis_below(&across, foot, None);
    drawing.axis_left(&up, left, Some(right));
    let places: Vec<(f64, f64)> = (0_u32..)
        .zip(seconds)
        .flat_map(|(second, &ticks)| [second, second + 1].map(|x| (across.at(f64::from(x)), up.at(f64::from(ticks)))))
        .collect();
    drawing.area(Fill::Solid(Color::Blue), &places, foot);
    drawing.line(Stroke::new(Color::Ink).dashed(), &[(left, up.at(even)), (right, up.at(even))]);
    drawing.text(Text::new("ticks a second").small().color(Color::Muted), (6.0, 16.0));
    drawing
}
