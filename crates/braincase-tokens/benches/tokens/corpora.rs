//! The texts that are counted: real prose and code, JSON around them, and other languages in their words.
//!
//! The text of a name is always the same, as long as `Cargo.lock` is.

use std::fmt::Write;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

use crate::prose;

/// The length of each text, in bytes.
pub(crate) const LENGTH: usize = 4 << 20;

/// All of them.
pub(crate) struct Corpora {
    pub(crate) english: String,
    pub(crate) code: String,
    pub(crate) json: String,
    pub(crate) cjk: String,
    pub(crate) international: String,
    pub(crate) mixed: String,
}

#[derive(Deserialize)]
struct Languages {
    language: Vec<Language>,
}

#[derive(Deserialize)]
struct Language {
    group: String,
    spaced: bool,
    stop: String,
    comma: String,
    stems: String,
    endings: String,
}

impl Corpora {
    pub(crate) fn make() -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let Languages { language } = toml::from_str(include_str!("../data/languages.toml")).unwrap();
        let (english, code) = prose::read(LENGTH);
        let of = |group| language.iter().filter(|language| language.group == group).collect::<Vec<_>>();
        let cjk = paragraphs(&of("cjk"), &mut rng);
        let international = paragraphs(&of("international"), &mut rng);
        let json = records(&english, &mut rng);
        let mixed = mix(&[&english, &code, &json, &cjk, &international], &mut rng);
        Self { english, code, json, cjk, international, mixed }
    }

    /// Each with its name.
    pub(crate) fn all(&self) -> [(&'static str, &str); 6] {
        [
            ("English", &self.english),
            ("code", &self.code),
            ("JSON", &self.json),
            ("CJK", &self.cjk),
            ("international", &self.international),
            ("mixed", &self.mixed),
        ]
    }
}

/// What is frequent is very frequent, and most is rare, as in every language.
fn zipf<'a>(from: &[&'a str], rng: &mut ChaCha8Rng) -> &'a str {
    let rank = (from.len() as f64).powf(rng.random()) as usize - 1;
    from[rank.min(from.len() - 1)]
}

fn paragraphs(languages: &[&Language], rng: &mut ChaCha8Rng) -> String {
    let mut text = String::new();
    while text.len() < LENGTH {
        let language = languages[rng.random_range(0..languages.len())];
        for _ in 0..rng.random_range(2..8) {
            text += &language.sentence(rng);
        }
        text.push('\n');
    }
    text.truncate(text.floor_char_boundary(LENGTH));
    text
}

impl Language {
    fn sentence(&self, rng: &mut ChaCha8Rng) -> String {
        let stems: Vec<_> = self.stems.split_whitespace().collect();
        let endings: Vec<_> = self.endings.split(' ').collect();
        let mut sentence = String::new();
        let words = rng.random_range(5..22);
        for word in 0..words {
            // All stems alike, so that rare words have their part.
            sentence += stems[rng.random_range(0..stems.len())];
            sentence += zipf(&endings, rng);
            if word + 1 < words {
                sentence += if rng.random_ratio(1, 8) { &self.comma } else { "" };
                sentence += if self.spaced { " " } else { "" };
            }
        }
        sentence + &self.stop + if self.spaced { " " } else { "" }
    }
}

/// Half of it printed to be read by people.
fn records(prose: &str, rng: &mut ChaCha8Rng) -> String {
    let words: Vec<_> = prose.split_whitespace().filter(|word| word.chars().all(char::is_alphanumeric)).collect();
    let some = |n: usize, rng: &mut ChaCha8Rng| {
        (0..n).map(|_| words[rng.random_range(0..words.len())]).collect::<Vec<_>>().join(" ")
    };
    let mut text = String::new();
    while text.len() < LENGTH {
        let record = serde_json::json!({
            "id": format!("{:08x}-{:04x}-7{:03x}", rng.random::<u32>(), rng.random::<u16>(), rng.random_range(0..4_096)),
            "created_at": format!("2026-{:02}-{:02}T{:02}:{:02}:00Z", rng.random_range(1..13), rng.random_range(1..29), rng.random_range(0..24), rng.random_range(0..60)),
            "name": some(2, rng),
            "description": some(rng.random_range(4..20), rng),
            "score": f64::from(rng.random_range(0..100_000)) / 1_000.0,
            "active": rng.random::<bool>(),
            "tags": [some(1, rng), some(1, rng), some(1, rng)],
            "size": { "width": rng.random_range(1..4_000), "height": rng.random_range(1..4_000), "unit": "px" },
            "parent": null,
        });
        let pretty = rng.random::<bool>();
        text += &if pretty { serde_json::to_string_pretty(&record) } else { serde_json::to_string(&record) }.unwrap();
        text.push('\n');
    }
    text.truncate(text.floor_char_boundary(LENGTH));
    text
}

/// A piece of each in turn, with faces between them.
fn mix(texts: &[&str], rng: &mut ChaCha8Rng) -> String {
    let faces: Vec<char> = "😀😅🚀👍🏽❤🎬🌅🦀✨🤔".chars().collect();
    let mut text = String::new();
    while text.len() < LENGTH {
        let from = texts[rng.random_range(0..texts.len())];
        let start = from.floor_char_boundary(rng.random_range(0..from.len() - 2_000));
        let end = from.floor_char_boundary(start + rng.random_range(100..1_500));
        text += &from[start..end];
        write!(text, " {}\n\n", faces[rng.random_range(0..faces.len())]).unwrap();
    }
    text.truncate(text.floor_char_boundary(LENGTH));
    text
}
