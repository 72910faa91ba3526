//! What answers the asks of a fleet: a pace that is found, or slots of a known one.

use std::time::Duration;

use asyncpoll::fleet::{Ask, Grant, Limits, SharedPace, SharedPaceError};
use tokio::{sync::mpsc, task::JoinSet};

use crate::slots::{Slots, postgres::PostgresSlots, redis::RedisSlots};
use crate::states::States;

/// A pace that the fleets of many processes share.
pub trait Pace: Send + 'static {
    /// Answers an ask.
    fn grant(&mut self, ask: &Ask) -> impl Future<Output = anyhow::Result<Grant>> + Send;
}

/// A pace that is found, as a state in a store.
#[derive(Debug)]
pub struct FoundPace<S> {
    states: S,
    upstream: String,
    limits: Limits,
    /// The state, as this process has seen it last.
    copy: Option<SharedPace>,
}

impl<S: States> FoundPace<S> {
    /// Makes the pace of an upstream, whose limits are the same everywhere.
    pub fn new(states: S, upstream: &str, limits: Limits) -> Self {
        Self { states, upstream: upstream.to_owned(), limits, copy: None }
    }
}

impl<S: States + 'static> Pace for FoundPace<S> {
    async fn grant(&mut self, ask: &Ask) -> anyhow::Result<Grant> {
        let Self { states, upstream, limits, copy } = self;
        let (pace, grant) = states
            .admit(upstream, |state, now| {
                let kept = match SharedPace::from_bytes(state) {
                    // A newer release shares it. To begin anew would undo what
                    // that has found, at every ask.
                    Err(error @ SharedPaceError::UnknownVersion { .. }) => {
                        return Err(error.into());
                    }
                    kept => kept.ok(),
                };
                // The slots that it has given out only ever grow. If there are
                // fewer than in the copy, the store has lost the latest state.
                let both = copy.iter().chain(&kept);
                let latest = both.max_by_key(|pace| (pace.slots(), pace.epoch()));
                let mut pace = latest.copied().unwrap_or_else(|| SharedPace::new(now));
                let grant = pace.admit(limits, ask, now);
                Ok((pace.to_bytes().to_vec(), (pace, grant)))
            })
            .await?;
        *copy = Some(pace);
        Ok(grant)
    }
}

/// A known pace, as slots that a store gives out.
#[derive(Debug)]
pub struct KnownPace<S> {
    slots: S,
    upstream: String,
    spacing: Duration,
}

impl<S> KnownPace<S> {
    /// Makes the pace of an upstream, in whole microseconds as the stores have
    /// it.
    pub fn new(slots: S, upstream: &str, spacing: Duration) -> Self {
        let micros = spacing.as_nanos().div_ceil(1_000);
        let spacing = Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX));
        Self { slots, upstream: upstream.to_owned(), spacing }
    }

    fn granted(&self, ask: &Ask, slots: Slots) -> Grant {
        Grant::known(ask, slots.slots, slots.first, self.spacing, slots.held)
    }
}

impl Pace for KnownPace<PostgresSlots> {
    async fn grant(&mut self, ask: &Ask) -> anyhow::Result<Grant> {
        let slots = self.slots.ask(&self.upstream, ask.wanted, self.spacing, ask.hold).await?;
        Ok(self.granted(ask, slots))
    }
}

impl Pace for KnownPace<RedisSlots> {
    async fn grant(&mut self, ask: &Ask) -> anyhow::Result<Grant> {
        let slots = self.slots.ask(&self.upstream, ask.wanted, self.spacing, ask.hold).await?;
        Ok(self.granted(ask, slots))
    }
}

/// A task that has a pace answer what comes over a channel.
#[derive(Debug)]
pub struct Answering {
    asks: mpsc::Sender<Ask>,
    grants: mpsc::Receiver<Option<Grant>>,
    _task: JoinSet<()>,
}

impl Answering {
    /// Starts to answer.
    pub fn start(mut pace: impl Pace) -> Self {
        let (asks, mut asked) = mpsc::channel(1);
        let (granted, grants) = mpsc::channel(1);
        let mut task = JoinSet::new();
        task.spawn(async move {
            while let Some(ask) = asked.recv().await {
                let grant = pace.grant(&ask).await;
                if let Err(error) = &grant {
                    eprintln!("no slots were granted: {error:#}");
                }
                if granted.send(grant.ok()).await.is_err() {
                    return;
                }
            }
        });
        Self { asks, grants, _task: task }
    }

    /// Passes an ask on.
    pub fn ask(&self, ask: Ask) {
        // There is room unless the ask before hangs. Then the fleet asks again
        // after five seconds.
        let _ = self.asks.try_send(ask);
    }

    /// Waits for a grant, or for the word that there is none.
    pub async fn answer(&mut self) -> Option<Grant> {
        match self.grants.recv().await {
            Some(grant) => grant,
            // The task has panicked. What it is asked fails by itself.
            None => std::future::pending().await,
        }
    }
}
