//! What the program is told.

use clap::Parser;

/// Eight replicas of a service poll 5,000 orders at a server that serves 40 polls a second, and answers the others 429 with
/// `Retry-After: 30`. On the left each finds a pace of its own; on the right all share one, in a row of a database.
///
/// Press 1 to 8 to kill a replica, which begins anew ten seconds later, and q to end.
#[derive(Debug, Parser)]
#[command(version = None)]
pub(crate) struct Arguments {
    /// How many seconds pass in one.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub(crate) speed: u32,
    /// How many replicas there are: 1 to 9.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u8).range(1..=9))]
    pub(crate) replicas: u8,
    /// Keeps the row in the table `upstream` of this PostgreSQL, which is made if it is not there. Time then passes as in life.
    #[arg(long, value_name = "URL", conflicts_with = "speed")]
    pub(crate) postgres: Option<String>,
}

impl Arguments {
    pub(crate) fn speed(&self) -> u32 {
        if self.postgres.is_some() { 1 } else { self.speed }
    }
}
