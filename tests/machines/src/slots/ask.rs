//! The statement for PostgreSQL and the script for Redis by which a client asks for slots.

/// Takes a name, how many slots are wanted, the spacing and the hold.
pub const ASK_SQL: &str = include_str!("ask.sql");

/// Takes a key, how many slots are wanted, the spacing and the hold.
pub const ASK_LUA: &str = include_str!("ask.lua");
