//! A program that decides once, with each subject it is built with: what a subject adds to it is the subject's footprint.

fn main() {
    #[cfg(feature = "asyncpoll-chacha")]
    once::decide::<asyncpoll_benches::peers::ours::Ours<std::time::Duration, asyncpoll::SeededRng>>();
    #[cfg(all(feature = "asyncpoll", not(feature = "asyncpoll-chacha")))]
    once::decide::<asyncpoll_benches::peers::ours::Ours<std::time::Duration, asyncpoll::SmallRng>>();
    #[cfg(feature = "asyncpoll-std")]
    std::hint::black_box(asyncpoll::random_seed());
    #[cfg(feature = "backoff")]
    once::decide::<asyncpoll_benches::peers::backoff::Backoff>();
    #[cfg(feature = "backon")]
    once::decide::<asyncpoll_benches::peers::backon::Limited>();
    #[cfg(feature = "exponential-backoff")]
    once::decide::<asyncpoll_benches::peers::exponential_backoff::ExponentialBackoff>();
    #[cfg(feature = "google-cloud-gax")]
    once::decide::<asyncpoll_benches::peers::google_cloud_gax::Limited>();
    #[cfg(feature = "reliakit-backoff")]
    once::decide::<asyncpoll_benches::peers::reliakit_backoff::ReliakitBackoff>();
    #[cfg(feature = "retry-policies")]
    once::decide::<asyncpoll_benches::peers::retry_policies::RetryPolicies>();
    #[cfg(feature = "sisyphus")]
    once::decide::<asyncpoll_benches::peers::sisyphus::Limited>();
    #[cfg(feature = "tokio-retry")]
    once::decide::<asyncpoll_benches::peers::tokio_retry::TokioRetry>();
}

#[cfg(any(
    feature = "asyncpoll",
    feature = "backoff",
    feature = "backon",
    feature = "exponential-backoff",
    feature = "google-cloud-gax",
    feature = "reliakit-backoff",
    feature = "retry-policies",
    feature = "sisyphus",
    feature = "tokio-retry"
))]
mod once {
    //! One decision.

    use std::{hint::black_box, time::Duration};

    use asyncpoll_benches::subject::Subject;

    pub(crate) fn decide<S: Subject>() {
        let policy = black_box(S::policy());
        let mut poller = S::start(&policy, S::source(black_box(1)), S::now(Duration::ZERO));
        black_box(S::decide::<()>(&policy, &mut poller, S::now(Duration::from_secs(5))));
    }
}
