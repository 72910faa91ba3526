//! The page that sets asyncpoll beside other crates: the programs that it
//! shows, each run in virtual time, and its table.

mod authority;
mod backoff;
mod backon;
mod governor;
mod page;
mod retry_policies;
mod throttling;
mod tokio_retry;
