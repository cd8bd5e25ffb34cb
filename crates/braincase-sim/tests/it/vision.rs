//! The `openai` vision: pixels by the local vision, words by the model.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use braincase_core::{
    SystemClock,
    image::{ImageFacts, ImageFormat, Mood, Orientation},
    vision::{Vision, VisionError},
};
use braincase_orchestrator::{brain::openai::OpenAiOptions, vision::openai::OpenAiVision};
use braincase_sim::{Sim, SimOptions};
use bytes::Bytes;

use crate::support::{EchoBrain, Play, Script, patient, said, sim};

/// A local vision that reads a size out of a header, and refuses everything else.
#[derive(Debug)]
struct HeaderVision;

#[async_trait]
impl Vision for HeaderVision {
    async fn analyze(&self, bytes: Bytes, _: ImageFormat) -> Result<ImageFacts, VisionError> {
        if !bytes.starts_with(b"GIF89a") {
            return Err(VisionError::Undecodable("no gif".to_owned()));
        }
        Ok(ImageFacts {
            description: "local words".to_owned(),
            width: u32::from(bytes[6]),
            height: u32::from(bytes[8]),
            orientation: Orientation::Landscape,
            palette: Vec::new(),
            brightness: 0.5,
            contrast: 0.5,
            colorfulness: 0.5,
            mood: Mood::Neutral,
            regions: Vec::new(),
            text_likelihood: 0.0,
            perceptual_hash: "0".repeat(16),
            source: "local".to_owned(),
        })
    }
}

const GIF: Bytes = Bytes::from_static(b"GIF89a\x08\x00\x04\x00\x00\x00\x00,");

fn vision(options: OpenAiOptions) -> OpenAiVision {
    OpenAiVision::new(options, "gpt-4o", Arc::new(HeaderVision), Arc::new(SystemClock::default())).unwrap()
}

#[tokio::test]
async fn the_model_describes_what_the_local_vision_measured() {
    let sim = sim("").await;
    let facts = vision(patient(sim.base_url())).analyze(GIF, ImageFormat::Gif).await.unwrap();
    assert_eq!((facts.width, facts.height, facts.source.as_str()), (8, 4, "openai:gpt-4o"));
    insta::assert_snapshot!(facts.description, @"A wide gif picture of 8 by 4 pixels with the fingerprint 1f95f3aaa098 (sim)");
}

#[tokio::test]
async fn a_large_image_arrives_byte_by_byte_as_it_was() {
    let log = tempfile::NamedTempFile::new().unwrap();
    let options = SimOptions { log: Some(log.path().to_owned()), ..SimOptions::new(Arc::new(EchoBrain)) };
    let sim = Sim::start(options).await.unwrap();
    let noise = (0..700_001_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8);
    let image: Bytes = GIF.iter().copied().chain(noise).collect::<Vec<_>>().into();
    vision(patient(sim.base_url())).analyze(image.clone(), ImageFormat::Gif).await.unwrap();
    let line: serde_json::Value = serde_json::from_slice(&std::fs::read(log.path()).unwrap()).unwrap();
    let hash = braincase_core::ContentHash::of(&image).to_string();
    assert_eq!(line["messages"][0]["content"][0]["hash"], hash.as_str());
}

#[tokio::test]
async fn an_image_that_cannot_be_decoded_does_not_wait_for_the_model() {
    let server = Script::start(vec![Play::Hang]).await;
    let options = OpenAiOptions { first_token_timeout: Duration::from_secs(60), ..patient(server.base_url()) };
    let analysis = vision(options).analyze(Bytes::from_static(b"no"), ImageFormat::Gif).await;
    assert!(matches!(analysis, Err(VisionError::Undecodable(_))), "{analysis:?}");
}

#[tokio::test]
async fn a_model_that_fails_or_is_silent_costs_its_words_not_what_the_pixels_say() {
    let down = sim("500:100%").await;
    let options = OpenAiOptions { max_retries: 2, ..patient(down.base_url()) };
    let analysis = vision(options).analyze(GIF, ImageFormat::Gif).await;
    assert_eq!(analysis.unwrap().source, "local");
    assert_eq!(down.received(), 3);

    let silent = Script::start(vec![Play::Hang]).await;
    let options = OpenAiOptions { first_token_timeout: Duration::from_millis(100), ..patient(silent.base_url()) };
    let analysis = vision(options).analyze(GIF, ImageFormat::Gif).await;
    assert_eq!(analysis.unwrap().source, "local");
}

#[tokio::test]
async fn a_long_description_with_control_characters_is_cleaned() {
    let server = Script::start(vec![Play::Send(said(&format!("A\u{1b}[31m cat\n{}", "é".repeat(700))))]).await;
    let facts = vision(patient(server.base_url())).analyze(GIF, ImageFormat::Gif).await.unwrap();
    assert!(facts.description.starts_with("A [31m cat é"));
    assert_eq!(facts.description.chars().count(), 500);
    assert!(!facts.description.chars().any(char::is_control));
}
