//! The cases of the table beside the peers.

use std::time::{Duration, Instant};

use asyncpoll::{SeededRng, SmallRng};

use super::{Case, Piece};
use crate::{
    peers::{
        backoff::Backoff,
        backon::{self, Backon},
        exponential_backoff::ExponentialBackoff,
        google_cloud_gax::{self, Gax},
        limit::Limit,
        ours::Ours,
        reliakit_backoff::ReliakitBackoff,
        retry_policies::RetryPolicies,
        sisyphus::{self, Sisyphus},
        tokio_retry::TokioRetry,
    },
    subject::Subject,
};

/// Returns the cases of the table beside the peers: a row for each subject, a column for each piece.
pub fn beside_peers() -> Vec<Case> {
    let mut cases = Vec::new();
    subject::<Ours<Instant, SeededRng>>(&mut cases, "asyncpoll: ");
    subject::<Ours<Instant, &'static mut SeededRng>>(&mut cases, "asyncpoll: ");
    subject::<Ours<Instant, SmallRng>>(&mut cases, "asyncpoll: ");
    subject::<Ours<Duration, SmallRng>>(&mut cases, "asyncpoll, Duration as the instant: ");
    subject::<Limit<&'static mut SeededRng>>(&mut cases, "bare limit: ");
    subject::<Limit<SmallRng>>(&mut cases, "bare limit: ");
    subject::<Backon>(&mut cases, "");
    subject::<backon::Limited>(&mut cases, "");
    subject::<Backoff>(&mut cases, "");
    subject::<ExponentialBackoff>(&mut cases, "");
    subject::<TokioRetry>(&mut cases, "");
    subject::<RetryPolicies>(&mut cases, "");
    subject::<Sisyphus>(&mut cases, "");
    subject::<sisyphus::Limited>(&mut cases, "");
    subject::<ReliakitBackoff>(&mut cases, "");
    subject::<Gax>(&mut cases, "");
    subject::<google_cloud_gax::Limited>(&mut cases, "");
    cases.retain(|case| case.piece != Piece::Sweep || !case.row.contains("&mut"));
    cases
}

fn subject<S: Subject>(cases: &mut Vec<Case>, prefix: &str) {
    for piece in [Piece::Decision, Piece::Life, Piece::Birth, Piece::Sweep] {
        cases.push(Case::new::<S>(&format!("{prefix}{}", S::NAME), piece.name(), piece));
    }
}
