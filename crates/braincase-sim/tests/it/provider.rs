//! Repetitions, their budget, the breaker and the key.

use std::{sync::Arc, time::Duration};

use braincase_core::brain::{Brain, BrainError};
use braincase_orchestrator::brain::openai::{ApiKey, OpenAiBrain, OpenAiOptions};

use crate::support::{Play, Script, brain, head, options, patient, prompt, said, sim, still_clock, whole};

const JSON: &str = "application/json";

fn down() -> Play {
    Play::Send(whole("500 Internal Server Error", JSON, b"{}"))
}

#[tokio::test]
async fn a_failure_is_repeated_until_it_works() {
    let server = Script::start(vec![down(), down(), Play::Send(said("done"))]).await;
    let brain = brain(OpenAiOptions { max_retries: 2, ..patient(server.base_url()) });
    assert_eq!(brain.decide(&prompt("hi")).await.unwrap().reply, "done");
    assert_eq!(server.served(), 3);
}

#[tokio::test]
async fn the_wait_that_was_asked_for_is_kept() {
    let wait = [&head("429 Too Many Requests", JSON)[..], b"retry-after: 1\r\n\r\n{}"].concat();
    let server = Script::start(vec![Play::Send(wait), Play::Send(said("done"))]).await;
    let decision = brain(OpenAiOptions { max_retries: 1, ..patient(server.base_url()) }).decide(&prompt("hi")).await;
    assert!(decision.unwrap().upstream >= Duration::from_secs(1), "the wait is time spent on the provider");
}

#[tokio::test]
async fn who_asks_for_a_long_wait_is_not_asked_again() {
    let wait = [&head("429 Too Many Requests", JSON)[..], b"retry-after: 60\r\n\r\n{}"].concat();
    let server = Script::start(vec![Play::Send(wait), Play::Send(said("done"))]).await;
    let error = brain(OpenAiOptions { max_retries: 2, ..patient(server.base_url()) }).decide(&prompt("hi")).await;
    let expected = BrainError::Overloaded { status: 429, retry_after: Some(Duration::from_secs(60)) };
    assert_eq!((error.unwrap_err(), server.served()), (expected, 1));
}

#[tokio::test]
async fn content_that_came_is_not_asked_for_again() {
    let cut = b"data: {\"choices\":[{\"delta\":{\"content\":\"par\"}}]}\n\n";
    let server = Script::start(vec![Play::Send(whole("200 OK", "text/event-stream", cut))]).await;
    let error = brain(OpenAiOptions { max_retries: 2, ..patient(server.base_url()) }).decide(&prompt("hi")).await;
    assert!(matches!(error, Err(BrainError::Garbled(_))));
    assert_eq!(server.served(), 1);
}

#[tokio::test]
async fn the_budget_bounds_repetitions_when_everything_fails() {
    // Given a provider that always fails, three repetitions in reserve, and a clock that stands still.
    let sim = sim("500:100%").await;
    let options = OpenAiOptions { max_retries: 2, retry_reserve: 3.0, retry_ratio: 0.1, ..patient(sim.base_url()) };
    let brain = OpenAiBrain::new(options, still_clock()).unwrap();
    // When it is asked twenty times.
    for _ in 0..20 {
        brain.decide(&prompt("hi")).await.unwrap_err();
    }
    // Then the reserve and the two repetitions that twenty requests save are spent, where forty were possible.
    assert_eq!(sim.received(), 20 + 3 + 2);
}

#[tokio::test]
async fn the_breaker_opens_probes_and_closes() {
    let pause = Duration::from_secs(10);
    let server = Script::start(vec![down(), down(), down(), down(), Play::Send(said("back"))]).await;
    let clock = still_clock();
    let options = OpenAiOptions { breaker_failures: 3, breaker_pause: pause, ..patient(server.base_url()) };
    let brain = OpenAiBrain::new(options, Arc::clone(&clock) as _).unwrap();
    // Three failures open it: the fourth request is not sent.
    for _ in 0..4 {
        assert!(matches!(brain.decide(&prompt("hi")).await, Err(BrainError::Unavailable(_))));
    }
    assert_eq!(server.served(), 3);
    // After the pause one probe is sent; it fails and opens it again.
    clock.advance(pause);
    for _ in 0..3 {
        assert!(brain.decide(&prompt("hi")).await.is_err());
    }
    assert_eq!(server.served(), 4);
    // The next probe works and closes it.
    clock.advance(pause);
    for served in 5..8 {
        assert_eq!(brain.decide(&prompt("hi")).await.unwrap().reply, "back");
        assert_eq!(server.served(), served);
    }
}

#[tokio::test]
async fn the_key_is_never_shown() {
    let quoted = br#"{"error": {"message": "Incorrect API key provided: sk-secret-123."}}"#;
    let server = Script::start(vec![Play::Send(whole("401 Unauthorized", JSON, quoted))]).await;
    let key = ApiKey::from("sk-secret-123".to_owned());
    let brain = brain(OpenAiOptions { api_key: Some(key), ..patient(server.base_url()) });
    let error = brain.decide(&prompt("hi")).await.unwrap_err();
    assert!(error.to_string().contains("[key]"), "{error}");
    assert!(!format!("{error:?} {brain:?}").contains("secret"));
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let elsewhere = [&head("307 Temporary Redirect", JSON)[..], b"location: /v2\r\n\r\n"].concat();
    let server = Script::start(vec![Play::Send(elsewhere)]).await;
    let error = brain(patient(server.base_url())).decide(&prompt("hi")).await.unwrap_err();
    assert!(matches!(error, BrainError::Refused { status: 307, .. }), "{error:?}");
    assert_eq!(server.served(), 1);
}

#[test]
fn an_address_that_is_none_is_refused() {
    for url in ["", "localhost:80", "ftp://x/v1", "http://"] {
        assert!(OpenAiBrain::new(options(url), still_clock()).is_err(), "{url:?} was taken");
    }
}
