//! Plain lines, where there is no terminal, and what came of it at the end.

use core::time::Duration;
use std::io::{self, ErrorKind, Write};

use crate::{
    arguments::Arguments,
    side::{Figures, Side, fairness},
};

/// How often a line is printed.
const STEP: Duration = Duration::from_secs(30);

/// Prints how it goes, as fast as it can be played, and what came of it.
pub(crate) fn run(sides: [Side; 2], arguments: &Arguments) -> anyhow::Result<()> {
    match play(sides, arguments, &mut io::stdout()) {
        // Its reader, `head` say, has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        played => Ok(played?),
    }
}

fn play(mut sides: [Side; 2], arguments: &Arguments, out: &mut impl Write) -> io::Result<()> {
    let mut now = Duration::ZERO;
    while !sides.iter().all(Side::is_done) {
        now += STEP;
        if arguments.postgres.is_some() {
            std::thread::sleep(STEP);
        }
        for side in &mut sides {
            side.advance(now);
            let all = side.figures(now);
            let sum = Figures::together(&all);
            writeln!(
                out,
                "{:>4} s  {:18}  {:>4.1} polls a second  {:>4.1} % refused  fair {:.2}",
                now.as_secs(),
                side.name,
                sum.rate,
                sum.refused_percent(),
                fairness(&all)
            )?;
        }
    }
    print_end(&sides, now, out)
}

/// Prints a sentence for each half.
pub(crate) fn print_end(sides: &[Side; 2], now: Duration, out: &mut impl Write) -> io::Result<()> {
    for side in sides {
        let all = side.figures(now);
        let sum = Figures::together(&all);
        let noticed =
            |best: fn(f64, f64) -> f64| all.iter().filter_map(|one| one.noticed_after).reduce(best).unwrap_or_default();
        writeln!(
            out,
            "{}: {} polls, {} refused; an order is noticed {:.0} to {:.0} s after its end, as the replica has it.",
            side.name,
            sum.polls,
            sum.refused,
            noticed(f64::min),
            noticed(f64::max)
        )?;
    }
    Ok(())
}
