//! States of upstreams as bytes that a store keeps and does not read: they are replaced if nobody else has replaced them meanwhile.

use std::time::Duration;

use anyhow::bail;

pub mod postgres;
pub mod redis;
pub mod replace;

/// A store of states.
pub trait States: Send {
    /// Returns the state of an upstream, empty if it has none, and the store's
    /// clock since 1970.
    fn read(&mut self, upstream: &str) -> impl Future<Output = anyhow::Result<(Vec<u8>, Duration)>> + Send;

    /// Puts `new` in the place of `old`, and returns whether it stands there.
    /// It does not if the state has ceased to be `old`.
    fn replace(&mut self, upstream: &str, old: &[u8], new: &[u8]) -> impl Future<Output = anyhow::Result<bool>> + Send;

    /// Replaces the state of an upstream by what `step` makes of it and of the
    /// store's clock, and returns what `step` returns besides. `step` is called
    /// again if another client was faster; what it returns last stands. If it
    /// fails, the state stays as it is.
    fn admit<T: Send, F>(&mut self, upstream: &str, mut step: F) -> impl Future<Output = anyhow::Result<T>> + Send
    where
        F: FnMut(&[u8], Duration) -> anyhow::Result<(Vec<u8>, T)> + Send,
    {
        async move {
            for _ in 0..MOST_STEPS {
                let (old, now) = self.read(upstream).await?;
                let (new, made) = step(&old, now)?;
                if self.replace(upstream, &old, &new).await? {
                    return Ok(made);
                }
            }
            bail!("others were faster to replace the state of {upstream} {MOST_STEPS} times in a row")
        }
    }
}

/// Of eight clients that do nothing else, each is the fastest once in eight
/// times.
const MOST_STEPS: u32 = 1_000;
