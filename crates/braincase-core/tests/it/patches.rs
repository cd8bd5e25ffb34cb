//! Patches: what they change, what they refuse, and that a refusal changes nothing.

use braincase_core::{patch::ScenePatch, scene::SceneSpec};
use proptest::prelude::*;
use serde_json::{Value, json};

fn spec() -> SceneSpec {
    serde_json::from_value(json!({
        "title": "Pricing",
        "elements": [
            {"id": "headline", "content": {"text": {"text": "From 9 €"}}},
            {"id": "dot", "content": {"shape": {"shape": "circle"}}},
        ],
    }))
    .unwrap()
}

fn patch(patch: Value) -> ScenePatch {
    serde_json::from_value(patch).unwrap()
}

#[test]
fn what_is_absent_stays() {
    let next = patch(json!({"duration_ms": 9000})).apply(&spec()).unwrap();
    assert_eq!(next.duration_ms.get(), 9000);
    assert_eq!(SceneSpec { duration_ms: spec().duration_ms, ..next }, spec());
}

#[test]
fn elements_are_removed_changed_and_added_in_this_order() {
    let next = patch(json!({
        "remove": ["dot"],
        "update": [{"id": "headline", "text": "Free", "color": "#00ff00"}],
        "add": [{"id": "dot", "content": {"shape": {"shape": "star"}}}],
    }));
    let next = serde_json::to_value(next.apply(&spec()).unwrap()).unwrap();
    assert_eq!(next["elements"][0]["content"]["text"]["text"], "Free");
    assert_eq!(next["elements"][0]["color"], "#00ff00");
    assert_eq!(next["elements"][1]["content"]["shape"]["shape"], "star");
}

#[test]
fn a_patch_that_does_not_fit_names_its_path() {
    let refused = |document: Value| patch(document).apply(&spec()).unwrap_err().path;
    assert_eq!(refused(json!({"remove": ["dot", "logo"]})), "remove[1]");
    assert_eq!(refused(json!({"update": [{"id": "logo"}]})), "update[0].id");
    assert_eq!(refused(json!({"update": [{"id": "dot", "text": "x"}]})), "update[0].text");
    assert_eq!(refused(json!({"update": [{"id": "dot", "bold": true}]})), "update[0].bold");
    assert_eq!(refused(json!({"add": [{"id": "dot", "content": {"text": {"text": "x"}}}]})), "add[0].id");
    let crowd: Vec<_> = (0..64).map(|n| json!({"id": n.to_string(), "content": {"text": {"text": ""}}})).collect();
    assert_eq!(refused(json!({"add": crowd})), "add");
}

#[test]
fn an_empty_patch_says_so() {
    assert!(patch(json!({})).is_empty());
    assert!(!patch(json!({"title": "New"})).is_empty());
}

proptest! {
    #[test]
    fn whatever_a_patch_does_the_document_stays_valid(
        title in proptest::option::of("[a-z]{1,20}"),
        tempo in proptest::option::of(0.1_f64..10.0),
        remove in proptest::collection::vec("headline|dot|logo", 0..3),
        add in proptest::collection::vec("[a-c]", 0..4),
    ) {
        let add: Vec<_> = add.iter().map(|id| json!({"id": id, "content": {"text": {"text": "x"}}})).collect();
        let mut document = json!({"remove": remove, "add": add});
        if let Some(title) = title {
            document["title"] = json!(title);
        }
        if let Some(tempo) = tempo {
            document["tempo"] = json!(tempo);
        }
        if let Ok(next) = patch(document).apply(&spec()) {
            let written = serde_json::to_value(&next).unwrap();
            prop_assert_eq!(serde_json::from_value::<SceneSpec>(written).unwrap(), next);
        }
    }
}
