//! What is wrong with a request is said with the field that is wrong, and nothing is half-done.

use reqwest::{Method, Response};
use serde_json::json;

use crate::app::{TestApp, ok, refusal, refused};

const UNKNOWN: &str = "0190a0a0-0000-7000-8000-000000000000";

async fn raw(app: &TestApp, path: &str, content_type: &str, body: &'static str) -> Response {
    let request = app.request(Method::POST, path).header("content-type", content_type);
    request.body(body).send().await.expect("an answer")
}

#[tokio::test]
async fn a_name_that_somebody_made_up_is_cut_in_the_answer() {
    let app = TestApp::start().await;
    let name = "k".repeat(1 << 20);
    let refused = app.post("/v1/projects", json!({ name: 1 })).await;
    assert_eq!(refused.status(), 422);
    assert!(refused.text().await.expect("a body").len() < 2_000);
}

#[tokio::test]
async fn prompts_that_are_empty_or_too_long_are_refused() {
    let app = TestApp::start().await;
    let project = app.project().await;
    let turns = format!("{project}/turns");
    assert_eq!(refusal(app.post(&turns, json!({ "prompt": "  " })).await).await, "422 invalid_field prompt");
    let long = "x".repeat((1 << 20) + 1);
    assert_eq!(refusal(app.post(&turns, json!({ "prompt": long })).await).await, "413 too_large prompt");
    let longer = "x".repeat(5 << 20);
    assert_eq!(refusal(app.post(&turns, json!({ "prompt": longer })).await).await, "413 too_large body");
    assert_eq!(ok(app.get(&turns).await).await["items"], json!([]));
}

#[tokio::test]
async fn things_that_do_not_exist_are_not_found() {
    let app = TestApp::start().await;
    let project = app.project().await;
    let say = |prompt: &str| json!({ "prompt": prompt });
    let turns = format!("{project}/turns");
    assert_eq!(
        refusal(app.post(&format!("/v1/projects/{UNKNOWN}/turns"), say("hi")).await).await,
        "404 not_found project_id"
    );
    assert_eq!(refusal(app.get("/v1/projects/seven").await).await, "404 not_found project_id");
    let long_key = format!("{project}/memory/preferences/{}", "k".repeat(101));
    assert_eq!(refusal(app.put(&long_key, json!({ "value": "x" })).await).await, "422 invalid_field key");
    assert_eq!(refusal(app.get(&format!("{project}/scenes/{UNKNOWN}")).await).await, "404 not_found scene_id");
    assert_eq!(refusal(app.get(&format!("{project}/images/{UNKNOWN}")).await).await, "404 not_found image_id");
    assert_eq!(refusal(app.get(&format!("{project}/turns/{UNKNOWN}")).await).await, "404 not_found turn_id");
    let scene = app.post(&turns, json!({ "prompt": "faster", "scene_id": UNKNOWN })).await;
    assert_eq!(refusal(scene).await, "404 not_found scene_id");
    let image = app.post(&turns, json!({ "prompt": "use it", "image_ids": [UNKNOWN] })).await;
    assert_eq!(refusal(image).await, "404 not_found image_id");
    let scenes = app.get(&format!("/v1/projects/{UNKNOWN}/scenes")).await;
    assert_eq!(refusal(scenes).await, "404 not_found project_id");
}

