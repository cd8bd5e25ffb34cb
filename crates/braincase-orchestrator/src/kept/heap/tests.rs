//! Beside what the allocator says: its sizes are those of the server's.

use std::sync::Arc;

use braincase_core::{
    ContentHash, ImageId, ProjectId, SceneId, Timestamp,
    image::{Analysis, Image, ImageFacts, ImageFormat},
    memory::Memory,
    scene::{Scene, SceneSpec},
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tikv_jemalloc_ctl::thread::{allocatedp, deallocatedp};

use super::{Heap, heap_of};

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// What this thread holds, in bytes of the allocator.
fn held() -> u64 {
    allocatedp::read().unwrap().get() - deallocatedp::read().unwrap().get()
}

/// As the store reads it: from its text.
fn read<T: DeserializeOwned>(value: &Value) -> T {
    serde_json::from_str(&value.to_string()).unwrap()
}

/// Makes a part as it is kept; it takes no more than it is said to weigh, and not much less.
fn assert_weighs<T: Heap>(make: impl Fn(usize) -> T) {
    for count in [1, 7, 40, 200] {
        let before = held();
        let mut list = Vec::new();
        for number in 0..count {
            list.push(make(number));
        }
        let part = Arc::new(list);
        let (taken, weight) = (held() - before, heap_of(&part));
        assert!(taken <= weight && weight < taken * 3 / 2, "{count}: {taken} bytes, and {weight} are accounted for");
    }
}

/// Words of a length that goes through all sizes of pieces.
fn words(number: usize) -> String {
    "w".repeat(1 + number * 37 % 700)
}

#[test]
fn scenes_take_no_more_than_they_are_said_to_weigh() {
    let at = Timestamp::from_micros(0);
    let (id, project_id) = (SceneId::new(at), ProjectId::new(at));
    let element = |number: usize| {
        let content = match number % 3 {
            0 => json!({"text": {"text": words(number)}}),
            1 => json!({"shape": {"shape": "circle"}}),
            _ => json!({"image": {"image_id": ImageId::new(at), "alt": words(number % 13),
                                  "palette": vec!["#102030"; number % 5]}}),
        };
        json!({"id": format!("element-{number}"), "content": content})
    };
    assert_weighs(|number| {
        let elements: Vec<_> = (0..number % 23).map(element).collect();
        let spec: SceneSpec = read(&json!({"title": words(number % 6), "elements": elements}));
        Scene { id, project_id, position: 1, version: 1, spec, created_at: at, updated_at: at }
    });
}

#[test]
fn memories_take_no_more_than_they_are_said_to_weigh() {
    assert_weighs(|number| -> Memory {
        read(&json!({
            "kind": "summary", "key": words(number % 7), "value": words(number), "confidence": 0.5,
            "provenance": "turn:0190", "updated_at": Timestamp::from_micros(0),
        }))
    });
}

/// What is said of an image, with lists of these lengths. Lists that are read grow by doubling.
fn facts(description: &str, swatches: usize, regions: usize) -> ImageFacts {
    let region = json!({"name": "top left", "x": 0.0, "y": 0.0, "width": 0.5, "height": 0.5, "activity": 0.5,
                        "color": "#102030"});
    read(&json!({
        "description": description, "width": 16, "height": 8, "orientation": "landscape",
        "palette": vec![json!({"color": "#102030", "share": 0.2}); swatches], "brightness": 0.4,
        "contrast": 0.2, "colorfulness": 0.3, "mood": "warm", "regions": vec![region; regions],
        "text_likelihood": 0.0, "perceptual_hash": "00000000000000ff", "source": "local",
    }))
}

fn image(analysis: Analysis) -> Image {
    let at = Timestamp::from_micros(0);
    let (id, project_id, hash) = (ImageId::new(at), ProjectId::new(at), ContentHash::of(&[]));
    let (format, width, height) = (ImageFormat::Png, 16, 8);
    Image { id, project_id, hash, format, width, height, bytes: 1, analysis, created_at: at }
}

#[test]
fn images_take_no_more_than_they_are_said_to_weigh() {
    assert_weighs(|number| {
        image(match number % 5 {
            0 => Analysis::Pending,
            1 => Analysis::Failed(words(number)),
            _ => Analysis::Ready(Box::new(facts(&words(number), number % 6, number % 10))),
        })
    });
}

#[test]
fn lists_that_have_room_for_more_weigh_that_too() {
    // 33 have the room of 64.
    assert_weighs(|_| image(Analysis::Ready(Box::new(facts("a cup", 33, 0)))));
    assert_weighs(|_| image(Analysis::Ready(Box::new(facts("a cup", 0, 33)))));
}
