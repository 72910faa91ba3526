//! What becomes of many loops that are started together, by their cadence: `cargo run --package loops`.

use simulation::loops::{CADENCES, Hour};

const BARS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

fn main() {
    for loops in [15, 10_000] {
        println!("{loops} loops of 60 s with a jitter of 10 %, for an hour: the ticks in the busiest second");
        println!("and, for every second of the first two minutes and of the two after ten, how many there are\n");
        for (name, cadence) in CADENCES {
            let hour = Hour::of(loops, cadence);
            let (busiest, later) = (hour.busiest(), hour.busiest_later());
            println!("{name}: {busiest} from the start, {later} after 10 min");
            println!("  |{}|\n  |{}|\n", bars(&hour.seconds[..120], busiest), bars(&hour.seconds[600..720], busiest));
        }
    }
    println!("Jitter draws loops apart, and takes its time. First::Spread has them apart from the start.");
}

/// Draws a bar a second, the highest for `most`.
fn bars(seconds: &[u32], most: u32) -> String {
    let eighths = |ticks: &u32| ticks.saturating_mul(8).div_ceil(most.max(1)) as usize;
    seconds.iter().filter_map(|ticks| BARS.get(eighths(ticks))).collect()
}
