//! The document of a scene: its defaults, its schema, and the path that a refusal names.

use braincase_core::scene::{SceneSpec, schema};
use serde_json::{Value, json};

fn refused_at(document: Value) -> String {
    let read: Result<SceneSpec, _> = serde_path_to_error::deserialize(document);
    read.unwrap_err().path().to_string()
}

#[test]
fn a_title_is_enough() {
    let spec: SceneSpec = serde_json::from_value(json!({"title": "Intro"})).unwrap();
    let written = serde_json::to_value(&spec).unwrap();
    let expected = json!({
        "title": "Intro", "duration_ms": 3000, "tempo": 1.0, "background": {"color": "#ffffff"}, "elements": [],
    });
    assert_eq!(written, expected);
}

#[test]
fn a_full_document_is_read_back_exactly() {
    let document = json!({
        "title": "Pricing", "duration_ms": 4500, "tempo": 1.5,
        "background": {"gradient": {"from": "#000000", "to": "#102030"}},
        "elements": [
            {
                "id": "headline", "content": {"text": {"text": "From 9 €", "size": 0.12, "bold": true}},
                "position": {"x": 0.5, "y": 0.2, "width": 0.9, "height": 0.2}, "color": "#ffffff",
                "animation": {"kind": "slide_in", "duration_ms": 400, "delay_ms": 100},
            },
            {
                "id": "dot", "content": {"shape": {"shape": "circle"}},
                "position": {"x": -0.5, "y": 1.5, "width": 0.1, "height": 0.1}, "color": "#ff0000",
            },
        ],
    });
    let spec: SceneSpec = serde_json::from_value(document.clone()).unwrap();
    assert_eq!(serde_json::to_value(&spec).unwrap(), document);
}

#[test]
fn a_refusal_names_the_path_that_is_wrong() {
    let text = |text: Value| json!({"title": "T", "elements": [{"id": "a", "content": {"text": text}}]});
    assert_eq!(refused_at(json!({"title": 7})), "title");
    assert_eq!(refused_at(json!({"title": "T", "tempo": 99.0})), "tempo");
    assert_eq!(refused_at(json!({"title": "T", "background": {"color": "blue"}})), "background.color");
    assert_eq!(refused_at(text(json!({"text": 5}))), "elements[0].content.text.text");
    assert_eq!(refused_at(text(json!({"text": "x", "font": "Arial"}))), "elements[0].content.text.font");
}

#[test]
fn two_elements_with_one_name_and_too_many_elements_are_refused() {
    let element = |id: String| json!({"id": id, "content": {"text": {"text": "x"}}});
    let twins = json!({"title": "T", "elements": [element("a".into()), element("a".into())]});
    let crowd: Vec<_> = (0..65).map(|number| element(number.to_string())).collect();
    assert_eq!(refused_at(twins), "elements");
    assert_eq!(refused_at(json!({"title": "T", "elements": crowd})), "elements");
}

#[test]
fn the_published_schema_says_what_the_types_say() {
    let schema = schema();
    assert_eq!(schema["required"], json!(["title"]));
    assert_eq!(schema["additionalProperties"], false);
    assert_eq!(schema["properties"]["title"]["maxLength"], 200);
    assert_eq!(schema["properties"]["duration_ms"]["maximum"], 600_000);
    assert_eq!(schema["properties"]["elements"]["maxItems"], 64);
}
