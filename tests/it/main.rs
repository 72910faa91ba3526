//! The tests, one behaviour a file, in folders named after the modules of the crate.
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

mod fleet;
mod http;
mod policy;
mod poller;
mod random;
mod snapshot;
mod ticker;

mod compile_fail;
mod programs;
mod readme;
mod settings;
