//! The statement of `docs/machines.md` that gives out slots of a known pace.

/// Takes the name of an upstream, how many slots are wanted, and spacing and hold in microseconds.
pub const ASK_SQL: &str = include_str!("../../machines/src/slots/ask.sql");

/// The table that it is for.
pub const TABLE_SQL: &str = include_str!("../../machines/src/slots/table.sql");
