//! The document that describes the interface.

use braincase_server::router;
use serde_json::Value;

use crate::app::{TestApp, ok};

#[tokio::test]
async fn every_route_is_documented_and_every_reference_leads_somewhere() {
    let app = TestApp::start().await;
    let document = ok(app.get("/openapi.json").await).await;
    assert_eq!(document["openapi"], "3.1.0");
    for route in router::table() {
        let operation = &document["paths"][route.path()][route.method().as_str().to_ascii_lowercase()];
        assert!(operation["summary"].is_string(), "{} {} is missing", route.method(), route.path());
    }
    let mut references = Vec::new();
    collect(&document, &mut references);
    assert!(references.len() > 20, "{references:?}");
    for reference in references {
        let target = document.pointer(reference.trim_start_matches('#'));
        assert!(target.is_some(), "{reference} leads nowhere");
    }
}

fn collect(value: &Value, references: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            references.extend(object.get("$ref").and_then(Value::as_str).map(str::to_owned));
            object.values().for_each(|value| collect(value, references));
        }
        Value::Array(items) => items.iter().for_each(|value| collect(value, references)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
