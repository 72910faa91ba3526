//! What a fleet is worth: the tables of `cargo run --package fleet -- --simulate` stay what `golden/fleet.txt` says, within 10 %.
//!
//! `UPDATE_EXPECT=1 cargo test --test it fleet::figures` writes them anew.

use simulation::tables;
use std::{env, fs};

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/golden/fleet.txt");

/// The numbers in a line, and its words.
fn split(line: &str) -> (Vec<f64>, Vec<&str>) {
    let (numbers, words): (Vec<_>, Vec<_>) = line
        .split_whitespace()
        .map(|word| (word.trim_end_matches("/s").parse::<f64>(), word))
        .partition(|(number, _)| number.is_ok());
    (numbers.into_iter().flat_map(|(number, _)| number).collect(), words.into_iter().map(|(_, word)| word).collect())
}

#[test]
fn are_as_written_down() {
    let mut out = Vec::new();
    tables::print(&mut out).unwrap();
    let printed = String::from_utf8(out).unwrap();
    if env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(GOLDEN, &printed).unwrap();
    }
    let golden = fs::read_to_string(GOLDEN).unwrap();
    assert_eq!(printed.lines().count(), golden.lines().count());
    for (printed, golden) in printed.lines().zip(golden.lines()) {
        let ((found, words), (expected, expected_words)) = (split(printed), split(golden));
        assert_eq!(words, expected_words, "{golden}");
        assert_eq!(found.len(), expected.len(), "{golden}");
        for (found, expected) in found.into_iter().zip(expected) {
            // One more or less is more than that of a handful, and no news.
            assert!((found - expected).abs() <= (expected / 10.0).max(1.0), "{golden}\nis now\n{printed}");
        }
    }
}
