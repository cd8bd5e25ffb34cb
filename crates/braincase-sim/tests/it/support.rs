//! What the tests share: a scripted brain, a scripted TCP server, prompts and options with short limits.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use braincase_core::{
    ManualClock, SystemClock, Timestamp,
    brain::{Brain, BrainError},
    message::Role,
    prompt::{Decision, Prompt, PromptMessage, ToolCall},
};
use braincase_orchestrator::{
    brain::openai::{OpenAiBrain, OpenAiOptions},
    tools,
};
use braincase_sim::{Faults, Sim, SimOptions};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

/// Decides something that depends on every word of the prompt, with characters of several bytes.
#[derive(Debug)]
pub(crate) struct EchoBrain;

#[async_trait]
impl Brain for EchoBrain {
    async fn decide(&self, prompt: &Prompt) -> Result<Decision, BrainError> {
        let said = prompt.messages.last().map(|message| message.content.clone()).unwrap_or_default();
        let before = prompt.messages.len() - 1;
        let calls = vec![
            ToolCall {
                name: "add_scene".into(), arguments: json!({"spec": {"title": said, "note": "Überblick 🎬"}})
            },
            ToolCall { name: "delete_scene".into(), arguments: json!({"scene_id": "new:1", "of": prompt.tools.len()}) },
        ];
        let reply = format!("Ünderstood 👍: {said} (after {before} messages).");
        Ok(Decision { calls, reply, ..Decision::default() })
    }

    fn name(&self) -> &'static str {
        "echo"
    }
}

/// A prompt in which the user says something.
pub(crate) fn prompt(said: &str) -> Prompt {
    let message = |role, content: &str| PromptMessage { role, content: content.to_owned() };
    Prompt {
        model: "gpt-4o".to_owned(),
        messages: vec![message(Role::System, "You edit scenes."), message(Role::User, said)],
        tools: tools::specs(),
        max_output_tokens: 8_000,
        trace: None,
    }
}

/// What the echo brain decides about it, without anything in between.
pub(crate) async fn expected(said: &str) -> Decision {
    EchoBrain.decide(&prompt(said)).await.unwrap()
}

/// Whether two decisions are the same but for what the transport adds.
#[track_caller]
pub(crate) fn assert_same(got: &Decision, expected: &Decision) {
    assert_eq!((&got.calls, &got.reply, &got.reasoning), (&expected.calls, &expected.reply, &expected.reasoning));
}

/// Limits short enough for a test, and no repetitions.
pub(crate) fn options(base_url: impl Into<String>) -> OpenAiOptions {
    OpenAiOptions {
        first_token_timeout: Duration::from_millis(300),
        idle_timeout: Duration::from_millis(300),
        total_timeout: Duration::from_secs(20),
        retry_pause: Duration::ZERO,
        max_retries: 0,
        breaker_failures: 1_000_000,
        ..OpenAiOptions::at(base_url)
    }
}

/// The same, with time for a machine that is busy with other things.
pub(crate) fn patient(base_url: impl Into<String>) -> OpenAiOptions {
    let long = Duration::from_secs(20);
    OpenAiOptions { first_token_timeout: long, idle_timeout: long, ..options(base_url) }
}

pub(crate) fn brain(options: OpenAiOptions) -> OpenAiBrain {
    OpenAiBrain::new(options, Arc::new(SystemClock::default())).unwrap()
}

pub(crate) fn still_clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::starting_at(Timestamp::from_micros(1_700_000_000_000_000)))
}

/// A sim that answers at once, with faults.
pub(crate) async fn sim(faults: &str) -> Sim {
    let faults: Faults = faults.parse().unwrap();
    Sim::start(SimOptions { faults, ..SimOptions::new(Arc::new(EchoBrain)) }).await.unwrap()
}

/// What a scripted server does with a request once it has read it.
#[derive(Debug, Clone)]
pub(crate) enum Play {
    /// Sends these bytes and closes.
    Send(Vec<u8>),
    /// Sends these bytes one at a time, each in a packet of its own, and closes.
    Trickle(Vec<u8>),
    /// Sends the first bytes, then the second again and again until the client goes.
    Repeat { first: Vec<u8>, again: Vec<u8>, every: Duration },
    /// Never answers.
    Hang,
}

/// A TCP server that plays its script: one entry a connection, the last one for ever.
#[derive(Debug)]
pub(crate) struct Script {
    address: std::net::SocketAddr,
    served: Arc<AtomicUsize>,
    sent: Arc<AtomicUsize>,
    _accepting: JoinSet<()>,
}

