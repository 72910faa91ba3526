//! The guide shows the worker that the other tests crash.

/// Returns a text without spaces, for the guide's lines are shorter, and without what the docs hide and the files say of
/// themselves.
fn words(text: &str) -> String {
    let hidden = ["# ", "//!", "use crate::"];
    let lines = text.lines().filter(|line| !hidden.iter().any(|start| line.starts_with(start)));
    lines.flat_map(str::split_whitespace).collect::<String>().replace(",)", ")").replace(",]", "]").replace(",}", "}")
}

#[test]
fn it_shows_the_table_and_the_worker() {
    let guide = words(include_str!("../../../docs/durable.md"));
    for (name, file) in [
        ("schema.sql", include_str!("../src/schema.sql")),
        ("settling.rs", include_str!("../src/settling.rs")),
        ("polling.rs", include_str!("../src/polling.rs")),
        ("slots.rs", include_str!("../src/slots.rs")),
    ] {
        assert!(guide.contains(&words(file)), "the guide shows another {name}");
    }
}
