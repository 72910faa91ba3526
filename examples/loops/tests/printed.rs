//! What the program prints.

use std::process::Command;

#[test]
fn loops_tick_together_without_jitter_and_evenly_if_they_are_spread() {
    let output = Command::new(env!("CARGO_BIN_EXE_loops")).output().unwrap();
    assert!(output.status.success());
    let printed = String::from_utf8(output.stdout).unwrap();
    let (_, many) = printed.split_once("10000 loops of 60 s with a jitter of 10 %").unwrap();
    let drawn = |name| {
        let (_, after) = many.split_once(&format!("\n{name}: ")).unwrap();
        let [figures, start, later] = after.lines().take(3).collect::<Vec<_>>().try_into().unwrap();
        (figures, [start, later].map(|bars| bars.trim().trim_matches('|')))
    };

    // A bar for each of 120 seconds: all tick in the first of a minute, and none in the others.
    let minute = format!("█{}", " ".repeat(59));
    assert_eq!(drawn("without jitter, AtOnce"), ("10000 from the start, 10000 after 10 min", [&*minute.repeat(2); 2]));
    let (_, [_, spread]) = drawn("Locked, Spread");
    assert!(spread.chars().count() == 120 && spread.chars().all(|bar| "▅▆▇█".contains(bar)), "{spread}");
}