impl Script {
    pub(crate) async fn start(plays: Vec<Play>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (served, sent) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let mut accepting = JoinSet::new();
        let counts = (Arc::clone(&served), Arc::clone(&sent));
        let plays = Arc::new(Mutex::new(plays));
        accepting.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((socket, _)) = listener.accept().await {
                let (plays, counts) = (Arc::clone(&plays), counts.clone());
                connections.spawn(async move {
                    // The client going away is a part of many plays.
                    let _ = serve(socket, &plays, &counts.0, &counts.1).await;
                });
            }
        });
        Self { address, served, sent, _accepting: accepting }
    }

    pub(crate) fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// How many requests it read.
    pub(crate) fn served(&self) -> usize {
        self.served.load(Ordering::SeqCst)
    }

    /// How many bytes it could send.
    pub(crate) fn sent(&self) -> usize {
        self.sent.load(Ordering::SeqCst)
    }
}

async fn serve(
    mut socket: TcpStream,
    plays: &Mutex<Vec<Play>>,
    served: &AtomicUsize,
    sent: &AtomicUsize,
) -> std::io::Result<()> {
    socket.set_nodelay(true)?;
    read_request(&mut socket).await?;
    served.fetch_add(1, Ordering::SeqCst);
    let play = {
        let mut plays = plays.lock().unwrap();
        if plays.len() > 1 { plays.remove(0) } else { plays[0].clone() }
    };
    match play {
        Play::Send(bytes) => socket.write_all(&bytes).await?,
        Play::Trickle(bytes) => {
            for byte in bytes {
                socket.write_all(&[byte]).await?;
                tokio::task::yield_now().await;
            }
        }
        Play::Repeat { first, again, every } => {
            socket.write_all(&first).await?;
            loop {
                if !every.is_zero() {
                    tokio::time::sleep(every).await;
                }
                socket.write_all(&again).await?;
                sent.fetch_add(again.len(), Ordering::SeqCst);
            }
        }
        Play::Hang => std::future::pending().await,
    }
    socket.shutdown().await
}

async fn read_request(socket: &mut TcpStream) -> std::io::Result<()> {
    let mut read = Vec::new();
    let mut piece = [0; 4_096];
    loop {
        let count = socket.read(&mut piece).await?;
        read.extend_from_slice(&piece[..count]);
        let text = String::from_utf8_lossy(&read);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            if count == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            continue;
        };
        let length = head
            .to_lowercase()
            .split_once("content-length: ")
            .map_or(0, |(_, rest)| rest.split("\r\n").next().unwrap().parse::<usize>().unwrap());
        if body.len() >= length {
            return Ok(());
        }
    }
}

/// The head of an answer whose body ends when the connection does.
pub(crate) fn head(status: &str, kind: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\ncontent-type: {kind}\r\nconnection: close\r\n").into_bytes()
}

/// A whole answer whose body ends when the connection does.
pub(crate) fn whole(status: &str, kind: &str, body: &[u8]) -> Vec<u8> {
    [&head(status, kind)[..], b"\r\n", body].concat()
}

/// A streamed answer with these words.
pub(crate) fn said(words: &str) -> Vec<u8> {
    let piece = json!({"choices": [{"index": 0, "delta": {"content": words}, "finish_reason": "stop"}]});
    whole("200 OK", "text/event-stream", format!("data: {piece}\n\ndata: [DONE]\n\n").as_bytes())
}

/// What the sim answers to a prompt, as it goes over the wire.
pub(crate) async fn recorded(said: &str, stream: bool) -> Vec<u8> {
    let sim = sim("").await;
    let request = request(said, stream);
    let url = format!("{}/chat/completions", sim.base_url());
    let response = reqwest::Client::new().post(url).json(&request).send().await.unwrap();
    let body = response.bytes().await.unwrap().to_vec();
    sim.stop().await;
    body
}

/// The request for a prompt, as any client would write it.
pub(crate) fn request(said: &str, stream: bool) -> serde_json::Value {
    let prompt = prompt(said);
    let tools: Vec<_> = prompt
        .tools
        .iter()
        .map(|tool| json!({"type": "function", "function": {"name": tool.name, "parameters": tool.parameters}}))
        .collect();
    json!({
        "model": prompt.model, "messages": prompt.messages, "tools": tools,
        "stream": stream, "stream_options": {"include_usage": true},
    })
}
