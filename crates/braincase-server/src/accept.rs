//! The door: accepts connections within limits, and closes them when the server stops.

mod writes;

use std::{sync::Arc, time::Duration};

use axum::{Router, body::Body};
use http::Request;
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt as _;

use self::writes::Hurried;
use crate::app::HttpLimits;

const MAX_HEADERS: usize = 64;
/// What a request's head may need, and what is read ahead of a body.
const MAX_BUFFER: usize = 64 << 10;
/// After a failed accept, as when there are no file descriptors left: long enough not to spin, short enough not to notice.
const BREATHER: Duration = Duration::from_millis(50);

/// Accepts connections until it is told to stop.
#[derive(Debug)]
pub struct Door {
    router: Router,
    protocol: http1::Builder,
    write_idle: Duration,
    permits: Arc<Semaphore>,
    tasks: TaskTracker,
    graceful: GracefulShutdown,
    abort: CancellationToken,
}

impl Door {
    /// A door to a router.
    #[must_use]
    pub fn new(router: Router, limits: &HttpLimits) -> Self {
        Self {
            router,
            protocol: protocol(limits.header_deadline),
            write_idle: limits.write_idle,
            permits: Arc::new(Semaphore::new(limits.max_connections)),
            tasks: TaskTracker::new(),
            graceful: GracefulShutdown::new(),
            abort: CancellationToken::new(),
        }
    }

    /// Accepts connections for ever; dropping the future stops it.
    pub async fn accept(&self, listener: &TcpListener) {
        loop {
            // Without a permit nothing is accepted: further connections wait in the kernel's queue.
            let Ok(permit) = self.permits.clone().acquire_owned().await else { return };
            match listener.accept().await {
                Ok((stream, _)) => self.serve(stream, permit),
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    sleep(BREATHER).await;
                }
            }
        }
    }

    /// Lets every connection finish its request, for at most `grace`; returns how many had to be cut off.
    pub async fn close(self, grace: Duration) -> usize {
        self.tasks.close();
        let finished = timeout(grace, self.graceful.shutdown()).await;
        let left = if finished.is_ok() { 0 } else { self.tasks.len() };
        self.abort.cancel();
        self.tasks.wait().await;
        left
    }

    /// Cuts off every connection when it is cancelled.
    pub fn cut(&self) -> CancellationToken {
        self.abort.clone()
    }

    fn serve(&self, stream: TcpStream, permit: OwnedSemaphorePermit) {
        // Events are small: without this each would wait for the acknowledgement of the one before.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY could not be set");
        }
        let service = self.router.clone().map_request(|request: Request<Incoming>| request.map(Body::new));
        let io = TokioIo::new(Hurried::new(stream, self.write_idle));
        let connection = self.protocol.serve_connection(io, TowerToHyperService::new(service));
        let connection = self.graceful.watch(connection);
        let abort = self.abort.clone();
        // No task of the supervisor's: how a connection ends is up to its client, and requests are seen to their end.
        self.tasks.spawn(async move {
            let _permit = permit;
            tokio::select! {
                ended = connection => if let Err(error) = ended {
                    tracing::debug!(%error, "a connection ended with an error");
                },
                () = abort.cancelled() => {}
            }
        });
    }
}

/// HTTP/1.1 alone, see `docs/adr/007-http1.md`. The timer starts with the connection, and again after each answer.
fn protocol(header_deadline: Duration) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(header_deadline)
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_BUFFER)
        .keep_alive(true);
    builder
}
