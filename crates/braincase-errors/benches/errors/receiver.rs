//! A receiver on the loopback that takes every event, and counts for how many failures they stand.

use std::{
    convert::Infallible,
    io::Read,
    net::{SocketAddr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use http_body_util::{BodyExt, Full};
use hyper::{Response, body::Bytes, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::task::JoinSet;

/// Lives as long as the process.
pub(crate) struct Receiver {
    address: SocketAddr,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    events: AtomicU64,
    failures: AtomicU64,
}

impl Receiver {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("a socket");
        let address = listener.local_addr().expect("a socket");
        let counts = Arc::<Counts>::default();
        let theirs = counts.clone();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(serve(listener, theirs));
        });
        Self { address, counts }
    }

    pub(crate) fn dsn(&self) -> String {
        format!("http://0123456789abcdef@{}/1", self.address)
    }

    pub(crate) fn events(&self) -> u64 {
        self.counts.events.load(Ordering::SeqCst)
    }

    pub(crate) fn failures(&self) -> u64 {
        self.counts.failures.load(Ordering::SeqCst)
    }
}

async fn serve(listener: TcpListener, counts: Arc<Counts>) {
    let listener = tokio::net::TcpListener::from_std(listener).expect("a socket");
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.expect("a connection");
        let counts = counts.clone();
        connections.spawn(async move {
            let service = service_fn(|request| take(request, &counts));
            // Whoever has enough closes the connection.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn take(
    request: hyper::Request<hyper::body::Incoming>,
    counts: &Counts,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let body = request.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let mut plain = Vec::new();
    if flate2::read::GzDecoder::new(&*body).read_to_end(&mut plain).is_err() {
        plain = body.to_vec();
    }
    // An envelope: a header, then a header and a payload for each item.
    let lines: Vec<&[u8]> = plain.split(|byte| *byte == b'\n').collect();
    for pair in lines[1..].chunks_exact(2) {
        let header: Value = serde_json::from_slice(pair[0]).unwrap_or_default();
        if header["type"] == "event" {
            let event: Value = serde_json::from_slice(pair[1]).unwrap_or_default();
            counts.events.fetch_add(1, Ordering::SeqCst);
            counts.failures.fetch_add(event["extra"]["count"].as_u64().unwrap_or(1), Ordering::SeqCst);
        }
    }
    Ok(Response::new(Full::new(Bytes::from_static(b"{}"))))
}
