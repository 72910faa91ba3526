//! The page in a real browser. It takes Debian's packages chromium and chromium-driver.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::float_arithmetic,
    reason = "places in a picture are floating point"
)]

use std::process::Command;

use escargot::{CargoBuild, CargoRun};

mod browser;
mod fit;
mod fleet;
mod page;
mod pictures;
mod policy;
#[path = "../support/random.rs"]
mod random;
mod ticker;

/// Builds a program of a package of this workspace.
fn program(package: &str, name: &str) -> CargoRun {
    let manifest = format!("{}/../{package}/Cargo.toml", env!("CARGO_MANIFEST_DIR"));
    CargoBuild::new().manifest_path(manifest).bin(name).run().expect("the program is built")
}

/// Returns what a program prints.
fn printed(command: &mut Command) -> String {
    let output = command.output().expect("the program can be run");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("the program prints text")
}
