//! Each fault of a provider becomes the error that says what the caller can do.

use std::time::Duration;

use braincase_core::brain::{Brain, BrainError};

use crate::support::{assert_same, brain, expected, options, patient, prompt, sim};

async fn error_of(fault: &str) -> BrainError {
    let sim = sim(&format!("{fault}:100%")).await;
    let error = brain(options(sim.base_url())).decide(&prompt("hi")).await.unwrap_err();
    assert_eq!(sim.received(), 1, "no repetitions in this test");
    sim.stop().await;
    error
}

#[tokio::test]
async fn too_much_traffic_is_overloaded_with_the_wait_that_was_asked_for() {
    for status in [429, 503, 529] {
        let expected = BrainError::Overloaded { status, retry_after: Some(Duration::from_secs(1)) };
        assert_eq!(error_of(&status.to_string()).await, expected);
    }
}

#[tokio::test]
async fn a_failing_provider_is_unavailable() {
    for status in ["500", "502", "504"] {
        assert!(matches!(error_of(status).await, BrainError::Unavailable(_)));
    }
}

#[tokio::test]
async fn a_bad_request_is_refused_with_the_providers_words() {
    for status in [400, 401, 404, 422] {
        let BrainError::Refused { status: got, message } = error_of(&status.to_string()).await else {
            panic!("{status} is not refused")
        };
        assert_eq!((got, message.as_str()), (status, "this failure was asked for"));
    }
}

#[tokio::test]
async fn a_stalled_answer_times_out() {
    let limit = Duration::from_millis(300);
    assert_eq!(error_of("stall").await, BrainError::TimedOut { waited_for: "answer", limit });
}

#[tokio::test]
async fn garbage_and_a_cut_answer_are_garbled() {
    for fault in ["garbage", "cut"] {
        let error = error_of(fault).await;
        assert!(matches!(error, BrainError::Garbled(_)), "{fault} gave {error:?}");
    }
}

#[tokio::test]
async fn a_slow_answer_is_still_an_answer() {
    let sim = sim("slow:100%").await;
    let decision = brain(patient(sim.base_url())).decide(&prompt("hi")).await.unwrap();
    assert_same(&decision, &expected("hi").await);
}

#[tokio::test]
async fn nobody_there_is_unavailable() {
    let sim = sim("").await;
    let url = sim.base_url();
    sim.stop().await;
    let error = brain(options(url)).decide(&prompt("hi")).await.unwrap_err();
    assert!(matches!(error, BrainError::Unavailable(_)), "{error:?}");
}
