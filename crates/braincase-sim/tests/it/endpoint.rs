//! The sim as any client sees it.

use std::{sync::Arc, time::Duration};

use braincase_core::brain::Brain;
use braincase_sim::{Sim, SimOptions};
use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::time::{Instant, timeout};

use crate::support::{EchoBrain, assert_same, brain, expected, patient, prompt, request, sim};

async fn post(sim: &Sim, body: &Value) -> reqwest::Response {
    let url = format!("{}/chat/completions", sim.base_url());
    reqwest::Client::new().post(url).json(body).send().await.unwrap()
}

#[tokio::test]
async fn a_hundred_at_once_get_each_their_own_answer() {
    let log = tempfile::NamedTempFile::new().unwrap();
    let options = SimOptions { log: Some(log.path().to_owned()), ..SimOptions::new(Arc::new(EchoBrain)) };
    let sim = Sim::start(options).await.unwrap();
    let brain = brain(patient(sim.base_url()));
    join_all((0..100).map(|n| {
        let brain = &brain;
        async move {
            let said = format!("request {n}");
            assert_same(&brain.decide(&prompt(&said)).await.unwrap(), &expected(&said).await);
        }
    }))
    .await;
    let mut numbers: Vec<_> = lines(log.path()).iter().map(|line| line["n"].as_u64().unwrap()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (0..100).collect::<Vec<_>>());
}

#[tokio::test]
async fn every_request_is_recorded_completely() {
    let log = tempfile::NamedTempFile::new().unwrap();
    let options = SimOptions {
        log: Some(log.path().to_owned()),
        latencies: "chat=7ms,vision=0".parse().unwrap(),
        ..SimOptions::new(Arc::new(EchoBrain))
    };
    let sim = Sim::start(options).await.unwrap();
    let gif = "data:image/gif;base64,R0lGODlhAQABAAAAACw=";
    let look = json!({"model": "gpt-4o", "messages": [{"role": "user", "content": [
        {"type": "text", "text": "what is it?"}, {"type": "image_url", "image_url": {"url": gif}},
    ]}]});
    let traced = reqwest::Client::new().post(format!("{}/chat/completions", sim.base_url())).json(&request("hi", true));
    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    traced.header("traceparent", parent).send().await.unwrap().bytes().await.unwrap();
    post(&sim, &look).await.bytes().await.unwrap();
    post(&sim, &json!({"model": "gpt-4o"})).await;

    let lines = lines(log.path());
    let chat = &lines[0];
    assert_eq!((chat["n"].as_u64(), &chat["kind"], &chat["model"]), (Some(0), &json!("chat"), &json!("gpt-4o")));
    assert_eq!((&chat["path"], &chat["stream"]), (&json!("/v1/chat/completions"), &json!(true)));
    assert_eq!((&chat["latency_ms"], &chat["fault"], &chat["status"]), (&json!(7), &Value::Null, &json!(200)));
    assert_eq!(chat["messages"][1], json!({"role": "user", "content": [{"type": "text", "text": "hi"}]}));
    assert_eq!(chat["tools"].as_array().unwrap().len(), 8);
    assert!(chat["tokens"]["input"].as_u64() > Some(0) && chat["tokens"]["exactness"] == "estimate");
    assert_eq!((&chat["trace"], &lines[1]["trace"]), (&json!("0af7651916cd43dd8448eb211c80319c"), &Value::Null));
    assert_eq!(chat["tokens"]["limit"], 120_000, "the window of gpt-4o less 8000 for the answer");
    assert_eq!(lines.len(), 3, "every answer was taken to its end");
    assert!(chat["at"].as_str().unwrap().ends_with('Z'));
    let image = &lines[1]["messages"][0]["content"][1];
    assert_eq!((&lines[1]["kind"], &image["type"], &image["bytes"]), (&json!("vision"), &json!("image"), &json!(14)));
    assert_eq!(image["hash"].as_str().unwrap().len(), 64);
    assert_eq!((&lines[2]["status"], &lines[2]["kind"]), (&json!(400), &Value::Null));
    assert!(lines[2]["error"].as_str().unwrap().contains("messages"));
}

