//! Starting and stopping a fake provider.

use std::{
    io,
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use braincase_core::{Clock, SystemClock, brain::Brain, vision::Vision};
use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinSet,
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use crate::{
    faults::Faults,
    journal::Journal,
    latency::Latencies,
    service::{Counts, Service},
};

/// The most connections at once; further ones wait.
const MAX_CONNECTIONS: usize = 1_024;
/// How long a client may take to send the head of a request, and how long a connection may idle.
const HEADER_TIMEOUT: Duration = Duration::from_secs(30);
/// How long answers that are going out may take when it is stopped.
const GRACE: Duration = Duration::from_secs(1);

/// How a fake provider behaves.
#[derive(Debug, Clone)]
pub struct SimOptions {
    /// Where it listens; port 0 is any free one.
    pub listen: SocketAddr,
    /// What decides.
    pub brain: Arc<dyn Brain>,
    /// What looks at images; without it, descriptions are made from headers and hashes.
    pub vision: Option<Arc<dyn Vision>>,
    /// What tells the time of records.
    pub clock: Arc<dyn Clock>,
    /// Latencies and faults follow from it.
    pub seed: u64,
    /// How long answers take.
    pub latencies: Latencies,
    /// What goes wrong.
    pub faults: Faults,
    /// The file that gets one line for each request.
    pub log: Option<PathBuf>,
}

impl SimOptions {
    /// A provider on any free loopback port that answers at once and never fails.
    #[must_use]
    pub fn new(brain: Arc<dyn Brain>) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            brain,
            vision: None,
            clock: Arc::new(SystemClock::default()),
            seed: 0,
            latencies: Latencies::INSTANT,
            faults: Faults::default(),
            log: None,
        }
    }
}

/// Why a fake provider could not be started.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Which address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The file for requests cannot be opened.
    #[error("cannot write the log {}: {source}", path.display())]
    Log {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// A running fake provider. It ends when it is stopped or dropped.
#[derive(Debug)]
pub struct Sim {
    address: SocketAddr,
    service: Arc<Service>,
    stop: CancellationToken,
    accepting: JoinSet<()>,
}

impl Sim {
    /// Starts a fake provider; it listens when this returns.
    ///
    /// # Errors
    /// When it cannot listen or cannot write its log.
    pub async fn start(options: SimOptions) -> Result<Self, SimError> {
        let at = options.listen;
        let unbound = |source| SimError::Listen { address: at, source };
        let listener = TcpListener::bind(at).await.map_err(unbound)?;
        let address = listener.local_addr().map_err(unbound)?;
        let journal = Journal::open(options.log.as_deref())
            .map_err(|source| SimError::Log { path: options.log.clone().unwrap_or_default(), source })?;
        let service = Arc::new(Service {
            brain: options.brain,
            vision: options.vision,
            clock: options.clock,
            seed: options.seed,
            latencies: options.latencies,
            faults: options.faults,
            journal: Arc::new(journal),
            counts: Counts::default(),
        });
        let stop = CancellationToken::new();
        let mut accepting = JoinSet::new();
        accepting.spawn(accept(listener, Arc::clone(&service), stop.clone()));
        Ok(Self { address, service, stop, accepting })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base URL for clients, up to `/v1`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// How many requests for completions came so far.
    #[must_use]
    pub fn received(&self) -> u64 {
        self.service.counts.all.load(Ordering::SeqCst)
    }

    /// Takes no more requests, gives answers that are going out a moment, then ends all of it.
    pub async fn stop(mut self) {
        self.stop.cancel();
        while self.accepting.join_next().await.is_some() {}
    }
}

async fn accept(listener: TcpListener, service: Arc<Service>, stop: CancellationToken) {
    let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        let slot = tokio::select! {
            slot = Arc::clone(&slots).acquire_owned() => slot,
            () = stop.cancelled() => break,
        };
        let Ok(slot) = slot else { break };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => break,
        };
        match accepted {
            Ok((socket, _)) => {
                let serve = serve(socket, Arc::clone(&service), stop.clone());
                connections.spawn(async move {
                    serve.await;
                    drop(slot);
                });
            }
            // Out of file descriptors, most likely: give connections time to end instead of spinning.
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    let ended = timeout(GRACE, async { while connections.join_next().await.is_some() {} });
    if ended.await.is_err() {
        connections.shutdown().await;
    }
}

async fn serve(socket: TcpStream, service: Arc<Service>, stop: CancellationToken) {
    // Without it, Nagle's algorithm and delayed acknowledgements hold back the pieces of a stream for 40 ms.
    if let Err(error) = socket.set_nodelay(true) {
        tracing::debug!(%error, "cannot set TCP_NODELAY");
    }
    let answer = service_fn(move |request| Arc::clone(&service).answer(request));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(64 << 10)
        .serve_connection(TokioIo::new(socket), answer);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    // Cut answers and clients that hang up are daily business here.
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}
