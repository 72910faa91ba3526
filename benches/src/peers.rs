//! The subjects: `asyncpoll`, the bare limit, and the peers.

#[cfg(feature = "backoff")]
pub mod backoff;
#[cfg(feature = "backon")]
pub mod backon;
#[cfg(feature = "exponential-backoff")]
pub mod exponential_backoff;
#[cfg(feature = "google-cloud-gax")]
pub mod google_cloud_gax;
#[cfg(feature = "asyncpoll-chacha")]
pub mod limit;
#[cfg(feature = "asyncpoll")]
pub mod ours;
#[cfg(feature = "reliakit-backoff")]
pub mod reliakit_backoff;
#[cfg(feature = "retry-policies")]
pub mod retry_policies;
#[cfg(feature = "sisyphus")]
pub mod sisyphus;
#[cfg(feature = "tokio-retry")]
pub mod tokio_retry;
