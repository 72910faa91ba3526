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

/// What shows that a program needs a feature of a crate.
const SIGNS: [(&str, &str, &str); 15] = [
    ("asyncpoll", "http", "http::"),
    ("asyncpoll", "serde", "from_slice::<(String"),
    ("asyncpoll", "serde", "Snapshot"),
    ("reqwest", "form", ".form("),
    ("reqwest", "json", ".json()"),
    ("serde", "derive", "#[derive(Deserialize"),
    ("tokio", "io-util", "tokio::io::"),
    ("tokio", "macros", "#[tokio::main"),
    ("tokio", "net", "tokio::net::"),
    ("tokio", "rt", "#[tokio::main"),
    ("tokio", "time", "tokio::time::"),
    ("tokio-util", "time", "tokio_util::time::"),
    ("tonic", "channel", "Channel"),
    ("tower", "retry", "retry::"),
    ("tower", "util", "ServiceExt"),
];

type Names = BTreeSet<String>;

/// Returns the crates and the features of a `cargo add`.
fn added(line: &str) -> (Names, Names) {
    let (line, _) = line.split_once("\n```").unwrap();
    let line = line.replace("--no-default-features", "").replace('\\', " ");
    let (crates, features) = line.split_once("-F").unwrap_or((&line, ""));
    let names = |text: &str| {
        let text = text.replace(',', " ");
        text.split_whitespace().map(str::to_owned).collect()
    };
    (names(crates), names(features))
}

/// Returns which of the crates in our manifest a program uses.
fn used(code: &str) -> Names {
    let manifest = include_str!("../../Cargo.toml");
    let (_, rest) = manifest.split_once("[dependencies]\n").unwrap();
    let (dependencies, _) = rest.split_once("\n[").unwrap();
    let lines = dependencies.lines().filter_map(|line| line.split_once(" = "));
    let names = lines.map(|(name, _)| name.to_owned());
    names
        .filter(|name| {
            let path = format!("{}::", name.replace('-', "_"));
            [' ', '(', '<', '[', '&']
                .iter()
                .any(|before| code.contains(&format!("{before}{path}")))
        })
        .collect()
}

/// Returns the features that a program needs, each of which our manifest names.
fn needed(code: &str, crates: &Names) -> Names {
    let manifest = include_str!("../../Cargo.toml");
    let is_needed = |(name, _, sign): &(&str, &str, &str)| {
        crates.contains(*name) && code.contains(sign)
    };
    let names = |(name, feature, _)| {
        let start = format!("{name} = ");
        let line = manifest.lines().find(|line| line.starts_with(&start));
        assert!(line.unwrap().contains(&format!("\"{feature}\"")), "{feature}");
        format!("{name}/{feature}")
    };
    SIGNS.into_iter().filter(is_needed).map(names).collect()
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
        let (intro, add) = intro.split_once("```sh\ncargo add ").unwrap();
        let (crates, features) = added(add);
        assert_eq!(crates, used(code), "{program} takes these crates");
        assert_eq!(features, needed(code, &crates), "{program}");
        assert_eq!(words(intro), says, "the page introduces {program} so");
    }
    let shown = page.matches("```rust\n").count();
    assert_eq!(shown, programs.len(), "nothing else is shown");
}
