//! The guide shows the worker that the other tests crash.

use asyncpoll_durable::shown::words;

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
