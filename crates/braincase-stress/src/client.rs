//! The public API of the server as a client sees it: HTTP and nothing else.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::{RequestBuilder, Response, StatusCode, header};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::sse;

/// How long any one request may take.
const REQUEST_LIMIT: Duration = Duration::from_secs(60);
/// How long it may take to be told the metrics.
const METRICS_LIMIT: Duration = Duration::from_secs(2);
/// The largest answer that is read.
const MAX_BODY: usize = 16 << 20;
/// How many turns a page of the list has.
const PAGE: usize = 100;

/// One server.
#[derive(Debug, Clone)]
pub struct Api {
    base: String,
    http: reqwest::Client,
}

/// Why there is no good answer; the three cases differ in what the server may have stored.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Refusal {
    /// The server said no: it must have stored nothing.
    #[error("{status}: {text}")]
    Rejected {
        /// The HTTP status.
        status: u16,
        /// The beginning of the answer.
        text: String,
    },
    /// Nobody knows whether the request took effect.
    #[error("{0}")]
    Indefinite(String),
    /// The server took the turn and then was not heard of again: it must be stored.
    #[error("no end of turn {turn_id}: {why}")]
    Cut {
        /// The turn that was accepted.
        turn_id: String,
        /// What came instead of the end.
        why: String,
    },
}

/// What a user sends.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The words.
    pub prompt: String,
    /// What is attached.
    pub image_ids: Vec<String>,
    /// Makes the request repeatable.
    pub key: String,
}

/// How the answer is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accept {
    /// One document at the end.
    Json,
    /// Events as they happen.
    Stream,
}

/// How a turn ended.
#[derive(Debug, Clone, Default)]
pub struct Ended {
    /// Its id.
    pub turn_id: String,
    /// `completed`, `clarification`, `failed` …; from a stream `completed` may stand for `clarification` too.
    pub status: String,
    /// Until the first event, if it was a stream.
    pub first_event: Option<Duration>,
    /// Until the first event that holds something of the answer, if it was a stream.
    pub first_content: Option<Duration>,
    /// What the server says its own share of the time was, in milliseconds.
    pub overhead_ms: Option<f64>,
    /// Why it failed.
    pub error: Option<String>,
    /// All that was received, to look for what does not belong there.
    pub text: String,
}

impl Api {
    /// A client for the server at `base`.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(base: &str) -> reqwest::Result<Self> {
        let http = reqwest::Client::builder().no_proxy().tcp_nodelay(true).timeout(REQUEST_LIMIT).build()?;
        Ok(Self { base: base.trim_end_matches('/').to_owned(), http })
    }

    /// Whether the server says that it is ready.
    pub async fn is_ready(&self) -> bool {
        let asked = self.http.get(format!("{}/readyz", self.base)).timeout(Duration::from_secs(2)).send().await;
        asked.is_ok_and(|answer| answer.status().is_success())
    }

    /// What the server says of itself; nothing if it does not answer.
    pub async fn metrics(&self) -> Option<String> {
        let asked = self.http.get(format!("{}/metrics", self.base)).timeout(METRICS_LIMIT).send().await;
        asked.ok()?.error_for_status().ok()?.text().await.ok()
    }

    /// Starts a project and tells its id.
    ///
    /// # Errors
    /// When there is no 201 with an id.
    pub async fn create_project(&self, name: &str) -> Result<String, Refusal> {
        let request = self.http.post(format!("{}/v1/projects", self.base)).json(&json!({ "name": name }));
        id_of(&fetch_value(request).await?)
    }

    /// Uploads a file and tells its id.
    ///
    /// # Errors
    /// When there is no 202 with an id.
    pub async fn upload_image(&self, project: &str, media_type: &str, bytes: Bytes) -> Result<String, Refusal> {
        let request = self.http.post(self.of(project, "images")).header(header::CONTENT_TYPE, media_type).body(bytes);
        id_of(&fetch_value(request).await?)
    }

    /// Sends a turn and reads the answer to its last byte.
    ///
    /// # Errors
    /// When no end of the turn was read.
    pub async fn send_turn(&self, project: &str, ask: &Ask, accept: Accept) -> Result<Ended, Refusal> {
        let mut body = json!({ "prompt": ask.prompt });
        if !ask.image_ids.is_empty() {
            body["image_ids"] = json!(ask.image_ids);
        }
        let request = self.http.post(self.of(project, "turns")).header("idempotency-key", &ask.key).json(&body);
        match accept {
            Accept::Json => {
                let text = fetch_text(request.header(header::ACCEPT, "application/json")).await?;
                ended_of_document(text)
            }
            Accept::Stream => {
                let sent = Instant::now();
                let answer = send(request.header(header::ACCEPT, "text/event-stream")).await?;
                sse::read_turn(answer, sent).await
            }
        }
    }

    /// All turns of a project, the oldest first.
    ///
    /// # Errors
    /// When a page cannot be read.
    pub async fn list_turns(&self, project: &str) -> Result<Vec<Value>, Refusal> {
        let mut turns = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let mut query = vec![("limit", PAGE.to_string())];
            query.extend(cursor.take().map(|cursor| ("cursor", cursor)));
            let mut page = fetch_value(self.http.get(self.of(project, "turns") + &query_of(&query))).await?;
            turns.extend(items_of(&mut page));
            match page.get("next_cursor").and_then(Value::as_str) {
                Some(next) => cursor = Some(next.to_owned()),
                None => break,
            }
        }
        turns.reverse();
        Ok(turns)
    }

    /// All scenes of a project, as text.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn fetch_scenes(&self, project: &str) -> Result<String, Refusal> {
        fetch_text(self.http.get(self.of(project, "scenes"))).await
    }

    /// What is known of an image.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn fetch_image(&self, project: &str, image: &str) -> Result<Value, Refusal> {
        fetch_value(self.http.get(self.of(project, "images") + "/" + image)).await
    }

    /// The event stream of a project from its beginning.
    ///
    /// # Errors
    /// When it does not open.
    pub async fn open_events(&self, project: &str) -> Result<Response, Refusal> {
        let request = self.http.get(self.of(project, "events") + "?after=0");
        send(request.header(header::ACCEPT, "text/event-stream")).await
    }

    fn of(&self, project: &str, what: &str) -> String {
        format!("{}/v1/projects/{project}/{what}", self.base)
    }
}

