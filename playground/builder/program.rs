//! The program in the page: the library of this package as WebAssembly.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;

const TARGET: &str = "wasm32-unknown-unknown";

/// Builds the library, and returns where it is.
pub(crate) fn build() -> Result<PathBuf, String> {
    let folder = output(tool("RUSTC", "rustc").args(["--print", "target-libdir", "--target", TARGET]))?;
    if !Path::new(folder.trim()).exists() {
        return Err(format!("the standard library for {TARGET} is missing; `rustup target add {TARGET}` installs it"));
    }
    let messages = output(tool("CARGO", "cargo").current_dir(env!("CARGO_MANIFEST_DIR")).args([
        "build",
        "--lib",
        "--profile",
        "wasm",
        "--target",
        TARGET,
        "--message-format",
        "json-render-diagnostics",
    ]))?;
    let files = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let file = files.flat_map(|message| message["filenames"].as_array().cloned().unwrap_or_default());
    let file =
        file.filter_map(|file| file.as_str().map(PathBuf::from)).find(|file| file.extension().is_some_and(|end| end == "wasm"));
    file.ok_or_else(|| "Cargo has built no WebAssembly".to_owned())
}

/// Returns the program that an environment variable names.
fn tool(variable: &str, name: &str) -> Command {
    Command::new(env::var_os(variable).unwrap_or_else(|| OsString::from(name)))
}

/// Runs a program, whose complaints are seen, and returns what it prints.
fn output(command: &mut Command) -> Result<String, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stderr(Stdio::inherit()).output().map_err(|error| format!("{name} cannot be run: {error}"))?;
    if !output.status.success() {
        return Err(format!("{name} has failed: {}", output.status));
    }
    String::from_utf8(output.stdout).map_err(|error| format!("{name} prints no text: {error}"))
}