#[tokio::test]
async fn malformed_json_is_refused() {
    let app = TestApp::start().await;
    let project = app.project().await;
    let turns = format!("{project}/turns");
    let malformed = raw(&app, &turns, "application/json", "{\"prompt\": ").await;
    insta::assert_json_snapshot!(refused(malformed).await, @r#"
    {
      "code": "malformed_json",
      "detail": "the JSON ends too early, at line 1 column 11",
      "status": 400,
      "title": "Bad Request",
      "type": "https://braincase.invalid/problems/malformed_json"
    }
    "#);
    let nothing = refused(raw(&app, &turns, "application/json", "").await).await;
    assert_eq!(nothing["detail"], "the body is empty; expected JSON");
    let trailing = raw(&app, &turns, "application/json", "{\"prompt\": \"hi\"} and more").await;
    assert_eq!(refusal(trailing).await, "400 malformed_json -");
}

#[tokio::test]
async fn fields_that_are_unknown_missing_or_of_the_wrong_type_are_named() {
    let app = TestApp::start().await;
    let project = app.project().await;
    let turns = format!("{project}/turns");
    let unknown = refused(app.post(&turns, json!({ "prompt": "hi", "promt": "hi" })).await).await;
    assert_eq!((&unknown["status"], &unknown["field"]), (&json!(422), &json!("promt")), "{unknown}");
    assert_eq!(refusal(app.post(&turns, json!({})).await).await, "422 invalid_field prompt");
    assert_eq!(refusal(app.post(&turns, json!({ "prompt": 7 })).await).await, "422 invalid_field prompt");
    let ids = app.post(&turns, json!({ "prompt": "hi", "image_ids": ["seven"] })).await;
    assert_eq!(refusal(ids).await, "422 invalid_field image_ids[0]");
    let nested = json!({ "spec": { "title": "A", "background": { "kind": "sky" } } });
    let scenes = format!("{project}/scenes");
    let scene = ok(app.post(&scenes, json!({ "name": "A" })).await).await;
    let put = app.put(&format!("{scenes}/{}", scene["id"].as_str().expect("an id")), nested).await;
    assert!(refusal(put).await.starts_with("422 invalid_field spec.background"), "a path into the document");
    assert_eq!(refusal(app.get("/v1/projects?limit=many").await).await, "422 invalid_field limit");
    assert_eq!(refusal(app.get("/v1/projects?order=up").await).await, "422 invalid_field order");
}

/// What a body is refused with, in one line.
async fn said(app: &TestApp, path: &str, body: &'static str) -> String {
    let problem = refused(raw(app, path, "application/json", body).await).await;
    let field = problem["field"].as_str().unwrap_or("-");
    format!("{} {field}: {}", problem["status"], problem["detail"].as_str().expect("a sentence"))
}

#[tokio::test]
async fn what_is_wrong_is_said_in_the_words_of_a_person() {
    let app = TestApp::start().await;
    let project = app.project().await;
    let (turns, scenes) = (format!("{project}/turns"), format!("{project}/scenes"));
    let wrong_turns = [
        (r#"{}"#, "422 prompt: `prompt` is missing"),
        (r#"{"prompt": 7}"#, "422 prompt: expected a text, got the number 7"),
        (r#"{"prompt": "a", "prompt": "b"}"#, "422 prompt: `prompt` is given twice"),
        (
            r#"{"prompt": "a", "policy": "maybe"}"#,
            "422 policy: expected one of `enqueue`, `reject`, `interrupt`, got `maybe`",
        ),
        (r#"{"prompt": "a", "policy": 3}"#, "422 policy: expected a text or an object, got the number 3"),
        (r#"{"prompt": "a", "image_ids": ["seven"]}"#, "422 image_ids[0]: not a valid id, expected a UUID"),
        (
            r#"{"promt": "a"}"#,
            "422 promt: there is no field `promt` here; allowed: `prompt`, `image_ids`, `scene_id`, `model`, `policy`",
        ),
        (r#"["a"]"#, "422 body: expected an object, got a list"),
        (r#"["a", [], null, null, "enqueue"]"#, "422 body: expected an object, got a list"),
        (r#"null"#, "422 body: expected an object, got null"),
        (r#"{'prompt': 'a'}"#, "400 -: the body is not JSON: expected a key in double quotes at line 1 column 2"),
    ];
    for (body, expected) in wrong_turns {
        assert_eq!(said(&app, &turns, body).await, expected, "{body}");
    }
    let duration = said(&app, &scenes, r#"{"name": "A", "spec": {"duration_ms": "3s"}}"#).await;
    assert_eq!(duration, "422 spec.duration_ms: expected a whole number, not negative, got the text \"3s\"");
    let limit = refused(app.get("/v1/projects?limit=many").await).await;
    assert_eq!(limit["detail"], "expected a whole number in digits alone, as in 20");
    assert_eq!(ok(app.get(&turns).await).await["items"], json!([]), "nothing was half-done");
}

#[tokio::test]
async fn every_json_answer_ends_its_line() {
    let app = TestApp::start().await;
    let project = app.project().await;
    for path in ["/livez", "/openapi.json", "/v1/schemas/scene", &project, "/v1/projects", "/v2/nothing"] {
        let body = app.get(path).await.text().await.expect("a body");
        assert!(body.ends_with("}\n") && body.matches('\n').count() == 1, "{path}: {body:?}");
    }
}

#[tokio::test]
async fn the_wrong_content_type_is_refused() {
    let app = TestApp::start().await;
    let project = app.project().await;
    let response = raw(&app, &format!("{project}/turns"), "text/plain", "{\"prompt\": \"hi\"}").await;
    insta::assert_json_snapshot!(refused(response).await, @r#"
    {
      "code": "wrong_content_type",
      "detail": "expected the content type application/json, got text/plain",
      "field": "Content-Type",
      "status": 415,
      "title": "Unsupported Media Type",
      "type": "https://braincase.invalid/problems/wrong_content_type"
    }
    "#);
}

#[tokio::test]
async fn paths_and_methods_that_do_not_exist_are_problems_too() {
    let app = TestApp::start().await;
    assert_eq!(refusal(app.get("/v2/nothing").await).await, "404 no_route -");
    let response = app.delete("/v1/projects").await;
    assert!(response.headers()["allow"].to_str().expect("plain text").contains("POST"));
    assert_eq!(refusal(response).await, "405 no_method -");
}
