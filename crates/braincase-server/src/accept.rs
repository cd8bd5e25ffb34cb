//! The door: accepts connections within limits, and closes them when the server stops.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{Router, body::Body};
use http::Request;
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt as _;

use crate::app::HttpLimits;

const MAX_HEADERS: usize = 64;
const MAX_HEADER_BYTES: usize = 16 << 10;
/// After a failed accept, as when there are no file descriptors left: long enough not to spin, short enough not to notice.
const BREATHER: Duration = Duration::from_millis(50);

/// Accepts connections until it is told to stop.
#[derive(Debug)]
pub struct Door {
    router: Router,
    builder: auto::Builder<TokioExecutor>,
    header_deadline: Duration,
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
            builder: protocol(limits.header_deadline),
            header_deadline: limits.header_deadline,
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

    fn serve(&self, stream: TcpStream, permit: OwnedSemaphorePermit) {
        // Events are small: without this each would wait for the acknowledgement of the one before.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY could not be set");
        }
        let asked = Arc::new(AtomicBool::new(false));
        let first = Arc::clone(&asked);
        let service = self.router.clone().map_request(move |request: Request<Incoming>| {
            first.store(true, Ordering::Relaxed);
            request.map(Body::new)
        });
        let connection = self.builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
        let connection = self.graceful.watch(connection.into_owned());
        let (abort, deadline) = (self.abort.clone(), self.header_deadline);
        self.tasks.spawn(async move {
            let _permit = permit;
            tokio::select! {
                ended = connection => if let Err(error) = ended {
                    tracing::debug!(%error, "a connection ended with an error");
                },
                () = never_asked(&asked, deadline) => tracing::debug!("a connection sent no request in time"),
                () = abort.cancelled() => {}
            }
        });
    }
}

/// Ends if no request has come within the deadline. hyper's own timer starts only after it has guessed the protocol from
/// the first bytes, which a client can put off for ever.
async fn never_asked(asked: &AtomicBool, deadline: Duration) {
    sleep(deadline).await;
    if asked.load(Ordering::Relaxed) {
        std::future::pending::<()>().await;
    }
}

fn protocol(header_deadline: Duration) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(header_deadline)
        .max_headers(MAX_HEADERS)
        .max_buf_size(64 << 10)
        .keep_alive(true);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Duration::from_secs(20))
        .keep_alive_timeout(Duration::from_secs(10))
        .max_concurrent_streams(64)
        .max_header_list_size(MAX_HEADER_BYTES as u32)
        .max_pending_accept_reset_streams(20);
    builder
}
