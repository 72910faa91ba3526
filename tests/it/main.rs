//! The tests, one behaviour a file.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::expect_used,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::unchecked_time_subtraction,
    reason = "in a test, to panic is to fail"
)]
#![allow(clippy::std_instead_of_alloc, clippy::std_instead_of_core, reason = "tests have std")]

/// Makes a list of what `every` names.
macro_rules! every {
    ($list:ident: $element:ty = $of:ident { $($variant:pat => [$($example:expr),+ $(,)?],)+ }) => {
        pub(crate) const $list: &[$element] = &[$($($example),+),+];
    };
}

#[macro_use]
mod support;
mod decisions;
mod every;
mod fleet_model;
mod fleet_pair;
mod fleet_play;
#[path = "../../examples/fleet/tables.rs"]
mod fleet_tables;
mod model;
#[path = "../../examples/fleet/progress.rs"]
mod progress;
mod put_away;
#[path = "../../examples/fleet/simulation.rs"]
mod simulation;
mod strategies;
mod ticker_model;
mod ticks;
#[path = "../../examples/fleet/together.rs"]
mod together;

mod adopting;
mod bounds;
mod cadence;
mod cancelling;
mod clocks;
mod compile_fail;
mod configuration;
mod deadline;
mod default_max_wait;
mod distribution;
mod drivers;
mod example_order;
mod faithful;
mod finished;
mod fleet_example;
mod fleet_figures;
mod fleet_holds;
mod fleet_laws;
mod fleet_limits;
mod fleet_lost;
mod fleet_pace;
mod fleet_restored;
mod gave_up;
mod head_start;
mod hints;
mod jitter;
mod ladder;
mod limits;
mod looking;
mod loops;
#[path = "../../examples/loops/fleet.rs"]
mod loops_fleet;
mod outcome;
mod policy_errors;
mod poll_count;
mod programs;
mod promises;
mod random_seed;
mod replay;
mod resetting;
mod restoring;
mod resumable;
mod schedule;
mod settings;
mod snapshot;
mod snapshot_text;
mod spread;
mod ticker;
mod ticker_drivers;
mod ticker_faithful;
mod ticker_laws;
