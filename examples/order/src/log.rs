//! The log that a policy is fitted to: a line for each operation.

use core::time::Duration;
use std::{
    fs::File,
    io::{self, Write},
    path::Path,
};

/// The times of the last two polls of an operation, since its start.
#[derive(Default)]
pub(crate) struct LastPolls {
    after: Duration,
    by: Duration,
}

impl LastPolls {
    /// Takes the time of one more poll.
    pub(crate) fn take(&mut self, time: Duration) {
        (self.after, self.by) = (self.by, time);
    }

    /// Adds a line to `file`: it was over after the first of two times and by the second, or not by the last poll.
    pub(crate) fn append(&self, file: &Path, is_over: bool) -> io::Result<()> {
        let [after, by] = [self.after, self.by].map(|time| time.as_secs_f64());
        let line = if is_over { format!("{after:.3}s..{by:.3}s\n") } else { format!(">{by:.3}s\n") };
        File::options().create(true).append(true).open(file)?.write_all(line.as_bytes())
    }
}
