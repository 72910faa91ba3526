//! A server in virtual time: how much it serves, and what it does instead.

use core::time::Duration;

use asyncpoll::{SeededRng, rand_core::Rng as _};

/// A server, as it behaves from its start on.
#[derive(Clone, Copy, Debug)]
pub struct Server {
    /// How many polls a second it serves in the long run, if it has a limit, and twice as many after a rest.
    pub rate: Option<u32>,
    /// How many polls it serves in each minute, if it has a quota, and tells with each answer what remains of it.
    pub a_minute: Option<u32>,
    /// Another rate, from then on.
    pub change: Option<Change>,
    /// How many in a thousand polls it refuses at random, whatever their rate.
    pub at_random: u64,
    /// When it serves nobody.
    pub outage: Option<Outage>,
    /// Whether another client takes all that it serves in every other minute.
    pub is_shared: bool,
    /// What it asks those for that it refuses.
    pub hint: Option<Duration>,
    /// How long an answer takes.
    pub latency: Duration,
    /// Whether that is a mean: then one takes half of it at least, and half as much again at most.
    pub is_uneven: bool,
}

/// Another rate.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    /// From when on it is that.
    pub at: Duration,
    /// How many polls a second the server serves then.
    pub rate: u32,
}

/// A time in which every poll is answered the same.
#[derive(Clone, Copy, Debug)]
pub struct Outage {
    /// When it begins.
    pub from: Duration,
    /// When it is over.
    pub until: Duration,
    /// What every poll is answered meanwhile.
    pub answer: Answer,
}

/// What a poll is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// How the order is.
    Served,
    /// 429.
    Refused,
    /// 500.
    Failed,
}

impl Outage {
    /// Makes an outage in the third minute.
    pub const fn in_the_third_minute(answer: Answer) -> Self {
        Self { from: Duration::from_secs(120), until: Duration::from_secs(180), answer }
    }
}

impl Server {
    /// Makes a server that serves so many polls a second, and answers the others 429 with `Retry-After: 30`, all after 0.2 s.
    pub const fn new(rate: u32) -> Self {
        Self {
            rate: Some(rate),
            a_minute: None,
            change: None,
            at_random: 0,
            outage: None,
            is_shared: false,
            hint: Some(Duration::from_secs(30)),
            latency: Duration::from_millis(200),
            is_uneven: false,
        }
    }

    /// Starts it, rested.
    pub fn start(&self) -> Running {
        let tokens = self.rate.map_or(0.0, |rate| 2.0 * f64::from(rate));
        Running { server: *self, tokens, filled: Duration::ZERO, minute: 0, served: 0, rng: SeededRng::new(23) }
    }
}

/// A server that is running. Its limit is a bucket of tokens, which a poll takes one of.
#[derive(Debug)]
pub struct Running {
    server: Server,
    tokens: f64,
    filled: Duration,
    /// Which minute it is, and how many polls were served in it.
    minute: u64,
    served: u32,
    rng: SeededRng,
}

impl Running {
    /// Answers a poll that is made now.
    pub fn poll(&mut self, now: Duration) -> Answer {
        let outage = self.server.outage.filter(|outage| (outage.from..outage.until).contains(&now));
        if let Some(Outage { answer, .. }) = outage {
            return answer;
        }
        let at_random = self.server.at_random;
        let is_refused = at_random > 0 && self.rng.next_u64() % 1_000 < at_random;
        if !is_refused && self.has_quota_left(now) && self.has_one_left(now) {
            self.served += 1;
            Answer::Served
        } else {
            Answer::Refused
        }
    }

    /// Returns what remains of the quota, and when there is more again, if there is a quota.
    pub fn quota(&mut self, now: Duration) -> Option<(u64, Duration)> {
        let quota = self.server.a_minute?;
        self.has_quota_left(now);
        Some((u64::from(quota - self.served), Duration::from_secs(60 * (self.minute + 1)) - now))
    }

    fn has_quota_left(&mut self, now: Duration) -> bool {
        let minute = now.as_secs() / 60;
        if minute > self.minute {
            (self.minute, self.served) = (minute, 0);
        }
        self.server.a_minute.is_none_or(|quota| self.served < quota)
    }

    /// Returns how long the answer to the next poll takes.
    pub fn latency(&mut self) -> Duration {
        let Server { latency, is_uneven, .. } = self.server;
        let percent = if is_uneven { 50 + self.rng.next_u64() % 100 } else { 100 };
        latency.mul_f64(percent as f64 / 100.0)
    }

    /// Takes a token, if there is one.
    fn has_one_left(&mut self, now: Duration) -> bool {
        if let Some(Change { rate, .. }) = self.server.change.take_if(|change| change.at <= now) {
            self.server.rate = Some(rate);
        }
        let Some(rate) = self.server.rate.map(f64::from) else { return true };
        self.tokens = (self.tokens + rate * (now - self.filled).as_secs_f64()).min(2.0 * rate);
        self.filled = now;
        if self.server.is_shared && now.as_secs() / 60 % 2 == 1 {
            self.tokens = 0.0;
        }
        let has_one = self.tokens >= 1.0;
        if has_one {
            self.tokens -= 1.0;
        }
        has_one
    }
}
