//! Policies checked by the compiler.

/// Builds a constant [`Policy`](crate::Policy).
///
/// A setting that [`PolicyBuilder::build`](crate::PolicyBuilder::build) refuses is a compile error, in the same words.
///
/// # Example
///
/// ```
/// use asyncpoll::{Policy, const_policy};
/// use core::time::Duration;
///
/// const ISSUANCE: Policy = const_policy!(
///     Policy::builder().initial_wait(Duration::from_secs(2)).max_polls(40)
/// );
/// assert_eq!(
///     ISSUANCE.schedule().nth(1).map(|poll| poll.nominal),
///     Some(Duration::from_secs(2))
/// );
/// ```
///
/// This one does not compile, and the compiler says `initial_wait is 600 s; it must be at most max_backoff, 300 s`:
///
/// ```compile_fail,E0080
/// use asyncpoll::{Policy, const_policy};
/// use core::time::Duration;
///
/// const ISSUANCE: Policy =
///     const_policy!(Policy::builder().initial_wait(Duration::from_secs(600)));
/// # assert_eq!(ISSUANCE, Policy::default());
/// ```
#[macro_export]
macro_rules! const_policy {
    ($builder:expr) => {
        $crate::const_built!($builder)
    };
}
