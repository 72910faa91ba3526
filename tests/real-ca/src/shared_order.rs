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

    /// Polls once with `poll`: [`Order::poll`] or another.
    pub async fn poll(
        &self,
        poll: impl FnOnce(&mut Order) -> Outcome<String, AcmeError> + Send + 'static,
    ) -> Outcome<String, AcmeError> {
        let shared = self.clone();
        let polled = task::spawn_blocking(move || poll(&mut shared.lock())).await;
        polled.unwrap_or_else(|error| Outcome::Failed(AcmeError::Malformed(error.to_string())))
    }
}
