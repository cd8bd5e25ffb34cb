//! Watching a project.

use reqwest::Method;

use crate::app::{Stream, TestApp, refusal};

#[tokio::test]
async fn a_watcher_sees_what_happens_in_order_without_gaps() {
    let app = TestApp::start().await;
    let project = app.project().await;
    let mut watching = app.watch(&format!("{project}/events")).await;
    app.turn(&project, "Add a scene with the text Hello").await;
    let seen = watching.until("turn.completed").await;
    let ids: Vec<i64> = seen.iter().map(|event| event.id.parse().expect("a number")).collect();
    let expected: Vec<i64> = (1..).take(ids.len()).collect();
    assert_eq!(ids, expected);
}

#[tokio::test]
async fn a_watcher_that_comes_back_goes_on_where_it_was() {
    let app = TestApp::start().await;
    let project = app.project().await;
    app.turn(&project, "Add a scene with the text Hello").await;
    let all = app.watch(&format!("{project}/events")).await.until("turn.completed").await;
    let (last_seen, next) = (&all[1].id, &all[2].id);

    let by_query = app.watch(&format!("{project}/events?after={last_seen}")).await.next().await;
    assert_eq!(&by_query.expect("an event").id, next);

    let request = app.request(Method::GET, &format!("{project}/events?after=0")).header("last-event-id", last_seen);
    let by_header = Stream::of(request.send().await.expect("an answer")).next().await;
    assert_eq!(&by_header.expect("an event").id, next);
}

#[tokio::test]
async fn a_watcher_of_nothing_is_refused() {
    let app = TestApp::start().await;
    let unknown = app.get("/v1/projects/0190a0a0-0000-7000-8000-000000000000/events").await;
    assert_eq!(refusal(unknown).await, "404 not_found project_id");
    let project = app.project().await;
    let wrong = app.request(Method::GET, &format!("{project}/events")).header("last-event-id", "yesterday");
    assert_eq!(refusal(wrong.send().await.expect("an answer")).await, "422 invalid_field Last-Event-ID");
}
