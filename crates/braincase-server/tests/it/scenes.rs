//! Scenes that a person edits directly.

use reqwest::StatusCode;
use serde_json::json;

use crate::app::{TestApp, ok, refusal, refused, text};

#[tokio::test]
async fn a_scene_is_added_with_its_number_and_replaced_with_a_new_version() {
    let app = TestApp::start().await;
    let scenes = format!("{}/scenes", app.project().await);
    ok(app.post(&scenes, json!({ "name": "Opening" })).await).await;
    let response = app.post(&scenes, json!({ "name": "Closing", "spec": { "duration_ms": 5000 } })).await;
    assert_eq!(response.status(), StatusCode::CREATED);
    let scene = ok(response).await;
    assert_eq!((&scene["number"], &scene["version"], &scene["name"]), (&json!(2), &json!(1), &json!("Closing")));
    assert_eq!(scene["spec"]["duration_ms"], 5000);

    let path = format!("{scenes}/{}", text(&scene, "id"));
    let new = json!({ "spec": { "title": "The end" }, "version": 1 });
    let replaced = ok(app.put(&path, new).await).await;
    assert_eq!((&replaced["version"], &replaced["name"]), (&json!(2), &json!("The end")));
    assert_eq!(ok(app.get(&path).await).await, replaced);
}

#[tokio::test]
async fn a_change_on_a_stale_version_is_refused() {
    let app = TestApp::start().await;
    let scenes = format!("{}/scenes", app.project().await);
    let scene = ok(app.post(&scenes, json!({ "name": "Opening" })).await).await;
    let path = format!("{scenes}/{}", text(&scene, "id"));
    let new = json!({ "spec": { "title": "Once" }, "version": 1 });
    ok(app.put(&path, new.clone()).await).await;
    assert_eq!(refusal(app.put(&path, new).await).await, "409 conflict -");
}

#[tokio::test]
async fn an_earlier_iteration_is_restored_as_a_new_one() {
    let app = TestApp::start().await;
    let scenes = format!("{}/scenes", app.project().await);
    let scene = ok(app.post(&scenes, json!({ "name": "Opening" })).await).await;
    let path = format!("{scenes}/{}", text(&scene, "id"));
    ok(app.put(&path, json!({ "spec": { "title": "Changed" } })).await).await;
    let restored = ok(app.post(&format!("{path}/restore"), json!({ "iteration": 1 })).await).await;
    assert_eq!((&restored["version"], &restored["name"]), (&json!(3), &json!("Opening")));
    let iterations = ok(app.get(&format!("{path}/iterations")).await).await;
    let versions: Vec<_> = iterations["items"].as_array().expect("a list").iter().map(|it| &it["version"]).collect();
    assert_eq!(versions, [&json!(3), &json!(2), &json!(1)]);
    let unknown = app.post(&format!("{path}/restore"), json!({ "iteration": 9 })).await;
    assert_eq!(refusal(unknown).await, "404 not_found iteration");
}

#[tokio::test]
async fn a_deleted_scene_is_gone_and_the_others_close_ranks() {
    let app = TestApp::start().await;
    let scenes = format!("{}/scenes", app.project().await);
    let first = ok(app.post(&scenes, json!({ "name": "One" })).await).await;
    ok(app.post(&scenes, json!({ "name": "Two" })).await).await;
    let path = format!("{scenes}/{}", text(&first, "id"));
    assert_eq!(app.delete(&path).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(refusal(app.get(&path).await).await, "404 not_found scene_id");
    let left = ok(app.get(&scenes).await).await;
    assert_eq!((&left["items"][0]["name"], &left["items"][0]["number"]), (&json!("Two"), &json!(1)));
}

#[tokio::test]
async fn a_document_that_does_not_fit_is_refused_with_its_path() {
    let app = TestApp::start().await;
    let scenes = format!("{}/scenes", app.project().await);
    let problem = refused(app.post(&scenes, json!({ "name": "Long", "spec": { "duration_ms": 0 } })).await).await;
    insta::assert_json_snapshot!(problem, @r#"
    {
      "code": "invalid_field",
      "detail": "expected 100 to 600000 milliseconds, got 0",
      "field": "spec.duration_ms",
      "status": 422,
      "title": "Unprocessable Entity",
      "type": "https://braincase.invalid/problems/invalid_field"
    }
    "#);
}
