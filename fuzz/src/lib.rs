//! What the fuzz targets share: inputs to make up, independent bookkeeping, and the promises that are asserted.
//!
//! `fuzz/run 60 steps` fuzzes for a minute. `cargo run --release --package asyncpoll-fuzz --bin steps` needs no
//! libFuzzer and no C++: it checks the seeds, which are made by hand and named after what they are for, and inputs made of them,
//! or else the files and directories it is given. It fails if a promise does not hold, and prints the input.
//!
//! Nothing here shares arithmetic with the crate under test: times are nanoseconds in a `u128`, and formulas are those of the
//! docs. The bookkeeping of `promises` knows no draws and allows whatever a promise does; the reference of the crate's own
//! tests, which `differential` compares with, knows them and allows one decision.

/// Makes a list with one example of each kind of jitter that `every` names.
macro_rules! every {
    (JITTERS: $element:ty = $of:ident { $($variant:pat => [($name:literal, $kind:expr) $(, $more:expr)* $(,)?],)+ }) => {
        pub(crate) const KINDS: &[$of] = &[$($kind),+];
    };
    ($other:ident: $($rest:tt)+) => {};
}

mod account;
pub mod answers;
pub mod differential;
pub mod drivers;
#[path = "../../tests/it/support/every.rs"]
#[expect(unused_imports, reason = "settings take nothing of it but kinds of jitter")]
mod every;
pub mod fits;
pub mod fleet;
#[path = "../../tests/it/support/fleet_model.rs"]
mod fleet_model;
#[path = "../../tests/it/support/fleet_pair.rs"]
mod fleet_pair;
pub mod journal;
#[path = "../../tests/it/support/limit_rules.rs"]
mod limit_rules;
pub mod logs;
pub mod machines;
pub mod operations;
mod payload;
#[path = "../../tests/it/support/poller_model.rs"]
#[expect(dead_code, reason = "the crate's own tests ask for more of it")]
mod poller_model;
pub mod promises;
pub mod refusals;
pub mod restored;
pub mod seeds;
pub mod settings;
#[path = "../../tests/it/support/shared_pace_model.rs"]
mod shared_pace_model;
#[path = "../../tests/it/support/slots_model.rs"]
mod slots_model;
pub mod span;
pub mod tape;
#[path = "../../tests/it/support/ticker_model.rs"]
mod ticker_model;
pub mod ticks;
#[path = "../../tests/it/support/upstream_model.rs"]
mod upstream_model;
pub mod written;
