//! The arguments of the program.

use clap::{Parser, value_parser};

/// Places 2,000 orders at a small certificate authority on this machine and polls all of them until they are issued.
/// It serves 150 requests a second, 300 after a rest, and answers the others 429 with Retry-After.
#[derive(Debug, Parser)]
#[command(
    name = "fleet",
    version,
    verbatim_doc_comment,
    after_help = "\
Commands are lines on standard input:
  add NAME...  place orders, and poll them
  cancel NAME  poll an order no more
  pause        make no poll
  resume       poll again
  status       say how far it is

The first poll of order-1 panics, to show what follows: it counts as a poll that has failed, and so do those of its request.

Exit status: 0 all are issued, 1 failed, 2 some gave up, 130 interrupted with Ctrl-C."
)]
pub(crate) struct Arguments {
    /// How many orders to place: order-1, order-2 and so on
    #[arg(long, value_name = "N", default_value_t = 2_000, value_parser = value_parser!(u32).range(1..))]
    pub(crate) orders: u32,

    /// How many polls to send in one request at most
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = value_parser!(u16).range(1..))]
    pub(crate) batch: u16,

    /// Poll them by a poller each, which know nothing of each other and take no commands
    #[arg(long, conflicts_with = "batch")]
    pub(crate) alone: bool,

    /// Poll orders in virtual time instead, at many servers, and print what that costs
    #[arg(long, conflicts_with_all = ["alone", "orders", "batch"])]
    pub(crate) simulate: bool,
}
