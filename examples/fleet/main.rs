//! Simulates.
mod simulation;
use asyncpoll::Limits;
use core::time::Duration;
use simulation::*;

fn row(name: &str, s: Scenario, way: Way) {
    let f = s.run(way);
    println!(
        "{name:40} polls {:6} refused {:6} busiest {:5} mean {:6.1} p95 {:6.1} given up {:5} last {:6.0}",
        f.polls, f.refused, f.busiest, f.mean, f.p95, f.given_up, f.last
    );
}
fn known(r: u32) -> Way {
    Way::Fleet(Limits::none().at_most(r, Duration::from_secs(1)))
}
fn main() {
    for (n, r, lat) in [(5000, 40, 0), (20000, 40, 0), (1000, 10, 0), (5000, 40, 200), (1000, 10, 200)] {
        println!("== {n} at {r}/s latency {lat}");
        let s = Scenario { latency: Duration::from_millis(lat), ..Scenario::new(n, r) };
        row("alone", s, Way::Alone);
        row("held", s, Way::Fleet(Limits::none()));
        row("known", s, known(r * 9 / 10));
        row("found unbounded", s, Way::Fleet(Limits::none().find_pace(true)));
        row("found 64", s, Way::Fleet(Limits::default().in_flight(64)));
        row("found 16", s, Way::Fleet(Limits::default().in_flight(16)));
        row("found", s, Way::Fleet(Limits::default()));
    }
    for (name, s) in [
        ("1/s", Scenario::new(100, 1)),
        ("3/s", Scenario::new(300, 3)),
        ("100/s", Scenario::new(10000, 100)),
        ("1000/s", Scenario::new(100_000, 1000)),
        ("10 ms", Scenario { latency: Duration::from_millis(10), ..Scenario::new(5000, 40) }),
        ("2 s", Scenario { latency: Duration::from_secs(2), ..Scenario::new(5000, 40) }),
        ("halves", Scenario { change: Some((Duration::from_secs(120), 20)), ..Scenario::new(5000, 40) }),
        ("doubles", Scenario { change: Some((Duration::from_secs(120), 80)), ..Scenario::new(5000, 40) }),
        ("no hint", Scenario { hint: None, ..Scenario::new(5000, 40) }),
        ("one of ten", Scenario { servers: 10, rate: Some(4), ..Scenario::new(5000, 40) }),
        ("no limit", Scenario { rate: None, ..Scenario::new(5000, 40) }),
        ("no limit 2s", Scenario { rate: None, latency: Duration::from_secs(2), ..Scenario::new(5000, 40) }),
    ] {
        println!("== {name}");
        row("alone", s, Way::Alone);
        if let Some(r) = s.rate {
            row("known", s, known((r * 9 / 10).max(1)));
        }
        row("found", s, Way::Fleet(Limits::default()));
    }
}
