//! Cadences checked by the compiler.

/// Builds a constant [`Cadence`](crate::Cadence).
///
/// A setting that [`CadenceBuilder::build`](crate::CadenceBuilder::build) refuses is a compile error, in the same words.
///
/// # Example
///
/// ```
/// use asyncpoll::{Cadence, const_cadence};
/// use core::time::Duration;
///
/// const MINUTE: Duration = Duration::from_secs(60);
/// const SWEEPS: Cadence = const_cadence!(Cadence::builder(MINUTE).jitter(5));
/// assert_eq!(SWEEPS.jitter(), 5);
/// ```
///
/// This one does not compile, and the compiler says `jitter is 100 %; it must be at most 99 %`:
///
/// ```compile_fail,E0080
/// use asyncpoll::{Cadence, const_cadence};
/// use core::time::Duration;
///
/// const MINUTE: Duration = Duration::from_secs(60);
/// const SWEEPS: Cadence = const_cadence!(Cadence::builder(MINUTE).jitter(100));
/// # assert_eq!(SWEEPS.jitter(), 100);
/// ```
#[macro_export]
macro_rules! const_cadence {
    ($builder:expr) => {
        $crate::const_built!($builder)
    };
}
