//! What has failed can be seen, by those who run the server.

use std::{path::Path, process::Output, time::Duration};

use reqwest::{Method, Response};
use serde_json::Value;
use tokio::{process::Command, time::timeout};

use crate::app::{PATIENCE, TestApp, ok, refusal, refused, text};

pub(crate) const KEY: &str = "a-key-for-a-test-0123456789";
/// A model's provider that nobody can reach: every turn fails.
const BROKEN: [&str; 6] = ["--admin-key", KEY, "--brain", "openai", "--openai-base-url", "http://127.0.0.1:1/v1"];

pub(crate) async fn ask(app: &TestApp, method: Method, path: &str) -> Response {
    app.request(method, path).bearer_auth(KEY).send().await.expect("an answer")
}

pub(crate) async fn see(app: &TestApp, path: &str) -> Value {
    ok(ask(app, Method::GET, path).await).await
}

/// The issue of failed turns, once it has this count and status.
async fn failed_turns(app: &TestApp, count: u64, status: &str) -> Value {
    let listed = async {
        loop {
            let page = see(app, "/admin/errors").await;
            let issues = page["items"].as_array().expect("a list").clone();
            let is_meant =
                |issue: &Value| issue["code"] == "turn_failed" && issue["count"] == count && issue["status"] == status;
            if let Some(issue) = issues.into_iter().find(is_meant) {
                return issue;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, listed).await.expect("it is filed soon")
}

#[tokio::test]
async fn a_turn_that_fails_becomes_an_issue_that_is_resolved_and_regresses() {
    // Given a turn that failed.
    let app = TestApp::start_with(&BROKEN).await;
    let project = app.project().await;
    let turn = app.turn(&project, "Add a scene").await;
    assert_eq!(turn["status"], "failed");

    // Then there is an issue with all that is known of it.
    let issue = failed_turns(&app, 1, "open").await;
    let path = format!("/admin/errors/{}", text(&issue, "fingerprint"));
    let shown = see(&app, &path).await;
    assert_eq!((&shown["operation"], &shown["outcome"]), (&issue["operation"], &Value::from("error")));
    let events = shown["events"].as_array().expect("events");
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["turn_id"], turn["id"]);
    assert!(project.ends_with(events[0]["project_id"].as_str().expect("a project")));
    assert!(events[0]["record"]["errors"].is_array());

    // When it is resolved and happens again, it has regressed.
    let resolved = ok(ask(&app, Method::POST, &format!("{path}/resolve")).await).await;
    assert_eq!(resolved["status"], "resolved");
    assert!(resolved["resolved_at"].is_string());
    assert_eq!(see(&app, "/admin/errors?status=open").await["items"].as_array().map(Vec::len), Some(0));
    app.turn(&project, "Add a scene").await;
    failed_turns(&app, 2, "regressed").await;

    // And when the project goes, nothing of it is left but the count.
    assert_eq!(app.delete(&project).await.status(), 204);
    let shown = see(&app, &path).await;
    assert_eq!((&shown["count"], &shown["message"]), (&Value::from(2), &Value::from("")));
    assert_eq!(shown["events"].as_array().map(Vec::len), Some(0));
}

#[tokio::test]
async fn the_list_comes_page_by_page() {
    let app = TestApp::start_with(&BROKEN).await;
    for kind in 0..5_u8 {
        let event = event(kind);
        app.issues.file_errors(&[event]).await.expect("filed");
    }

    let mut listed = Vec::new();
    let mut path = "/admin/errors?limit=2".to_owned();
    loop {
        let page = see(&app, &path).await;
        listed.extend(page["items"].as_array().expect("a list").iter().map(|issue| text(issue, "code")));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/admin/errors?limit=2&cursor={cursor}");
    }

    assert_eq!(listed, ["code4", "code3", "code2", "code1", "code0"]);
}

fn event(kind: u8) -> braincase_core::error_issue::ErrorEvent {
    use braincase_core::{ErrorEventId, TenantId, Timestamp};
    let at = Timestamp::from_micros(i64::from(kind));
    braincase_core::error_issue::ErrorEvent {
        id: ErrorEventId::new(at),
        tenant: TenantId::DEFAULT,
        project: None,
        turn: None,
        fingerprint: format!("{kind:032x}"),
        code: format!("code{kind}"),
        operation: "work".to_owned(),
        outcome: "error".to_owned(),
        message: "it broke".to_owned(),
        count: 1,
        at,
        record: Value::Null,
    }
}

#[tokio::test]
async fn without_a_key_nobody_sees_anything_and_is_told_what_to_set() {
    let app = TestApp::start().await;
    for (method, path) in [
        (Method::GET, "/admin/errors"),
        (Method::GET, "/admin/errors/0?tenant=nonsense"),
        (Method::POST, "/admin/errors/0/resolve"),
    ] {
        let problem = refused(ask(&app, method, path).await).await;
        assert_eq!((&problem["status"], &problem["code"]), (&Value::from(403), &Value::from("admin_disabled")));
        assert!(text(&problem, "detail").contains("BRAINCASE_ADMIN_KEY"), "{problem}");
    }
}

#[tokio::test]
async fn with_a_key_only_those_who_have_it_see_anything() {
    let app = TestApp::start_with(&["--admin-key", KEY]).await;
    let wrong = format!("{KEY}x");
    for sent in [None, Some(format!("Bearer {wrong}")), Some(format!("Basic {KEY}")), Some("Bearer".to_owned())] {
        for path in ["/admin/errors", "/admin/errors/0"] {
            let mut request = app.request(Method::GET, path);
            if let Some(sent) = &sent {
                request = request.header("authorization", sent);
            }
            let answer = request.send().await.expect("an answer");
            assert_eq!(answer.headers()["www-authenticate"], "Bearer realm=\"braincase admin\"");
            assert_eq!(refusal(answer).await, "401 unauthorized Authorization");
        }
    }
    assert_eq!(see(&app, "/admin/errors").await["items"], Value::Array(Vec::new()));
}

#[tokio::test]
async fn what_is_asked_wrongly_is_refused_by_name() {
    let app = TestApp::start_with(&["--admin-key", KEY]).await;
    for (method, path, expected) in [
        (Method::GET, "/admin/errors?status=closed", "422 invalid_field status"),
        (Method::GET, "/admin/errors?cursor=7", "422 invalid_field cursor"),
        (Method::GET, "/admin/errors?limit=x", "422 invalid_field limit"),
        (Method::GET, "/admin/errors/0123", "404 not_found fingerprint"),
        (Method::GET, "/admin/errors/0123?tenant=7", "422 invalid_field tenant"),
        (Method::POST, "/admin/errors/0123/resolve", "404 not_found fingerprint"),
        (Method::DELETE, "/admin/errors", "405 no_method -"),
    ] {
        assert_eq!(refusal(ask(&app, method, path).await).await, expected, "{path}");
    }
}

/// What `braincase errors` says: exit code, stdout, stderr.
pub(crate) async fn errors(data_dir: &Path, args: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_braincase"));
    command.arg("errors").args(args).arg("--data-dir").arg(data_dir).kill_on_drop(true);
    let Output { status, stdout, stderr } = timeout(PATIENCE, command.output()).await.expect("soon").expect("it ran");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (status.code(), text(stdout), text(stderr))
}

#[tokio::test]
async fn failures_are_seen_on_the_command_line_while_the_server_runs() {
    // Given
    let app = TestApp::start_with(&BROKEN).await;
    let project = app.project().await;
    let turn = app.turn(&project, "Add a scene").await;
    let issue = failed_turns(&app, 1, "open").await;
    let fingerprint = text(&issue, "fingerprint");

    // Then the list has it, as a table and as JSON.
    let (code, out, _) = errors(&app.data_dir(), &["list"]).await;
    assert_eq!(code, Some(0));
    let row = out.lines().find(|line| line.starts_with(&fingerprint[..12])).expect("a line for it");
    assert!(row.contains("turn_failed") && row.contains("open"), "{row}");
    let (_, json, _) = errors(&app.data_dir(), &["list", "--json", "--status", "open", "--limit", "9"]).await;
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert!(json["items"].as_array().expect("a list").contains(&issue), "{json}");
    let (_, none, _) = errors(&app.data_dir(), &["list", "--status", "resolved"]).await;
    assert_eq!(none, "no failures to show\n");

    // And it can be shown by the beginning of its fingerprint.
    let (code, out, _) = errors(&app.data_dir(), &["show", &fingerprint[..8]]).await;
    assert_eq!(code, Some(0));
    assert!(out.contains(&format!("turn         {}\n", text(&turn, "id"))), "{out}");
    assert!(out.contains("\nerror        "), "{out}");
    let (_, json, _) = errors(&app.data_dir(), &["show", "--json", &fingerprint]).await;
    assert_eq!(serde_json::from_str::<Value>(&json).expect("JSON")["events"][0]["turn_id"], turn["id"]);
}

#[tokio::test]
async fn what_cannot_be_shown_on_the_command_line_is_said() {
    let empty = tempfile::tempdir().expect("a temporary directory");
    let (code, out, problem) = errors(empty.path(), &["list"]).await;
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(problem.starts_with("error: there is no database at "), "{problem}");

    let app = TestApp::start().await;
    for kind in [1, 2] {
        app.issues.file_errors(&[event(kind)]).await.expect("filed");
    }
    let (code, _, problem) = errors(&app.data_dir(), &["show", "f00"]).await;
    assert_eq!(code, Some(1));
    assert!(problem.starts_with("error: no failure's fingerprint begins with \"f00\""), "{problem}");
    let (_, _, problem) = errors(&app.data_dir(), &["show", "00"]).await;
    assert!(problem.starts_with("error: several fingerprints begin with \"00\""), "{problem}");
    let (code, ..) = errors(&app.data_dir(), &["list", "--status", "closed"]).await;
    assert_eq!(code, Some(2));
}
