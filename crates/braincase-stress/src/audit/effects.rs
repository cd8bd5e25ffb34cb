//! Effects: what the turns of a project decided is what its storyboard shows, no less and no more.

use serde_json::Value;

use super::{Audit, Rule, violation};
use crate::ledger::Project;

/// Compares the number of scenes with what the stored turns added and deleted. The load edits scenes by turns only.
#[must_use]
pub fn audit(project: &Project, turns: &[Value], scenes: &str) -> Audit {
    let mut audit = Audit::default();
    let expected: i64 = turns.iter().filter(|turn| turn["status"] == "completed").map(net_scenes).sum();
    let listed: Value = serde_json::from_str(scenes).unwrap_or_default();
    let shown = listed["items"].as_array().map_or(0, Vec::len);
    if i64::try_from(shown) != Ok(expected) {
        let detail = format!("its turns leave {expected} scenes, it shows {shown}");
        audit.violations.push(violation(project, Rule::Effects, detail));
    }
    audit
}

/// How many scenes a turn added, less those it deleted.
fn net_scenes(turn: &Value) -> i64 {
    let tools = turn["decision"]["tools"].as_array();
    let net = |tool: &Value| match tool["name"].as_str() {
        Some("add_scene" | "create_scene_from_image") => 1,
        Some("delete_scene") => -1,
        Some(_) | None => 0,
    };
    tools.map_or(0, |tools| tools.iter().map(net).sum())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{plan::Lane, preset::Scenario};

    fn turn(status: &str, tools: &[&str]) -> Value {
        let tools: Vec<_> = tools.iter().map(|name| json!({"name": name})).collect();
        json!({"status": status, "decision": {"tools": tools}})
    }

    fn violations(turns: &[Value], shown: usize) -> usize {
        let project = Project { ..Project::new(Lane::Main, "p".to_owned(), 1, Scenario::NewProject) };
        let scenes = json!({"items": vec![json!({}); shown]}).to_string();
        audit(&project, turns, &scenes).violations.len()
    }

    #[test]
    fn a_scene_that_is_missing_or_too_many_is_found() {
        let turns =
            [turn("completed", &["add_scene", "create_scene_from_image"]), turn("completed", &["delete_scene"])];
        assert_eq!((violations(&turns, 1), violations(&turns, 0), violations(&turns, 2)), (0, 1, 1));
    }

    #[test]
    fn a_turn_that_failed_must_have_left_nothing() {
        assert_eq!(violations(&[turn("failed", &["add_scene"])], 0), 0);
        assert_eq!(violations(&[turn("failed", &["add_scene"])], 1), 1);
    }
}
