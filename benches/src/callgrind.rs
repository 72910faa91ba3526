//! Counts instructions with callgrind.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::cases::Case;

/// Returns the instructions that the case takes for each of what it counts.
pub fn instructions(case: &Case) -> f64 {
    let program = beside_this_one("case");
    let out = program.with_extension("callgrind");
    let run = Command::new("valgrind")
        .args(["--tool=callgrind", "--toggle-collect=*measured_*", "--collect-atstart=no"])
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(&program)
        .arg(case.name())
        .stdin(Stdio::null())
        .output()
        .expect("valgrind is installed");
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{} failed under callgrind:\n{said}", case.name());
    let collected = said.lines().find_map(|line| line.split_once("Collected : ")).expect("callgrind tells what it collected").1;
    collected.trim().parse::<f64>().expect("a count") / f64::from(case.piece.counted())
}

fn beside_this_one(name: &str) -> PathBuf {
    let this = env::current_exe().expect("a running program has a path");
    this.parent().map_or_else(PathBuf::new, Path::to_owned).join(name)
}
