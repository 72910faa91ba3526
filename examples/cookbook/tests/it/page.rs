//! The page shows the programs that the other tests run, each of them whole.

use std::{collections::BTreeSet, fs, path::Path};

/// A program may be so long that it is read at one go.
const LONGEST: usize = 60;

/// Returns the text of a file, and what it says of itself.
fn parts(file: &str) -> (String, &str) {
    let code = file.find("\n\n").expect("the text is a paragraph");
    let code = file.find("\n#![no_std]").unwrap_or(code + 1);
    let (says, code) = file.split_at(code + 1);
    let says = says.lines().map(|line| line.trim_start_matches("//!"));
    (words(&says.collect::<String>()), code)
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn it_shows_every_program_whole_and_who_needs_it() {
    let page = include_str!("../../../../docs/cookbook.md");
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let programs = fs::read_dir(sources.join("bin")).unwrap();
    let programs = programs.map(|program| program.unwrap().path());
    let programs: BTreeSet<_> =
        programs.chain([sources.join("firmware.rs")]).collect();
    assert!(programs.len() >= 13, "{programs:?}");
    for program in &programs {
        let file = fs::read_to_string(program).unwrap();
        let program = program.display();
        assert!(file.lines().count() <= LONGEST, "{program} is too long");
        let (says, code) = parts(&file);
        assert!(says.starts_with("You need this if "), "{program}: {says}");
        let (before, _) = page
            .split_once(&format!("```rust\n{code}```\n"))
            .unwrap_or_else(|| panic!("the page shows another {program}"));
        let (_, section) = before.rsplit_once("\n## ").unwrap();
        let (_title, intro) = section.split_once('\n').unwrap();
        assert_eq!(words(intro), says, "the page introduces {program} so");
    }
    let shown = page.matches("```rust\n").count();
    assert_eq!(shown, programs.len(), "nothing else is shown");
}
