//! Limits checked by the compiler.

/// Builds constant [`Limits`](crate::fleet::Limits).
///
/// A setting that [`LimitsBuilder::build`](crate::fleet::LimitsBuilder::build) refuses is a compile error, in the same words.
///
/// # Example
///
/// ```
/// use asyncpoll::{const_limits, fleet::Limits};
///
/// const GENTLE: Limits = const_limits!(Limits::builder().in_flight(2));
/// assert_eq!(GENTLE.in_flight(), Some(2));
/// ```
///
/// This one does not compile, and the compiler says `in_flight is 0; it must be at least 1`:
///
/// ```compile_fail,E0080
/// use asyncpoll::{const_limits, fleet::Limits};
///
/// const GENTLE: Limits = const_limits!(Limits::builder().in_flight(0));
/// # assert_eq!(GENTLE.in_flight(), Some(0));
/// ```
#[macro_export]
macro_rules! const_limits {
    ($builder:expr) => {
        $crate::const_built!($builder)
    };
}
