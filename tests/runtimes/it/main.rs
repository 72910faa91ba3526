//! The drivers under every kind of runtime, one a file.

mod operation;
mod seed;

mod async_std;
mod embassy;
mod futures_executor;
mod smol;
mod threads;
mod tokio;
