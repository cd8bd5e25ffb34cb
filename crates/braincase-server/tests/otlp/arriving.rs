//! What arrives at a collector.

use std::sync::Arc;

use braincase_orchestrator::brain::local::LocalBrain;
use braincase_sim::{Sim, SimOptions};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, Span, span::SpanKind, status::StatusCode};

use crate::{
    collector::{Answer, Collector, attribute, spans},
    process::Server,
};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";
/// A request's id that looks like a key.
const SECRET: &str = "sk-abcdefghijklmnopqrstuvwxyz0123456789";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn of_trace(taken: &[ResourceSpans]) -> Vec<Span> {
    spans(taken).into_iter().filter(|span| hex(&span.trace_id) == TRACE).collect()
}

fn named<'a>(spans: &'a [Span], name: &str) -> &'a Span {
    let names: Vec<_> = spans.iter().map(|span| &span.name).collect();
    let [found] = &spans.iter().filter(|span| span.name == name).collect::<Vec<_>>()[..] else {
        panic!("not one {name} in {names:?}")
    };
    found
}

/// The names from a span up to what is not ours.
fn upwards<'a>(spans: &'a [Span], from: &'a Span) -> (Vec<&'a str>, String) {
    let mut names = vec![from.name.as_str()];
    let mut parent = &from.parent_span_id;
    while let Some(span) = spans.iter().find(|span| span.span_id == *parent) {
        names.push(&span.name);
        parent = &span.parent_span_id;
    }
    (names, hex(parent))
}

#[tokio::test]
async fn a_trace_that_began_elsewhere_goes_on_here_down_to_the_model() {
    // Given
    const REQUEST: &str = "POST /v1/projects/{project_id}/turns";
    let mut collector = Collector::start(Answer::Take).await;
    let sim = Sim::start(SimOptions::new(Arc::new(LocalBrain::default()))).await.unwrap();
    let flags = ["--brain", "openai", "--openai-base-url", &sim.base_url(), "--environment", "test"];
    let server = Server::start(&collector.url, &flags).await;
    let project = server.project().await;
    // When
    let turn = server.turn(&project, &format!("00-{TRACE}-{PARENT}-01"), SECRET).await;
    assert_eq!(turn["status"], "completed", "{turn}");
    // Then
    let has_all = |taken: &[ResourceSpans]| {
        let of_trace = of_trace(taken);
        [REQUEST, "turn", "chat gpt-4o"].iter().all(|name| of_trace.iter().any(|span| span.name == *name))
    };
    let taken = collector.until(has_all).await;
    let all = of_trace(&taken);
    let request = named(&all, REQUEST);
    assert_eq!((request.kind(), hex(&request.parent_span_id).as_str()), (SpanKind::Server, PARENT));
    assert_eq!(attribute(&request.attributes, "http.response.status_code"), "200");
    let chat = named(&all, "chat gpt-4o");
    assert_eq!(chat.kind(), SpanKind::Client);
    for (name, value) in [("operation.name", "chat"), ("provider.name", "openai"), ("request.model", "gpt-4o")] {
        assert_eq!(attribute(&chat.attributes, &format!("gen_ai.{name}")), value);
    }
    for tokens in ["input_tokens", "output_tokens"] {
        let tokens = attribute(&chat.attributes, &format!("gen_ai.usage.{tokens}"));
        assert!(tokens.parse::<u64>().is_ok_and(|tokens| tokens > 0), "{tokens}");
    }
    let (way, above) = upwards(&all, chat);
    assert_eq!((way, above.as_str()), (vec!["chat gpt-4o", "decide", "turn", REQUEST], PARENT));
    let resource = taken[0].resource.clone().unwrap().attributes;
    assert_eq!(attribute(&resource, "service.name"), "braincase");
    assert_eq!(attribute(&resource, "deployment.environment.name"), "test");
    assert_eq!(attribute(&request.attributes, "request.id"), "sk-[redacted]");
    assert!(!format!("{taken:?}").contains("abcdefghij"), "a secret was exported");
    server.stop().await;
    sim.stop().await;
}

#[tokio::test]
async fn what_failed_is_marked_with_its_code() {
    // Given a provider that nobody listens for.
    let mut collector = Collector::start(Answer::Take).await;
    let server =
        Server::start(&collector.url, &["--brain", "openai", "--openai-base-url", "http://127.0.0.1:1/v1"]).await;
    let project = server.project().await;
    // When
    server.turn(&project, &format!("00-{TRACE}-{PARENT}-01"), "r-1").await;
    // Then
    let taken = collector.until(|taken| of_trace(taken).iter().any(|span| span.name == "chat gpt-4o")).await;
    let all = of_trace(&taken);
    let status = named(&all, "chat gpt-4o").status.clone().unwrap();
    assert_eq!((status.code(), status.message.as_str()), (StatusCode::Error, "brain_unavailable"));
    server.stop().await;
}

#[tokio::test]
async fn what_is_left_is_sent_at_the_end_but_nothing_that_nobody_wants() {
    // Given
    let collector = Collector::start(Answer::Take).await;
    let server = Server::start(&collector.url, &[]).await;
    let project = server.project().await;
    // When whoever asks does not keep the trace, and the server is stopped at once.
    server.turn(&project, &format!("00-{TRACE}-{PARENT}-00"), "r-1").await;
    let (_, logged) = server.stop().await;
    // Then
    let all = spans(&collector.taken());
    assert_eq!(of_trace(&collector.taken()), []);
    let request = named(&all, "POST /v1/projects");
    assert!(request.parent_span_id.is_empty(), "a trace of its own");
    assert!(all.iter().all(|span| span.trace_id == request.trace_id), "only requests are traced: {all:?}");
    assert!(logged.contains("\"spans.left\":0"), "{logged}");
}
