//! The terminal: both halves side by side, drawn anew ten times a second, and the keys.

use core::time::Duration;
use std::{
    io::{self, Write},
    time::Instant,
};

use crossterm::{
    cursor::{Hide, MoveTo, Show},
    event::{Event, KeyCode, KeyEvent, KeyModifiers, poll, read},
    queue,
    style::Print,
    terminal::{Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode},
};

use crate::{
    arguments::Arguments,
    report,
    side::{Figures, Side, fairness},
};

const FRAME: Duration = Duration::from_millis(100);

/// How many polls a second make the longest bar, and how long that is.
const FULL: f64 = 12.0;
const WIDTH: usize = 10;

/// What has passed when the first frame is drawn: both halves have met the limit, and the first hold is over.
const BEFORE: Duration = Duration::from_secs(60);

/// What the user wants.
enum Key {
    Kill(usize),
    Quit,
}

/// Gives the terminal back, whatever happens.
struct Screen;

impl Screen {
    fn enter() -> io::Result<Self> {
        enable_raw_mode()?;
        queue!(io::stdout(), EnterAlternateScreen, Hide)?;
        Ok(Self)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // Nothing is left to be done if the terminal is gone.
        let _ = queue!(io::stdout(), Show, LeaveAlternateScreen);
        let _ = io::stdout().flush();
        let _ = disable_raw_mode();
    }
}

/// Shows how it goes, until it is over or the user has seen enough, and then prints what came of it.
pub(crate) fn run(mut sides: [Side; 2], arguments: &Arguments) -> anyhow::Result<()> {
    let start = Instant::now();
    let before = if arguments.postgres.is_some() { Duration::ZERO } else { BEFORE };
    let mut now = before;
    {
        let _screen = Screen::enter()?;
        while !sides.iter().all(Side::is_done) {
            now = before + start.elapsed() * arguments.speed();
            for side in &mut sides {
                side.advance(now);
            }
            draw(&sides, arguments, now)?;
            match key()? {
                Some(Key::Kill(replica)) if replica < arguments.replicas.into() => {
                    for side in &mut sides {
                        side.kill(replica, now);
                    }
                }
                Some(Key::Quit) => break,
                Some(Key::Kill(_)) | None => {}
            }
        }
    }
    report::print_end(&sides, now, &mut io::stdout())?;
    Ok(())
}

/// Waits for a key until the next frame.
fn key() -> io::Result<Option<Key>> {
    if !poll(FRAME)? {
        return Ok(None);
    }
    let Event::Key(KeyEvent { code: KeyCode::Char(pressed), modifiers, .. }) = read()? else { return Ok(None) };
    Ok(match pressed {
        'q' => Some(Key::Quit),
        'c' if modifiers.contains(KeyModifiers::CONTROL) => Some(Key::Quit),
        _ => pressed.to_digit(10).and_then(|digit| digit.checked_sub(1)).map(|replica| Key::Kill(replica as usize)),
    })
}

fn draw(sides: &[Side; 2], arguments: &Arguments, now: Duration) -> io::Result<()> {
    let figures = sides.each_ref().map(|side| side.figures(now));
    let mut lines = vec![
        format!("{} replicas poll 5,000 orders at a server that serves 40 polls a second", arguments.replicas),
        "and asks those that it refuses to be left alone for 30 s.".to_owned(),
        String::new(),
        format!("          {:<36}{}", sides[0].name, sides[1].name),
        format!("          {0:<36}{0}", "polls a second   refused  noticed"),
    ];
    for (number, (own, shared)) in figures[0].iter().zip(&figures[1]).enumerate() {
        lines.push(format!("{:>9} {:<36}{}", number + 1, row(own), row(shared)));
    }
    let [own, shared] = figures.each_ref().map(|all| {
        let sum = Figures::together(all);
        format!("{:<10} {:4.1} {:>7.1} %  fair {:.2}", "", sum.rate, sum.refused_percent(), fairness(all))
    });
    let minutes = now.as_secs() / 60;
    let fast = if arguments.speed() > 1 { format!("{} times ", arguments.speed()) } else { String::new() };
    lines.extend([
        format!(" together {own:<36}{shared}"),
        String::new(),
        " noticed: so long after an order's end. fair: 1 if all have sent as many.".to_owned(),
        " Where nobody sends, a refusal holds all who know of it.".to_owned(),
        format!(" {minutes}:{:02} min, {fast}as fast as in life.", now.as_secs() % 60),
        format!(" 1 to {} kill a replica, which is back after 10 s; q ends.", arguments.replicas),
    ]);
    let mut out = io::stdout();
    for (line, text) in lines.iter().enumerate() {
        queue!(out, MoveTo(0, line as u16), Print(text), Clear(ClearType::UntilNewLine))?;
    }
    queue!(out, Clear(ClearType::FromCursorDown))?;
    out.flush()
}

/// Returns the line of a replica.
fn row(figures: &Figures) -> String {
    if !figures.is_up {
        return "killed".to_owned();
    }
    let eighths = (figures.rate / FULL * WIDTH as f64 * 8.0) as usize;
    let bar: String = (0..WIDTH).map(|cell| block(eighths.saturating_sub(8 * cell))).collect();
    let noticed = figures.noticed_after.map(|seconds| format!("{seconds:.0} s")).unwrap_or_default();
    format!("{bar} {:4.1} {:>8} {noticed:>8}", figures.rate, figures.refused)
}

/// Returns the cell of a bar of which so many eighths are left.
fn block(eighths: usize) -> char {
    [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'][eighths.min(8)]
}