#[tokio::test]
async fn an_answer_that_is_not_taken_to_its_end_is_recorded_as_such() {
    let log = tempfile::NamedTempFile::new().unwrap();
    let options = SimOptions {
        log: Some(log.path().to_owned()),
        faults: "stall:100%".parse().unwrap(),
        ..SimOptions::new(Arc::new(EchoBrain))
    };
    let sim = Sim::start(options).await.unwrap();

    for stream in [true, false] {
        let mut response = post(&sim, &request("hi", stream)).await;
        response.chunk().await.unwrap();
    }

    let recorded = timeout(Duration::from_secs(10), async {
        loop {
            let lines = lines(log.path());
            if lines.len() == 4 {
                break lines;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    let lines = recorded.await.expect("both are noticed");
    let mut aborted: Vec<_> = lines.iter().filter_map(|line| line["aborted"].as_u64()).collect();
    aborted.sort_unstable();
    assert_eq!(aborted, [0, 1]);
    assert!(lines.iter().all(|line| line["at"].is_string()), "{lines:?}");
}

#[tokio::test]
async fn a_failure_is_recorded_with_the_time_that_it_took_and_not_with_that_of_an_answer() {
    let log = tempfile::NamedTempFile::new().unwrap();
    let options = SimOptions {
        log: Some(log.path().to_owned()),
        faults: "500:100%".parse().unwrap(),
        latencies: "chat=60s,vision=0".parse().unwrap(),
        ..SimOptions::new(Arc::new(EchoBrain))
    };
    let sim = Sim::start(options).await.unwrap();
    brain(patient(sim.base_url())).decide(&prompt("hi")).await.unwrap_err();

    let took = lines(log.path())[0]["took_us"].as_u64().unwrap();

    assert!(took < 30_000_000, "{took} us");
}

fn lines(log: &std::path::Path) -> Vec<Value> {
    std::fs::read_to_string(log).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn the_first_piece_comes_before_the_end_of_the_latency() {
    let options = SimOptions { latencies: "chat=500ms".parse().unwrap(), ..SimOptions::new(Arc::new(EchoBrain)) };
    let sim = Sim::start(options).await.unwrap();
    let start = Instant::now();
    let mut response = post(&sim, &request("hi", true)).await;
    assert_eq!(response.headers()["x-sim-latency-ms"], "500");
    response.chunk().await.unwrap();
    let first = start.elapsed();
    while response.chunk().await.unwrap().is_some() {}
    let last = start.elapsed();
    assert!(first >= Duration::from_millis(195), "first piece after {first:?}");
    assert!(last >= Duration::from_millis(495) && last - first >= Duration::from_millis(100), "{first:?} {last:?}");
}

#[tokio::test]
async fn what_makes_no_sense_gets_an_error_in_the_words_of_the_api() {
    let sim = sim("").await;
    let message = |role: &str, content: Value| json!({"model": "m", "messages": [{"role": role, "content": content}]});
    let url = |url: &str| json!([{"type": "image_url", "image_url": {"url": url}}]);
    for body in [
        json!([]),
        json!({"model": "m", "messages": []}),
        message("king", json!("hi")),
        message("user", json!(7)),
        message("user", url("http://example.com/cat.png")),
        message("user", url("data:text/plain;base64,aGk=")),
        message("user", url("data:image/png;base64,!!")),
        message("user", url("data:image/png;base64,aGVsbG8=")),
    ] {
        let response = post(&sim, &body).await;
        assert_eq!(response.status(), 400, "{body}");
        let error: Value = response.json().await.unwrap();
        assert!(!error["error"]["message"].as_str().unwrap().is_empty(), "{body}");
    }
}

#[tokio::test]
async fn other_paths_answer_as_a_provider_would() {
    let sim = sim("").await;
    let get = async |path: &str| reqwest::get(format!("http://{}{path}", sim.address())).await.unwrap();
    assert_eq!(get("/livez").await.status(), 200);
    let models: Value = get("/v1/models").await.json().await.unwrap();
    assert!(models["data"].as_array().unwrap().iter().any(|model| model["id"] == "gpt-4o"));
    assert_eq!(get("/v1/chat/completions").await.status(), 405);
    assert_eq!(get("/v2").await.status(), 404);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let sim = sim("").await;
    let url = format!("{}/chat/completions", sim.base_url());
    let body = vec![b' '; (32 << 20) + 1];
    let response = reqwest::Client::new().post(url).body(body).send().await;
    // The sim may close before the client has sent everything; either way nothing was decided.
    if let Ok(response) = response {
        assert_eq!(response.status(), 413);
    }
    assert_eq!(reqwest::get(format!("http://{}/livez", sim.address())).await.unwrap().status(), 200);
}

#[tokio::test]
async fn it_stops_although_an_answer_is_stalled() {
    let sim = sim("stall:100%").await;
    let mut response = post(&sim, &request("hi", true)).await;
    response.chunk().await.unwrap();
    timeout(Duration::from_secs(2), sim.stop()).await.expect("stopped in time");
    assert!(response.chunk().await.is_err(), "the stalled answer was ended");
}
