//! One operation on a clock.

mod cancelling;
mod cenkalti_backoff;
mod clocks;
mod deadline;
mod distribution;
mod drivers;
mod dropped;
mod faithful;
mod finished;
mod gave_up;
mod head_start;
mod hints;
mod jitter;
mod kubernetes_wait;
mod ladder;
mod last_poll;
mod limits;
mod looking;
mod outcome;
pub(crate) mod promises;
mod replay;
mod resetting;
mod spread;
mod suspended;
mod throttled;
mod wait_first;
mod waits;
