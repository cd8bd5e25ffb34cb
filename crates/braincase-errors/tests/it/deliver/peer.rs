//! A receiver on the loopback that does as it is told.

use std::{
    collections::VecDeque,
    convert::Infallible,
    io::Read,
    net::{SocketAddr, TcpListener},
    sync::{Arc, Condvar, Mutex},
    thread,
    time::Duration,
};

use http_body_util::{BodyExt, Full};
use hyper::{HeaderMap, Response, StatusCode, body::Bytes, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::{sync::watch, task::JoinSet};

use crate::LIMIT;

/// What it does with a request.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// Takes it with this status.
    Take(u16),
    /// Answers with this status and this header, and keeps nothing.
    Refuse(u16, Option<(&'static str, &'static str)>),
    /// Never answers.
    Hang,
    /// Takes it after a while.
    TakeSlowly(Duration),
    /// Takes it if it has at most so many bytes, and refuses with 413 otherwise.
    TakeIfSmall(usize),
}

/// What came.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The events of an envelope, or the lines of an array.
    pub(crate) fn items(&self) -> Vec<Value> {
        if self.header("content-type") == "application/json" {
            return serde_json::from_slice(&self.body).unwrap();
        }
        let lines: Vec<&[u8]> = self.body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
        assert_eq!(lines.len() % 2, 1, "a header, then pairs");
        lines[2..].iter().step_by(2).map(|line| serde_json::from_slice(line).unwrap()).collect()
    }
}

#[derive(Debug, Default)]
struct State {
    /// For the next requests; then the last answer stays.
    script: Mutex<VecDeque<Answer>>,
    taken: Mutex<Vec<Request>>,
    seen: Mutex<u32>,
    changed: Condvar,
}

/// A receiver that lives as long as this.
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    state: Arc<State>,
    stop: watch::Sender<bool>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Peer {
    pub(crate) fn start(script: impl IntoIterator<Item = Answer>) -> Self {
        Self::start_at("127.0.0.1:0".parse().unwrap(), script)
    }

    pub(crate) fn start_at(address: SocketAddr, script: impl IntoIterator<Item = Answer>) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State { script: Mutex::new(script.into_iter().collect()), ..State::default() });
        let (stop, stopped) = watch::channel(false);
        let theirs = state.clone();
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(serve(listener, theirs, stopped));
        });
        Self { address, state, stop, thread: Some(thread) }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn now(&self, answer: Answer) {
        *self.state.script.lock().unwrap() = VecDeque::from([answer]);
    }

    /// Waits until so much was taken.
    pub(crate) fn taken(&self, count: usize) -> Vec<Request> {
        let taken = self.state.taken.lock().unwrap();
        let items = |taken: &[Request]| taken.iter().map(|request| request.items().len()).sum::<usize>();
        let is_missing = |taken: &mut Vec<Request>| items(taken) < count;
        let (taken, waited) = self.state.changed.wait_timeout_while(taken, LIMIT, is_missing).unwrap();
        assert!(!waited.timed_out(), "{} of {count} arrived", items(&taken));
        taken.clone()
    }

    /// Waits until so many requests came, taken or not.
    pub(crate) fn seen(&self, count: u32) -> u32 {
        let seen = self.state.seen.lock().unwrap();
        let (seen, waited) = self.state.changed.wait_timeout_while(seen, LIMIT, |seen| *seen < count).unwrap();
        assert!(!waited.timed_out(), "{seen} of {count} requests came");
        *seen
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        let ended = self.thread.take().unwrap().join();
        assert!(ended.is_ok() || thread::panicking());
    }
}

async fn serve(listener: TcpListener, state: Arc<State>, mut stopped: watch::Receiver<bool>) {
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    let mut connections = JoinSet::new();
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => accepted.unwrap().0,
            _ = stopped.wait_for(|stopped| *stopped) => return,
        };
        let state = state.clone();
        connections.spawn(async move {
            let service = service_fn(|request| answer(request, &state));
            // Whoever gives up waiting closes the connection.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer(
    request: hyper::Request<hyper::body::Incoming>,
    state: &State,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let zipped = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let mut body = Vec::new();
    flate2::read::GzDecoder::new(&*zipped).read_to_end(&mut body).unwrap();
    assert_eq!(parts.headers["content-encoding"], "gzip");
    let request = Request { path: parts.uri.path().to_owned(), headers: parts.headers, body };
    let next = {
        let mut script = state.script.lock().unwrap();
        if script.len() > 1 { script.pop_front().unwrap() } else { script[0].clone() }
    };
    *state.seen.lock().unwrap() += 1;
    state.changed.notify_all();
    let (status, header) = match next {
        Answer::Take(status) => (status, None),
        Answer::Refuse(status, header) => return Ok(respond(status, header)),
        Answer::Hang => std::future::pending().await,
        Answer::TakeSlowly(after) => {
            tokio::time::sleep(after).await;
            (200, None)
        }
        Answer::TakeIfSmall(most) if request.body.len() > most => return Ok(respond(413, None)),
        Answer::TakeIfSmall(_) => (200, None),
    };
    state.taken.lock().unwrap().push(request);
    state.changed.notify_all();
    Ok(respond(status, header))
}

fn respond(status: u16, header: Option<(&'static str, &'static str)>) -> Response<Full<Bytes>> {
    let mut response = Response::builder().status(StatusCode::from_u16(status).unwrap());
    if let Some((name, value)) = header {
        response = response.header(name, value);
    }
    response.body(Full::new(Bytes::from_static(b"{}"))).unwrap()
}
