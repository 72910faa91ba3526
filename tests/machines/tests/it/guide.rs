//! The guide shows the table, the statement, the script and the clients that the other tests run.

use asyncpoll_durable::shown::words;

#[test]
fn it_shows_what_is_tested() {
    let guide = words(include_str!("../../../../docs/machines.md"));
    for (name, file) in [
        ("table.sql", include_str!("../../src/slots/table.sql")),
        ("ask.sql", include_str!("../../src/slots/ask.sql")),
        ("ask.lua", include_str!("../../src/slots/ask.lua")),
        ("connection.rs", include_str!("../../src/connection.rs")),
        ("slots.rs", include_str!("../../src/slots.rs")),
        ("postgres.rs", include_str!("../../src/slots/postgres.rs")),
        ("redis.rs", include_str!("../../src/slots/redis.rs")),
        ("states/table.sql", include_str!("../../src/states/table.sql")),
        ("states/replace.lua", include_str!("../../src/states/replace.lua")),
        ("states.rs", include_str!("../../src/states.rs")),
        ("states/postgres.rs", include_str!("../../src/states/postgres.rs")),
        ("states/redis.rs", include_str!("../../src/states/redis.rs")),
        ("pace.rs", include_str!("../../src/pace.rs")),
        ("orders.rs", include_str!("../../src/orders.rs")),
        ("polling.rs", include_str!("../../src/polling.rs")),
    ] {
        assert!(guide.contains(&words(file)), "the guide shows another {name}");
    }
}
