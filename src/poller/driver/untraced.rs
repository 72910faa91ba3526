//! The driver without the feature `tracing`: it tells nobody.

use core::marker::PhantomData;

use super::{super::Poller, NextWait};
use crate::operation::PollError;

/// Takes the place of what tells of waits and of the end.
#[derive(Debug)]
pub(super) struct Trace<E>(PhantomData<fn(&E)>);

#[expect(clippy::unused_self, reason = "with the feature there is something in it")]
impl<E> Trace<E> {
    pub(super) const fn new() -> Self {
        Self(PhantomData)
    }

    pub(super) const fn wait(&self, _: &NextWait<'_, E>) {}

    pub(super) const fn end<I, R, T>(&self, _: &Poller<I, R>, _: &Result<T, PollError<E>>) {}
}
