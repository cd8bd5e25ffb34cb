//! Late facts: what was found in an image is taken in, and into each scene once.

use std::collections::BTreeSet;

use braincase_core::event::EventKind;
use serde_json::Value;

use super::{Audit, Rule, violation};
use crate::{ledger::Project, sse::Seen};

/// Checks the events of a project.
#[must_use]
pub fn audit(project: &Project, seen: &[Seen]) -> Audit {
    let mut audit = Audit::default();
    let (mut known, mut taken_in) = (BTreeSet::new(), BTreeSet::new());
    for event in seen.iter().filter(|event| event.kind == Some(EventKind::ImageFactsProcessed)) {
        let told: Value = serde_json::from_str(&event.text).unwrap_or_default();
        taken_in.extend(told["data"]["image_id"].as_str().map(str::to_owned));
        for (image, scene) in pairs(&told["data"]) {
            if !known.insert((image.clone(), scene.clone())) {
                let into = scene.map_or_else(|| "no scene".to_owned(), |scene| format!("scene {scene}"));
                let detail = format!("event {}: the facts of image {image} were taken into {into} before", event.seq);
                audit.violations.push(violation(project, Rule::FactsOnce, detail));
            }
        }
    }
    audit.checked.taken_in = taken_in.len() as u64;
    for image in project.images.iter().filter(|image| !taken_in.contains(*image)) {
        let detail = format!("the facts of image {image} were never taken in");
        audit.violations.push(violation(project, Rule::FactsOnce, detail));
    }
    audit
}

/// The image with each scene that it enriched, or with none. An analysis that failed may be repeated, so it does not count.
fn pairs(data: &Value) -> Vec<(String, Option<String>)> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let (Some(image), Some("ready")) = (text(&data["image_id"]), data["status"].as_str()) else { return Vec::new() };
    let scenes: Vec<_> = data["scenes_enriched"].as_array().into_iter().flatten().filter_map(text).collect();
    if scenes.is_empty() {
        return vec![(image, None)];
    }
    scenes.into_iter().map(|scene| (image.clone(), Some(scene))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{plan::Lane, preset::Scenario};

    fn processed(image: &str, status: &str, scenes: &[&str]) -> Seen {
        let data = json!({ "image_id": image, "status": status, "scenes_enriched": scenes });
        let text = json!({ "data": data }).to_string();
        Seen { seq: 1, kind: Some(EventKind::ImageFactsProcessed), text, ..Seen::default() }
    }

    fn broken(seen: &[Seen]) -> usize {
        broken_with(&[], seen)
    }

    fn broken_with(images: &[&str], seen: &[Seen]) -> usize {
        let project = Project {
            images: images.iter().map(|image| (*image).to_owned()).collect(),
            ..Project::new(Lane::Main, "p".to_owned(), 1, Scenario::NewProject)
        };
        let violations = audit(&project, seen).violations;
        assert!(violations.iter().all(|violation| violation.rule == Rule::FactsOnce));
        violations.len()
    }

    #[test]
    fn each_image_into_each_scene_once_is_fine() {
        let failed_twice = [processed("c", "failed", &[]), processed("c", "failed", &[]), processed("c", "ready", &[])];
        assert_eq!(broken(&failed_twice), 0);
        assert_eq!(broken(&[processed("a", "ready", &["1", "2"]), processed("b", "ready", &["1"])]), 0);
    }

    #[test]
    fn an_image_whose_facts_are_never_taken_in_is_found() {
        assert_eq!(broken_with(&["a", "b"], &[processed("a", "ready", &[]), processed("b", "failed", &[])]), 0);
        assert_eq!(broken_with(&["a", "b"], &[processed("a", "ready", &["1"])]), 1);
    }

    #[test]
    fn the_same_image_twice_is_found_with_and_without_scenes() {
        assert_eq!(broken(&[processed("a", "ready", &["1", "2"]), processed("a", "ready", &["2"])]), 1);
        assert_eq!(broken(&[processed("a", "ready", &[]), processed("a", "ready", &[])]), 1);
    }
}
