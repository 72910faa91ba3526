//! The programs from Debian's packages that `.ci/tests real-ca` unpacks.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

/// Returns where a program is that its package installs at `path`.
pub(crate) fn program(path: &str) -> Result<PathBuf> {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/debian").join(path);
    ensure!(program.is_file(), "{} is missing; `.ci/tests real-ca` fetches it", program.display());
    Ok(program)
}
