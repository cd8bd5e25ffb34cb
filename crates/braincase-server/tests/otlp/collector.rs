//! A collector on the loopback that does as it is told.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
};

use http_body_util::{BodyExt as _, Full};
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{KeyValue, any_value::Value},
    trace::v1::{ResourceSpans, Span},
};
use prost::Message as _;
use tokio::{net::TcpListener, sync::watch, task::JoinSet, time::timeout};

use crate::LIMIT;

/// What it does with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    Take,
    Refuse(u16),
    Hang,
}

/// A collector; ends with the test.
pub(crate) struct Collector {
    pub(crate) url: String,
    taken: watch::Receiver<Vec<ResourceSpans>>,
    answer: Arc<Mutex<Answer>>,
    _serving: JoinSet<()>,
}

impl Collector {
    pub(crate) async fn start(answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (kept, taken) = watch::channel(Vec::new());
        let answer = Arc::new(Mutex::new(answer));
        let mut serving = JoinSet::new();
        serving.spawn(serve(listener, Arc::new(kept), Arc::clone(&answer)));
        Self { url, taken, answer, _serving: serving }
    }

    pub(crate) fn will(&self, answer: Answer) {
        *self.answer.lock().unwrap() = answer;
    }

    /// All that came, once it holds.
    pub(crate) async fn until(&mut self, holds: impl Fn(&[ResourceSpans]) -> bool) -> Vec<ResourceSpans> {
        timeout(LIMIT, self.taken.wait_for(|taken| holds(taken))).await.expect("in time").unwrap().clone()
    }

    pub(crate) fn taken(&self) -> Vec<ResourceSpans> {
        self.taken.borrow().clone()
    }
}

async fn serve(listener: TcpListener, kept: Arc<watch::Sender<Vec<ResourceSpans>>>, answer: Arc<Mutex<Answer>>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let (kept, answer) = (Arc::clone(&kept), Arc::clone(&answer));
        let service = service_fn(move |request| take(request, Arc::clone(&kept), *answer.lock().unwrap()));
        connections.spawn(async move {
            // The server may close its connections at any time.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn take(
    request: Request<Incoming>,
    kept: Arc<watch::Sender<Vec<ResourceSpans>>>,
    answer: Answer,
) -> Result<Response<Full<Bytes>>, Infallible> {
    assert_eq!(
        (request.uri().path(), request.headers()["content-type"].as_bytes()),
        ("/v1/traces", &b"application/x-protobuf"[..])
    );
    let body = request.into_body().collect().await.unwrap().to_bytes();
    let mut response = Response::new(Full::default());
    match answer {
        Answer::Take => {
            let sent = ExportTraceServiceRequest::decode(body).expect("an export of spans");
            kept.send_modify(|kept| kept.extend(sent.resource_spans));
        }
        Answer::Refuse(status) => *response.status_mut() = status.try_into().unwrap(),
        Answer::Hang => std::future::pending().await,
    }
    Ok(response)
}

/// All spans of all exports.
pub(crate) fn spans(taken: &[ResourceSpans]) -> Vec<Span> {
    taken.iter().flat_map(|of| &of.scope_spans).flat_map(|scope| scope.spans.clone()).collect()
}

/// An attribute as text; empty if it is not there.
pub(crate) fn attribute(attributes: &[KeyValue], key: &str) -> String {
    let found = attributes.iter().find(|attribute| attribute.key == key).and_then(|found| found.value.clone()?.value);
    match found {
        Some(Value::StringValue(text)) => text,
        Some(Value::IntValue(number)) => number.to_string(),
        other => other.map(|other| format!("{other:?}")).unwrap_or_default(),
    }
}
