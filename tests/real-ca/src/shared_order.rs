//! An order that is polled from async code.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use asyncpoll::Outcome;
use tokio::task;

use crate::{acme_error::AcmeError, order::Order};

/// An order that is polled from async code. The requests are made on the runtime's threads for blocking work.
#[derive(Clone, Debug)]
pub struct SharedOrder {
    order: Arc<Mutex<Order>>,
}

impl SharedOrder {
    /// Makes `order` fit for async code.
    pub fn new(order: Order) -> Self {
        Self { order: Arc::new(Mutex::new(order)) }
    }

    /// Returns the order.
    pub fn lock(&self) -> MutexGuard<'_, Order> {
        self.order.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Polls once with `poll`: [`Order::poll`] or another. A poll that panics fails for good.
    pub async fn poll(
        &self,
        poll: impl FnOnce(&mut Order) -> Outcome<String, AcmeError> + Send + 'static,
    ) -> Outcome<String, AcmeError> {
        let died = || Outcome::Failed(AcmeError::Malformed("the poll panicked".into()));
        self.poll_or_lose(poll).await.unwrap_or_else(died)
    }

    /// Polls once with `poll`, and returns nothing if that panics.
    pub async fn poll_or_lose(
        &self,
        poll: impl FnOnce(&mut Order) -> Outcome<String, AcmeError> + Send + 'static,
    ) -> Option<Outcome<String, AcmeError>> {
        let shared = self.clone();
        task::spawn_blocking(move || poll(&mut shared.lock())).await.ok()
    }
}
