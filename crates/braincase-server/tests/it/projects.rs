//! Projects and what they remember.

use reqwest::StatusCode;
use serde_json::json;

use crate::app::{TestApp, ok, refusal, text};

#[tokio::test]
async fn a_project_is_made_shown_listed_and_deleted() {
    let app = TestApp::start().await;
    let response = app.post("/v1/projects", json!({ "name": "Launch film" })).await;
    assert_eq!(response.status(), StatusCode::CREATED);
    let made = ok(response).await;
    let path = format!("/v1/projects/{}", text(&made, "id"));
    assert_eq!(ok(app.get(&path).await).await, made);
    assert_eq!(ok(app.get("/v1/projects").await).await["items"], json!([made]));
    assert_eq!(app.delete(&path).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(refusal(app.get(&path).await).await, "404 not_found project_id");
    assert_eq!(refusal(app.delete(&path).await).await, "404 not_found project_id");
}

#[tokio::test]
async fn a_list_goes_on_at_its_cursor() {
    let app = TestApp::start().await;
    for name in ["first", "second", "third"] {
        ok(app.post("/v1/projects", json!({ "name": name })).await).await;
    }
    let page = ok(app.get("/v1/projects?limit=2").await).await;
    let rest = ok(app.get(&format!("/v1/projects?limit=2&cursor={}", text(&page, "next_cursor"))).await).await;
    let names = [&page["items"][0]["name"], &page["items"][1]["name"], &rest["items"][0]["name"]];
    assert_eq!(names, ["third", "second", "first"]);
    assert_eq!(rest["next_cursor"], json!(null));
}

#[tokio::test]
async fn a_preference_is_stated_listed_and_forgotten() {
    let app = TestApp::start().await;
    let project = app.project().await;
    let path = format!("{project}/memory/preferences/tone");
    ok(app.put(&path, json!({ "value": "dry" })).await).await;
    ok(app.put(&path, json!({ "value": "warm" })).await).await;
    let memory = ok(app.get(&format!("{project}/memory")).await).await;
    assert_eq!(memory["items"].as_array().expect("a list").len(), 1);
    assert_eq!(memory["items"][0]["value"], "warm");
    assert_eq!(memory["items"][0]["kind"], "user_preference");
    assert_eq!(app.delete(&path).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(refusal(app.delete(&path).await).await, "404 not_found key");
}

#[tokio::test]
async fn many_at_once_do_not_state_more_preferences_than_there_is_room_for() {
    let app = TestApp::start().await;
    let project = app.project().await;
    let state = |n: usize| {
        let (app, path) = (&app, format!("{project}/memory/preferences/p{n}"));
        async move { app.put(&path, json!({ "value": "x" })).await.status() }
    };
    let answers = futures_util::future::join_all((0..230).map(state)).await;
    let stated = answers.iter().filter(|status| **status == StatusCode::OK).count();
    assert_eq!((stated, answers.len() - stated), (200, 30));
    assert!(answers.iter().all(|status| matches!(*status, StatusCode::OK | StatusCode::CONFLICT)), "{answers:?}");
}

#[tokio::test]
async fn health_metrics_and_schema_are_served() {
    let app = TestApp::start().await;
    let project = app.project().await;
    ok(app.get(&project).await).await;
    assert_eq!(ok(app.get("/livez").await).await["status"], "live");
    assert_eq!(ok(app.get("/readyz").await).await["status"], "ready");
    assert_eq!(ok(app.get("/v1/schemas/scene").await).await["title"], "SceneSpec");
    let metrics = app.get("/metrics").await.text().await.expect("text");
    let counted = "braincase_http_requests_total{method=\"GET\",route=\"/v1/projects/{project_id}\",status=\"200\"}";
    assert!(metrics.contains(counted), "{metrics}");
    let caches = ["image_facts", "token_counts", "context_scenes", "idempotency_keys", "watermarks"];
    for cache in caches {
        for told in [
            format!("braincase_cache_entries{{cache=\"{cache}\"}}"),
            format!("braincase_cache_weight{{cache=\"{cache}\",unit=\"bytes\"}}"),
        ] {
            assert!(metrics.contains(&told), "{told} in {metrics}");
        }
    }
}
