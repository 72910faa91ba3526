//! The servers that count: HTTP over a Unix socket, in the virtual time of
//! tokio's paused clock.
//!
//! What is written to a Unix socket can be read at once. So while a request
//! is under way, the runtime always has something to do, and the clock stands
//! still. It moves on only when everybody sleeps: a thousand runs take
//! seconds, and no result depends on the speed of the machine.

use asyncpoll::{SmallRng, rand_core::Rng};
use core::{
    future, mem,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use http_body_util::BodyExt;
use hyper::{
    Request, Response,
    body::{Body, Bytes, Frame, Incoming, SizeHint},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use reqwest::Client;
use serde_json::Value;
use std::{
    io,
    sync::{Arc, Mutex, MutexGuard},
};
use tempfile::TempDir;
use tokio::{net::UnixListener, runtime::Builder, time::Instant};

/// How often each program is run.
pub(crate) const RUNS: u64 = 1_000;

/// How long a client waits for an answer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// The address of every server: the client does not look it up.
pub(crate) const ADDRESS: &str = "http://server.test";

/// What a thousand runs come to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Polls before the interval, or the hint, of the server was over.
    pub(crate) early: u32,
    /// Runs that ended otherwise than the server meant.
    pub(crate) misread: u32,
    pub(crate) polls: u32,
    /// Runs that ended as their operations did, well or badly.
    pub(crate) ended: u32,
}

impl Counts {
    /// Asserts that no poll was early and that nothing was misread, and that
    /// there was something to find: so many polls, and runs with an end.
    #[track_caller]
    pub(crate) fn assert_none(&self, polls: u32, ended: u32) {
        assert_eq!((self.early, self.misread), (0, 0), "{self:?}");
        assert!(self.polls >= polls && self.ended >= ended, "{self:?}");
    }
}

/// Runs a program a thousand times, each time from the start of a clock of
/// its own, with numbers of its own for what the server does.
pub(crate) fn runs(mut run: impl AsyncFnMut(Draw, &mut Counts)) -> Counts {
    let mut counts = Counts::default();
    for seed in 0..RUNS {
        let mut runtime = Builder::new_current_thread();
        let runtime = runtime.enable_all().start_paused(true).build().unwrap();
        runtime.block_on(run(Draw::new(seed), &mut counts));
    }
    counts
}

/// Random numbers, the same whenever the test is run.
#[derive(Debug)]
pub(crate) struct Draw(SmallRng);

impl Draw {
    pub(crate) fn new(seed: u64) -> Self {
        Self(SmallRng::new(seed))
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0.next_u64() % bound
    }

    /// Returns up to so many seconds.
    pub(crate) fn seconds(&mut self, most: u64) -> Duration {
        Duration::from_millis(self.below(most * 1000 + 1))
    }

    pub(crate) fn one_in(&mut self, many: u64) -> bool {
        self.below(many) == 0
    }

    /// Returns one of several.
    pub(crate) fn of<T: Copy>(&mut self, several: &[T]) -> T {
        let index = self.below(several.len().try_into().unwrap());
        several[usize::try_from(index).unwrap()]
    }
}

/// When the next poll may come, and how many came before.
#[derive(Debug)]
pub(crate) struct Watch {
    not_before: Instant,
    early: u32,
    polls: u32,
}

impl Watch {
    pub(crate) fn new() -> Self {
        Self { not_before: Instant::now(), early: 0, polls: 0 }
    }

    /// Counts a poll, and returns whether it is early.
    pub(crate) fn poll(&mut self) -> bool {
        let is_early = Instant::now() < self.not_before;
        self.early += u32::from(is_early);
        self.polls += 1;
        is_early
    }

    /// Lets the next poll come after `wait` at the earliest.
    pub(crate) fn ask(&mut self, wait: Duration) {
        self.not_before = self.not_before.max(Instant::now() + wait);
    }

    /// Returns how a run ended that gave up: rightly so, if no poll could come
    /// any more between what the server has asked for and the deadline.
    ///
    /// A hint is lengthened by a fifth at most. The last poll is made in the
    /// last 5 s, and its answer may have been waited for.
    pub(crate) fn gave_up(&self, deadline: Instant) -> Ended {
        let left = self.not_before.saturating_duration_since(Instant::now());
        let latest = left * 6 / 5 + Duration::from_secs(5) + PATIENCE;
        let is_over = Instant::now() + latest >= deadline;
        if is_over { Ended::GaveUp } else { Ended::Misread }
    }

    pub(crate) fn early(&self) -> u32 {
        self.early
    }

    pub(crate) fn polls(&self) -> u32 {
        self.polls
    }

    /// Adds what was counted in a run that ended as it should, or not.
    pub(crate) fn add_to(&self, counts: &mut Counts, ended: Ended) {
        counts.early += self.early;
        counts.polls += self.polls;
        match ended {
            Ended::AsMeant => counts.ended += 1,
            Ended::GaveUp => {}
            Ended::Misread => counts.misread += 1,
        }
    }
}

impl Ended {
    /// Takes whether the program says what the server means.
    pub(crate) fn right(is_right: bool) -> Self {
        if is_right { Self::AsMeant } else { Self::Misread }
    }
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The program says of the operation what the server means.
    AsMeant,
    /// The program has given up an operation that had not ended.
    GaveUp,
    Misread,
}

/// What a server does with a request.
#[derive(Debug)]
pub(crate) enum Reply {
    Answer(Response<Text>),
    /// The connection breaks, and the program cannot know what was read.
    Break,
    /// No answer comes.
    Hang,
}

/// A body, the whole length of which is in the head of its answer.
#[derive(Debug)]
pub(crate) struct Text {
    length: usize,
    /// What is sent of it, if that is not sent yet.
    rest: Bytes,
    /// Whether the connection breaks after what was sent.
    is_torn: bool,
}

impl Text {
    fn new(text: String) -> Self {
        Self { length: text.len(), rest: text.into(), is_torn: false }
    }
}

impl Body for Text {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if !self.rest.is_empty() {
            return Poll::Ready(Some(Ok(Frame::data(mem::take(
                &mut self.rest,
            )))));
        }
        if mem::take(&mut self.is_torn) {
            // What was sent so far leaves before the connection breaks.
            self.length = 0;
            task.waker().wake_by_ref();
            return Poll::Pending;
        }
        let broken = || io::Error::other("the body breaks off");
        Poll::Ready((self.length == 0).then(|| Err(broken())))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length.try_into().unwrap())
    }
}

