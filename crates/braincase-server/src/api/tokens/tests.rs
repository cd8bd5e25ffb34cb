//! What is long is kept off the async threads.

use std::{
    sync::{Arc, mpsc},
    thread::{self, ThreadId},
    time::Duration,
};

use axum::response::IntoResponse as _;
use braincase_errors::Supervisor;
use serde::{Serializer, ser::Error as _};
use serde_json::Value;

use super::*;

/// An answer that tells on which thread it is written.
struct Witness(mpsc::Sender<ThreadId>);

impl Serialize for Witness {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.send(thread::current().id()).map_err(S::Error::custom)?;
        serializer.serialize_str("written")
    }
}

#[tokio::test]
async fn a_long_request_is_read_and_answered_on_another_thread() {
    // Given a long request whose work and answer tell where they are done.
    let counting = Compute::new(Arc::new(Supervisor::new()), 1, Duration::from_secs(20));
    let body = Held::of(format!("{{{}}}", " ".repeat(LONG_TEXT)).into_bytes());
    let (tell, threads) = mpsc::channel();
    let work = move |_: Value| {
        tell.send(thread::current().id()).unwrap();
        Ok(Witness(tell))
    };

    // When it is answered.
    let response = answer(&counting, body, "test", work).await.unwrap().into_response();

    // Then neither was done here.
    assert_eq!(response.headers()["content-type"], "application/json");
    let here = thread::current().id();
    let threads: Vec<_> = threads.iter().collect();
    assert!(threads.len() == 2 && !threads.contains(&here), "{threads:?}, this is {here:?}");
}
