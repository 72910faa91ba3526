//! A gRPC service that counts early polls.

#[expect(dead_code, reason = "the test is another main")]
#[path = "../../src/bin/grpc_pushback.rs"]
mod program;

use crate::server::{Draw, Ended, Watch, runs};
use core::{future, time::Duration};
use hyper::server::conn::http2;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    service::TowerToHyperService,
};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tokio::{
    net::{UnixListener, UnixStream},
    select,
    sync::Notify,
    time::Instant,
};
use tokio_stream::Empty;
use tonic::{
    Code, Request, Response, Status,
    metadata::MetadataMap,
    transport::{Endpoint, Uri},
};
use tonic_health::pb::{
    HealthCheckRequest, HealthCheckResponse,
    health_server::{Health, HealthServer},
};
use tonic_types::{ErrorDetails, StatusExt};
use tower::service_fn;

/// What the service knows of itself.
struct Service {
    draw: Draw,
    watch: Watch,
    ready: Instant,
    end: &'static str,
    told: bool,
    polled_on: bool,
}

impl Service {
    /// Answers a poll, or not at all: then the connection may break.
    fn answer(&mut self, breaks: &Notify) -> Option<Result<i32, Status>> {
        self.polled_on |= self.told;
        self.watch.poll();
        let mut metadata = MetadataMap::new();
        let mut details = ErrorDetails::new();
        let mut code =
            self.draw.of(&[Code::Unavailable, Code::ResourceExhausted]);
        if Instant::now() >= self.ready {
            self.told = true;
            let stop = match self.end {
                "serving" => return Some(Ok(1)),
                "denied" => {
                    return Some(Err(Status::permission_denied("denied")));
                }
                stop => stop,
            };
            metadata.insert("grpc-retry-pushback-ms", stop.parse().unwrap());
            let status = Status::with_error_details_and_metadata(
                code, "stop", details, metadata,
            );
            return Some(Err(status));
        }
        match self.draw.below(6) {
            0 => {
                if self.draw.one_in(2) {
                    breaks.notify_one();
                }
                return None;
            }
            1 | 2 => return Some(Ok(2)),
            3 => {
                let delay = self.draw.seconds(40);
                self.watch.ask(delay);
                details.set_retry_info(Some(delay));
            }
            4 => {
                let millis = self.draw.below(20_000);
                self.watch.ask(Duration::from_millis(millis));
                metadata.insert("grpc-retry-pushback-ms", millis.into());
                // It is obeyed even if the code by itself would be the end.
                code = self.draw.of(&[Code::Unavailable, Code::Internal]);
            }
            _ => {}
        }
        let status = Status::with_error_details_and_metadata(
            code, "busy", details, metadata,
        );
        Some(Err(status))
    }
}

#[derive(Clone)]
struct Shared(Arc<Mutex<Service>>, Arc<Notify>);

#[tonic::async_trait]
impl Health for Shared {
    type WatchStream = Empty<Result<HealthCheckResponse, Status>>;

    async fn check(
        &self,
        _: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        let answer = self.0.lock().unwrap().answer(&self.1);
        match answer {
            Some(answer) => {
                let status = answer?;
                Ok(Response::new(HealthCheckResponse { status }))
            }
            None => future::pending().await,
        }
    }

    async fn watch(
        &self,
        _: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        Err(Status::unimplemented("nobody watches"))
    }
}

#[test]
fn no_poll_is_early_and_no_status_misread() {
    let counts = runs(async |mut draw, counts| {
        let folder = TempDir::new().unwrap();
        let socket = folder.path().join("socket");
        let listener = UnixListener::bind(&socket).unwrap();
        let service = Arc::new(Mutex::new(Service {
            watch: Watch::new(),
            ready: Instant::now() + draw.seconds(300),
            end: draw.of(&["serving", "serving", "denied", "-1", "soon"]),
            told: false,
            polled_on: false,
            draw,
        }));
        let breaks = Arc::new(Notify::new());
        let health = Shared(Arc::clone(&service), Arc::clone(&breaks));
        let health = HealthServer::new(health);
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let server = http2::Builder::new(TokioExecutor::new());
                let health = TowerToHyperService::new(health.clone());
                let connection = TokioIo::new(connection);
                let breaks = Arc::clone(&breaks);
                tokio::spawn(async move {
                    select! {
                        _ = server.serve_connection(connection, health) => {}
                        () = breaks.notified() => {}
                    }
                });
            }
        });
        let connect = service_fn(move |_: Uri| {
            let socket = socket.clone();
            async { UnixStream::connect(socket).await.map(TokioIo::new) }
        });
        let channel = Endpoint::from_static("http://server.test");
        let channel = channel.connect_with_connector_lazy(connect);
        let said = program::wait_until_serving(channel).await;
        let service = service.lock().unwrap();
        let said = said.err().map(|error| format!("{error:#}"));
        let is_right = match (service.end, said) {
            ("serving", None) => true,
            ("denied", Some(error)) => error.contains("denied"),
            ("-1" | "soon", Some(error)) => error.contains("stop"),
            _ => false,
        };
        let is_right = is_right && service.told && !service.polled_on;
        service.watch.add_to(counts, Ended::right(is_right));
    });
    counts.assert_none(5_000, 1_000);
}
