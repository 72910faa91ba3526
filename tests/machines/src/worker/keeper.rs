//! What is kept of orders, a batch at a time, and later if the database is gone.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::Notify,
    time::{Instant, sleep, timeout_at},
};

use crate::{orders::Order, worker::table::Table};

/// How long a batch is collected, and how long after an error it is kept again.
const PAUSE: Duration = Duration::from_millis(100);

/// The orders that are still to be kept, each as it is now.
#[derive(Clone, Debug, Default)]
pub struct Unkept {
    orders: Arc<Mutex<BTreeMap<i64, Order>>>,
    are_all: Arc<Notify>,
}

impl Unkept {
    /// Adds an order, in the place of what it was before.
    pub fn add(&self, order: &Order) {
        self.locked().insert(order.id, order.clone());
    }

    /// Says that there are no more to come.
    pub fn are_all(&self) {
        self.are_all.notify_one();
    }

    /// Keeps what is added, until there are no more to come and all are kept.
    pub async fn keep(self, mut table: Table) {
        let mut may_come = true;
        while may_come || !self.locked().is_empty() {
            let batch = std::mem::take(&mut *self.locked());
            if !batch.is_empty()
                && let Err(error) = table.keep(batch.values()).await
            {
                eprintln!("{} orders are kept later: {error:#}", batch.len());
                let mut orders = self.locked();
                for (id, order) in batch {
                    // What has come since is newer.
                    orders.entry(id).or_insert(order);
                }
            }
            if may_come {
                may_come = timeout_at(Instant::now() + PAUSE, self.are_all.notified()).await.is_err();
            } else {
                sleep(PAUSE).await;
            }
        }
    }

    fn locked(&self) -> MutexGuard<'_, BTreeMap<i64, Order>> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
