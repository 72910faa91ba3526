//! The script of Redis that replaces a state.

/// Takes the key, the old state and the new one.
pub const REPLACE_LUA: &str = include_str!("replace.lua");
