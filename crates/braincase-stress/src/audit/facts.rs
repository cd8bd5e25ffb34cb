//! Image facts: every upload that was acknowledged is analysed in the end.

use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::{Audit, Rule, violation};
use crate::{client::Api, ledger::Project};

const PAUSE: Duration = Duration::from_millis(250);

/// Waits for the facts of all images of a project, up to a limit.
pub async fn audit(api: &Api, project: &Project, limit: Duration) -> Audit {
    let mut audit = Audit::default();
    let deadline = Instant::now() + limit;
    for image in &project.images {
        audit.checked.images += 1;
        if let Err(detail) = wait_for(api, &project.id, image, deadline).await {
            audit.violations.push(violation(project, Rule::ImageFacts, format!("image {image} {detail}")));
        }
    }
    audit
}

async fn wait_for(api: &Api, project: &str, image: &str, deadline: Instant) -> Result<(), String> {
    loop {
        let state = api.fetch_image(project, image).await.map_err(|refusal| format!("cannot be read: {refusal}"))?;
        let has_facts = state.get("facts").is_some_and(Value::is_object);
        match state.get("status").and_then(Value::as_str) {
            Some("ready") if has_facts => return Ok(()),
            Some("ready") => return Err("is ready and has no facts".to_owned()),
            Some("failed") => return Err(format!("failed: {}", state.get("error").unwrap_or(&Value::Null))),
            Some("pending") if Instant::now() < deadline => sleep(PAUSE).await,
            Some("pending") => return Err("is still pending".to_owned()),
            Some(_) | None => return Err(format!("has no known status: {state}")),
        }
    }
}
