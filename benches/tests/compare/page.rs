//! The page shows the programs that the other tests run, each of them whole,
//! and the table as it comes out today.

use asyncpoll_benches::{summary, watched};
use std::{collections::BTreeSet, env, fs, path::Path};

const PAGE: &str = "../docs/compare.md";
const BEGIN: &str = "<!-- By cargo test: see benches/README.md. -->\n\n";
const END: &str = "\n<!-- The table ends. -->\n";

/// Without programs and table, the page is read in eight minutes.
const MOST_WORDS: usize = 1_800;

fn page() -> String {
    fs::read_to_string(PAGE).expect("tests run in the folder of the package")
}

/// Returns the code of a file, after what it says of itself.
fn code(file: &str) -> &str {
    let says = file.find("\n\n").expect("the text is a paragraph");
    &file[says + 2..]
}

#[test]
fn it_shows_every_program_whole_in_the_section_of_its_crate() {
    let page = page();
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compare");
    let folders = fs::read_dir(tests).unwrap().map(|it| it.unwrap().path());
    let programs: BTreeSet<_> = folders
        .filter(|it| it.is_dir())
        .flat_map(|folder| fs::read_dir(folder).unwrap())
        .map(|program| program.unwrap().path())
        .collect();
    assert!(programs.len() >= 7, "{programs:?}");
    for program in &programs {
        let file = fs::read_to_string(program).unwrap();
        let program = program.display().to_string();
        let block = format!("```rust\n{}```\n", code(&file));
        let (before, _) = page
            .split_once(&block)
            .unwrap_or_else(|| panic!("the page shows another {program}"));
        let (_, section) = before.rsplit_once("\n## ").unwrap();
        let (title, _) = section.split_once('\n').unwrap();
        let name = title.replace("Coming from ", "").replace('-', "_");
        assert!(program.contains(&format!("/{name}/")), "{program}: {title}");
    }
    let shown = page.matches("```rust\n").count();
    assert_eq!(shown, programs.len(), "nothing else is shown");
}

/// `UPDATE_EXPECT=1 cargo test --package asyncpoll-benches` writes it anew.
#[test]
fn its_table_is_what_comes_out_today() {
    let table = summary::table(&watched::all());
    let page = page();
    let (before, rest) = page.split_once(BEGIN).expect("the table begins");
    let (shown, after) = rest.split_once(END).expect("the table ends");
    if env::var_os("UPDATE_EXPECT").is_some() {
        let page = format!("{before}{BEGIN}{table}{END}{after}");
        fs::write(PAGE, page).unwrap();
    } else {
        assert_eq!(shown, table);
    }
}

#[test]
fn it_speaks_of_the_versions_that_are_tried() {
    let lock = include_str!("../../../Cargo.lock");
    let page = page();
    for it in watched::all() {
        let Some((name, version)) = it.name.split_once(' ') else { continue };
        let locked = format!("name = \"{name}\"\nversion = \"{version}.");
        assert!(lock.contains(&locked), "{name} is no longer {version}");
        assert!(page.contains(it.name), "the page leaves {} out", it.name);
    }
}

#[test]
fn it_is_short() {
    let page = page();
    let table = page.find(BEGIN).unwrap()..page.find(END).unwrap();
    let page = page.replace(&page[table], "");
    let prose = page.split("```").step_by(2).collect::<String>();
    let words = prose.split_whitespace().count();
    assert!(words <= MOST_WORDS, "the page has {words} words");
}
