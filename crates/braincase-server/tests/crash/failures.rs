//! The server killed right after something failed: it is known after the restart, once.

use std::{fs, path::Path, time::Duration};

use serde_json::{Value, json};

use crate::{LIMIT, Server, post};

const KEY: &str = "a-key-for-a-test-0123456789";
/// Nobody listens there: every turn fails.
const NOWHERE: &str = "http://127.0.0.1:1/v1";

async fn until<T>(mut found: impl AsyncFnMut() -> Option<T>) -> T {
    let look = async {
        loop {
            if let Some(found) = found().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(LIMIT, look).await.expect("in time")
}

fn start(data_dir: &Path) -> Server {
    Server::start_with(data_dir, NOWHERE, &["--admin-key", KEY])
}

/// How many records of failed turns lie in the spool.
fn spooled(data_dir: &Path) -> usize {
    let files = fs::read_dir(data_dir.join("errors/errors")).into_iter().flatten().flatten();
    let bytes: Vec<u8> = files.flat_map(|file| fs::read(file.path()).unwrap_or_default()).collect();
    String::from_utf8_lossy(&bytes).matches("\"code\":\"turn_failed\"").count()
}

/// Leaves the beginning of a record behind the newest one.
fn tear(data_dir: &Path) {
    let files = fs::read_dir(data_dir.join("errors/errors")).unwrap().map(|file| file.unwrap().path());
    let newest = files.max().expect("a segment");
    let whole = fs::read(&newest).unwrap();
    fs::write(&newest, [&whole[..], &whole[..20]].concat()).unwrap();
}

async fn admin(client: &reqwest::Client, url: String) -> Value {
    client.get(url).bearer_auth(KEY).send().await.unwrap().json().await.unwrap()
}

/// The issue of failed turns with its events, once it has this count.
async fn issue(client: &reqwest::Client, server: &Server, count: u64) -> Value {
    let path = format!("{}/admin/errors", server.url);
    let issue = until(async || {
        let page = admin(client, path.clone()).await;
        let issues = page["items"].as_array().unwrap().clone();
        issues.into_iter().find(|issue| issue["code"] == "turn_failed" && issue["count"].as_u64() >= Some(count))
    });
    admin(client, format!("{path}/{}", issue.await["fingerprint"].as_str().unwrap())).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_right_after_a_failure_it_is_filed_after_the_restart_and_never_twice() {
    let folder = tempfile::tempdir().unwrap();
    let client = reqwest::Client::builder().timeout(LIMIT).build().unwrap();
    let server = start(folder.path());
    let project = post(&client, format!("{}/v1/projects", server.url), json!({"name": "p"})).await.unwrap();
    let turns = |server: &Server| format!("{}/v1/projects/{}/turns", server.url, project["id"].as_str().unwrap());

    // When the server is killed as soon as the failure of a turn is in the spool.
    let asked = client.post(turns(&server)).json(&json!({"prompt": "Add a scene"})).send();
    let (_answered, ()) = tokio::join!(asked, until(async || (spooled(folder.path()) == 1).then_some(())));
    server.kill();

    // Then the next one files it, even if the kill came in the middle of writing another one.
    tear(folder.path());
    let server = start(folder.path());
    let filed = issue(&client, &server, 1).await;
    assert_eq!((&filed["count"], filed["events"].as_array().unwrap().len()), (&json!(1), 1), "{filed}");
    server.kill();

    // And when nobody knows how far the spool was read, so that all of it is read again …
    fs::remove_file(folder.path().join("errors/readers/store.position")).unwrap();
    assert_eq!(spooled(folder.path()), 1, "there is something to read again");
    let server = start(folder.path());
    post(&client, turns(&server), json!({"prompt": "Add a scene"})).await.unwrap();

    // … only what is new is added to it.
    let filed = issue(&client, &server, 2).await;
    assert_eq!((&filed["count"], filed["events"].as_array().unwrap().len()), (&json!(2), 2), "{filed}");
    server.kill();
}
