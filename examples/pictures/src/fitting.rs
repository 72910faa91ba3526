//! What `asyncpoll-fit --svg` draws of its own example log.

use asyncpoll::Policy;
use asyncpoll_fit::{Distribution, Fit, Log, Report, drawing::Drawing, estimate, picture, warnings};

use crate::WIDTH;

/// The log, and the time that the guide gives as `--max-wait` with it, in seconds.
const LOG: &[u8] = include_bytes!("../../../fit/examples/orders.log");
const MAX_WAIT: f64 = 600.0;

/// Returns the log and what is estimated from it.
pub(crate) fn orders() -> (Log, Distribution) {
    let log = Log::read(LOG, None).expect("every line of the log is a record");
    let times = estimate(&log.records, MAX_WAIT).expect("most orders are done");
    (log, times)
}

pub(crate) fn draw() -> Drawing {
    let (log, times) = orders();
    let present = Policy::default();
    let fit = Fit::new(&times, present, None, times.shortest_wait()).expect("the default policy has an end");
    let warnings = warnings(&log, &fit, &present);
    picture(&Report { log: &log, times: &times, fit: &fit, warnings: &warnings }, WIDTH)
}
