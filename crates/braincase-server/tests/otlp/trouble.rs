//! A collector in trouble is the server's least concern.

use std::time::Duration;

use crate::{
    LIMIT,
    collector::{Answer, Collector, spans},
    process::Server,
};

/// More than may wait, with two spans a request.
const FLOOD: usize = 1_500;

async fn until(holds: impl AsyncFn() -> bool) {
    let look = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(LIMIT, look).await.expect("in time");
}

#[tokio::test]
async fn one_that_never_answers_neither_slows_the_server_nor_keeps_it_from_ending() {
    // Given
    let collector = Collector::start(Answer::Hang).await;
    let server = Server::start(&collector.url, &[]).await;
    // When
    for _ in 0..FLOOD {
        assert!(server.client.get(format!("{}/livez", server.url)).send().await.unwrap().status().is_success());
    }
    // Then what does not fit is counted.
    until(async || server.metric("braincase_spans_lost_total", "queue_overflow").await > 0.0).await;
    assert_eq!(server.metric("braincase_spans_exported_total", "").await, 0.0);
    let (took, logged) = server.stop().await;
    assert!(took < Duration::from_secs(4), "{took:?}");
    assert!(logged.contains("\"spans.left\":2048"), "{logged}");
}

#[tokio::test]
async fn one_that_refuses_is_told_of_once_and_used_again_when_it_takes() {
    // Given
    let mut collector = Collector::start(Answer::Refuse(400)).await;
    let server = Server::start(&collector.url, &[]).await;
    server.project().await;
    until(async || server.metric("braincase_spans_lost_total", "send_error").await > 0.0).await;
    server.project().await;
    // When
    collector.will(Answer::Take);
    // Then
    until(async || server.metric("braincase_spans_exported_total", "").await > 0.0).await;
    assert!(!spans(&collector.until(|taken| !taken.is_empty()).await).is_empty());
    let (_, logged) = server.stop().await;
    let lines = |text: &str| logged.lines().filter(|line| line.contains(text)).count();
    assert_eq!((lines("spans cannot be exported"), lines("spans are exported again")), (1, 1), "{logged}");
    assert!(logged.contains("status code: 400") && logged.contains(&collector.url), "{logged}");
}

#[tokio::test]
async fn a_receiver_that_is_not_there_costs_nothing_but_the_spans() {
    // Given nobody who listens.
    let server = Server::start("http://127.0.0.1:1", &[]).await;
    // When
    server.project().await;
    // Then
    until(async || server.metric("braincase_spans_lost_total", "send_error").await > 0.0).await;
    assert!(server.logged().contains("network error"), "{}", server.logged());
    let (took, _) = server.stop().await;
    assert!(took < Duration::from_secs(4), "{took:?}");
}