/// Answers with a status and a body.
pub(crate) fn json(status: u16, body: &Value) -> Reply {
    let body = Text::new(body.to_string());
    Reply::Answer(Response::builder().status(status).body(body).unwrap())
}

/// Answers as a gateway does that knows nothing of the operation.
pub(crate) fn page(status: u16) -> Reply {
    let page = Text::new(String::from("<html>try later</html>"));
    Reply::Answer(Response::builder().status(status).body(page).unwrap())
}

impl Reply {
    /// Breaks off after half of the body.
    pub(crate) fn torn(mut self) -> Self {
        if let Self::Answer(answer) = &mut self {
            let body = answer.body_mut();
            body.rest.truncate(body.length / 2);
            body.is_torn = true;
        }
        self
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        if let Self::Answer(answer) = &mut self {
            answer.headers_mut().insert(name, value.parse().unwrap());
        }
        self
    }

    /// Adds a `Retry-After` of so many seconds, to which `watch` holds it.
    pub(crate) fn hint(self, seconds: u64, watch: &mut Watch) -> Self {
        watch.ask(Duration::from_secs(seconds));
        self.header("retry-after", &seconds.to_string())
    }
}

/// Draws what goes wrong on the way to a server, in a fifth of all polls, and
/// what a gateway says in a tenth. Of those pages, half break off.
pub(crate) fn trouble(draw: &mut Draw, watch: &mut Watch) -> Option<Reply> {
    let reply = match draw.below(50) {
        0..=5 => Reply::Break,
        6..=9 => Reply::Hang,
        10 => page(502),
        11 => page(500),
        12 => page(503).hint(draw.below(40), watch),
        13..=14 => page(429).hint(draw.below(40), watch),
        _ => return None,
    };
    Some(if draw.one_in(2) { reply.torn() } else { reply })
}

/// Draws a 200 that says nothing but a hint, which the server adds, in a tenth
/// of all polls: it breaks off, or it is the page of a gateway.
pub(crate) fn unreadable(draw: &mut Draw) -> Option<Reply> {
    match draw.below(20) {
        0 => Some(json(200, &Value::from("it breaks off")).torn()),
        1 => Some(page(200)),
        _ => None,
    }
}

/// A request.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) body: String,
}

/// What a server knows, and a client that reaches it.
#[derive(Debug)]
pub(crate) struct Server<S> {
    pub(crate) client: Client,
    state: Arc<Mutex<S>>,
    folder: TempDir,
}

impl<S: Send + 'static> Server<S> {
    /// Makes a server that nobody reaches yet.
    pub(crate) fn stopped(state: S) -> Self {
        let folder = TempDir::new().unwrap();
        let client = Client::builder().timeout(PATIENCE);
        let client = client.unix_socket(folder.path().join("socket"));
        let client = client.build().unwrap();
        Self { client, state: Arc::new(Mutex::new(state)), folder }
    }

    /// Makes a server that answers.
    pub(crate) fn start(
        state: S,
        answer: impl FnMut(&mut S, &Asked) -> Reply + Clone + Send + 'static,
    ) -> Self {
        let server = Self::stopped(state);
        server.listen(answer);
        server
    }

    /// Answers from now on.
    pub(crate) fn listen(
        &self,
        answer: impl FnMut(&mut S, &Asked) -> Reply + Clone + Send + 'static,
    ) {
        let socket = self.folder.path().join("socket");
        let listener = UnixListener::bind(socket).unwrap();
        let state = Arc::clone(&self.state);
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let (state, answer) = (Arc::clone(&state), answer.clone());
                let service = service_fn(move |request: Request<Incoming>| {
                    let (state, mut answer) =
                        (Arc::clone(&state), answer.clone());
                    async move {
                        let asked = Asked::read(request).await;
                        let reply = answer(&mut state.lock().unwrap(), &asked);
                        match reply {
                            Reply::Answer(answer) => Ok(answer),
                            Reply::Break => Err(io::Error::other("it breaks")),
                            Reply::Hang => future::pending().await,
                        }
                    }
                });
                let connection = TokioIo::new(connection);
                let serving =
                    http1::Builder::new().serve_connection(connection, service);
                tokio::spawn(serving);
            }
        });
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, S> {
        self.state.lock().unwrap()
    }
}

impl Asked {
    async fn read(request: Request<Incoming>) -> Self {
        let (method, path) =
            (request.method().to_string(), request.uri().path().to_owned());
        let body = request.into_body().collect().await.unwrap().to_bytes();
        Self { method, path, body: String::from_utf8(body.to_vec()).unwrap() }
    }
}
