//! A fleet: orders by name behind one loop, which takes commands while it polls. This is the loop to copy.

use core::{error::Error, time::Duration};
use std::{collections::HashMap, io};

use asyncpoll::{
    Decision, Fleet, GaveUp, Outcome, Policy,
    fleet::{Due, DuePoll, Id, Limits, Status, Upstream},
    random_seed,
};
use tokio::{
    sync::mpsc::Receiver,
    task::{JoinSet, spawn_blocking},
    time::{Instant, sleep},
};

use crate::{
    commands::{Command, Told},
    progress::Progress,
};

/// How many requests are sent at a time: so many threads does the runtime have for them.
pub(crate) const SENDERS: usize = 512;

/// Polls orders until all have ended, and returns false, or until it is told to stop, and returns true. `poll` sends the polls of one
/// request, `most` at most, each with the name of its order, and returns what each has found.
pub(crate) async fn poll(
    poll: impl Fn(&[(String, DuePoll)]) -> Vec<Outcome<(), String>> + Clone + Send + 'static,
    names: Vec<String>,
    policy: Policy,
    most: usize,
    mut commands: Receiver<Told>,
    progress: &Progress,
) -> Result<bool, Box<dyn Error + Send + Sync>> {
    let mut orders = Orders::new(policy, progress);
    for name in names {
        orders.start(name);
    }

    let mut requests = JoinSet::new();
    while !orders.fleet.is_empty() {
        if requests.len() < SENDERS {
            match orders.fleet.next_due(Instant::now()) {
                Some(Due::Poll(due)) => {
                    let batch = orders.batch(due, most);
                    let (poll, asked) = (poll.clone(), batch.clone());
                    let polling = spawn_blocking(move || poll(&asked));
                    // If it panics, this task is still there to say which polls are lost.
                    requests.spawn(async move { (batch, polling.await.unwrap_or_default()) });
                    continue;
                }
                Some(Due::Ended(id, gave_up)) => {
                    orders.give_up(id, gave_up)?;
                    continue;
                }
                None => {}
            }
        }
        progress.show(orders.fleet.status(orders.authority, Instant::now()).spacing);

        // If all senders are busy, the next event is an answer or a command.
        let wait = orders.fleet.until_next(Instant::now()).filter(|_| requests.len() < SENDERS);
        tokio::select! {
            Some(answered) = requests.join_next() => {
                let (batch, found) = answered?;
                progress.answered(batch.len(), &found);
                let mut found = found.into_iter();
                for (_, due) in batch {
                    orders.hear(due, found.next())?;
                }
            }
            Some(told) = commands.recv() => match told {
                Told::Line(Ok(command)) => orders.obey(command)?,
                Told::Line(Err(error)) => progress.say(error)?,
                Told::Stop => return Ok(true),
            },
            () = sleep(wait.unwrap_or(Duration::MAX)) => {}
        }
    }
    Ok(false)
}

/// The orders that have not ended, at one authority.
struct Orders<'a> {
    fleet: Fleet<Instant>,
    authority: Upstream,
    policy: Policy,
    by_id: HashMap<Id, Order>,
    progress: &'a Progress,
}

/// What is kept of an order beside what the fleet keeps.
struct Order {
    name: String,
    last_error: Option<String>,
}

impl<'a> Orders<'a> {
    fn new(policy: Policy, progress: &'a Progress) -> Self {
        let mut fleet = Fleet::seeded(random_seed(), Instant::now());
        let authority = fleet.add_upstream(Limits::default());
        Self { fleet, authority, policy, by_id: HashMap::new(), progress }
    }

    fn start(&mut self, name: String) {
        let id = self.fleet.start(self.authority, self.policy, Instant::now());
        self.by_id.insert(id, Order { name, last_error: None });
        self.progress.started();
    }

    /// Returns a poll that is due and those that go along, each with the name of its order.
    fn batch(&mut self, due: DuePoll, most: usize) -> Vec<(String, DuePoll)> {
        let batch = self.fleet.batch(due, most, Instant::now());
        batch.into_iter().map(|due| (self.by_id[&due.id].name.clone(), due)).collect()
    }

    /// Takes what a poll has found, which is nothing if it is lost.
    fn hear(&mut self, due: DuePoll, found: Option<Outcome<(), String>>) -> io::Result<()> {
        // An order that was cancelled while it was polled is no longer there.
        let Some(order) = self.by_id.get_mut(&due.id) else { return Ok(()) };
        let end = match found {
            Some(outcome) => {
                self.fleet.step_keeping(due, outcome, Instant::now(), &mut order.last_error).control_flow().break_value()
            }
            None => match self.fleet.lost(due, Instant::now()) {
                Decision::Sleep(_) => None,
                Decision::GaveUp(gave_up) => return self.give_up(due.id, gave_up),
                Decision::Done(never) | Decision::Failed(never) => match never {},
            },
        };
        if let Some(end) = end {
            self.progress.ended(&order.name, end)?;
            self.by_id.remove(&due.id);
        }
        Ok(())
    }

    /// Takes note of the end of an order that the fleet has given up, with the last error of its polls.
    fn give_up(&mut self, id: Id, gave_up: GaveUp) -> io::Result<()> {
        let Some(order) = self.by_id.remove(&id) else { return Ok(()) };
        self.progress.ended(&order.name, Err(gave_up.with_last_error(order.last_error).into()))
    }

    /// Does what a command says, and answers it with one line.
    fn obey(&mut self, command: Command) -> io::Result<()> {
        let now = Instant::now();
        match command {
            Command::Add(names) => self.add(names),
            Command::Cancel(name) => match self.find(&name) {
                Some(id) => {
                    let gave_up = self.fleet.cancel(id, now);
                    self.give_up(id, gave_up)
                }
                None => self.progress.say(format_args!("no order is polled by the name {name}")),
            },
            Command::Pause => {
                self.fleet.pause(self.authority, now);
                self.progress.say("paused: no poll is sent until you resume")
            }
            Command::Resume => {
                self.fleet.resume(self.authority, now);
                self.progress.say("resumed")
            }
            Command::Status => {
                let Status { in_flight, slowed_by, .. } = self.fleet.status(self.authority, now);
                let slowed_by = slowed_by.map(|slow| format!(", slowed by {slow:?}")).unwrap_or_default();
                self.progress.say(format_args!("after {}; {in_flight} in flight{slowed_by}", self.progress))
            }
        }
    }

    fn add(&mut self, names: Vec<String>) -> io::Result<()> {
        if let Some(name) = names.iter().find(|name| self.find(name).is_some()) {
            return self.progress.say(format_args!("{name} is polled already, and nothing is added"));
        }
        let answer = format!("added {}", names.join(", "));
        for name in names {
            self.start(name);
        }
        self.progress.say(answer)
    }

    /// Returns the order of a name. Commands are rare: many a second would take a second map, from names to operations.
    fn find(&self, name: &str) -> Option<Id> {
        self.by_id.iter().find(|(_, order)| order.name == name).map(|(id, _)| *id)
    }
}