async fn send(request: RequestBuilder) -> Result<Response, Refusal> {
    let answer = request.send().await.map_err(|error| Refusal::Indefinite(chain(&error)))?;
    let status = answer.status();
    if status.is_success() {
        return Ok(answer);
    }
    let text: String = read(answer).await.unwrap_or_default().chars().take(300).collect();
    // A server that sheds load says so before it does anything; any other 5xx may have come too late.
    let is_refusal = status.is_client_error() || status == StatusCode::SERVICE_UNAVAILABLE;
    let status = status.as_u16();
    Err(if is_refusal { Refusal::Rejected { status, text } } else { Refusal::Indefinite(format!("{status}: {text}")) })
}

async fn read(mut answer: Response) -> Result<String, Refusal> {
    let mut body = BytesMut::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| Refusal::Indefinite(chain(&error)))? {
        if body.len() + chunk.len() > MAX_BODY {
            return Err(Refusal::Indefinite(format!("the answer has more than {MAX_BODY} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    String::from_utf8(body.to_vec()).map_err(|error| Refusal::Indefinite(error.to_string()))
}

async fn fetch_text(request: RequestBuilder) -> Result<String, Refusal> {
    read(send(request).await?).await
}

async fn fetch_value<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, Refusal> {
    parse(&fetch_text(request).await?)
}

fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Refusal> {
    serde_json::from_str(text).map_err(|error| Refusal::Indefinite(format!("unreadable answer: {error}")))
}

fn id_of(document: &Value) -> Result<String, Refusal> {
    let id = document.get("id").and_then(Value::as_str);
    id.map(str::to_owned).ok_or_else(|| Refusal::Indefinite("the answer has no id".to_owned()))
}

fn ended_of_document(text: String) -> Result<Ended, Refusal> {
    let turn: Value = parse(&text)?;
    let word = |name: &str| turn.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (turn_id, status) = (id_of(&turn)?, word("status"));
    if status == "accepted" {
        return Err(Refusal::Cut { turn_id, why: "the answer came before the end".to_owned() });
    }
    Ok(Ended {
        turn_id,
        status,
        first_event: None,
        first_content: None,
        overhead_ms: turn.pointer("/timing_ms/overhead").and_then(Value::as_f64),
        error: turn.get("error").filter(|error| !error.is_null()).map(Value::to_string),
        text,
    })
}

fn items_of(page: &mut Value) -> Vec<Value> {
    match page.get_mut("items").map(Value::take) {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    }
}

fn query_of(pairs: &[(&str, String)]) -> String {
    let escape = |text: &str| -> String {
        let byte = |byte: u8| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        };
        text.bytes().map(byte).collect()
    };
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect();
    format!("?{}", pairs.join("&"))
}

/// An error with its causes, since the outermost one rarely says what happened.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
