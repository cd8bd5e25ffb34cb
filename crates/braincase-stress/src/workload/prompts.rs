//! What users type. Every prompt has its canary in quoted text, the way people quote what a scene shall say.

use rand::{RngExt, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;

const TOPICS: [&str; 10] = [
    "our spring sale",
    "the opening night",
    "a new espresso blend",
    "the harbour at dawn",
    "next week's launch",
    "the team behind it",
    "three easy steps",
    "what customers say",
    "the road to the summit",
    "a quiet evening",
];
const COLOURS: [&str; 8] = ["red", "blue", "green", "orange", "purple", "black", "white", "yellow"];
const LINES: [&str; 8] = [
    "Welcome aboard",
    "Made with care",
    "Only this week",
    "See you there",
    "Fresh every morning",
    "Ready when you are",
    "Step by step",
    "Thank you",
];

/// Writes prompts with the dice of one visit.
#[derive(Debug)]
pub struct Writer<'a> {
    /// Decides the words.
    pub dice: &'a mut ChaCha8Rng,
    /// The token that the prompt must carry.
    pub canary: &'a str,
}

impl Writer<'_> {
    /// Asks for one more scene.
    pub fn add_scene(&mut self) -> String {
        let (topic, line, colour, seconds) = (self.topic(), self.line(), self.colour(), self.seconds());
        match self.dice.random_range(0..5) {
            0 => format!("Add a scene about {topic} that says {line}"),
            1 => format!("Add a new scene with the text {line} on a {colour} background"),
            2 => format!("Create a {seconds} second scene about {topic} with the text {line}"),
            3 => format!("Please add a scene titled {line} and make it {seconds} seconds long"),
            _ => format!("I need another scene about {topic}, it should say {line}"),
        }
    }

    /// Asks for a change of what is there.
    pub fn edit_scene(&mut self) -> String {
        let (line, colour, seconds) = (self.line(), self.colour(), self.seconds());
        match self.dice.random_range(0..6) {
            0 => format!("Change the text in scene 1 to {line}"),
            1 => format!("Make the background of scene 1 {colour} and change its text to {line}"),
            2 => format!("Make scene 1 {seconds} seconds long and set the text to {line}"),
            3 => format!("Speed up the last scene and change the text to {line}"),
            4 => format!("Rename the first scene to {line}"),
            _ => format!("Set the text of the last scene to {line} and make it {colour}"),
        }
    }

    /// Asks for a scene from the attached images.
    pub fn scene_from_images(&mut self, subject: &str) -> String {
        let (line, seconds) = (self.line(), self.seconds());
        match self.dice.random_range(0..4) {
            0 => format!("Create a scene from this {subject} picture with the text {line}"),
            1 => format!("Add a scene with the uploaded image that says {line}"),
            2 => format!("Make a {seconds} second scene from the attached photo of the {subject}, text {line}"),
            _ => format!("Use this image for a new scene titled {line}"),
        }
    }

    /// Asks for a change that uses the attached images.
    pub fn edit_with_images(&mut self, subject: &str) -> String {
        let line = self.line();
        match self.dice.random_range(0..3) {
            0 => format!("Put the {subject} picture into scene 1 and change the text to {line}"),
            1 => format!("Add this image to the first scene and set the text to {line}"),
            _ => format!("Use the colours of this {subject} photo in scene 1 with the text {line}"),
        }
    }

    /// Asks for several things at once.
    pub fn several_steps(&mut self) -> String {
        let (topic, line, colour, seconds) = (self.topic(), self.line(), self.colour(), self.seconds());
        match self.dice.random_range(0..3) {
            0 => format!("Add a scene about {topic} that says {line}, then make scene 1 {seconds} seconds long"),
            1 => format!("Change the text in scene 1 to {line} and make its background {colour}"),
            _ => format!("Speed up scene 1, and add a closing scene with the text {line}"),
        }
    }

    fn line(&mut self) -> String {
        let words = LINES.choose(self.dice).copied().unwrap_or_default();
        format!("\"{words} {}\"", self.canary)
    }

    fn topic(&mut self) -> &'static str {
        TOPICS.choose(self.dice).copied().unwrap_or_default()
    }

    fn colour(&mut self) -> &'static str {
        COLOURS.choose(self.dice).copied().unwrap_or_default()
    }

    fn seconds(&mut self) -> u32 {
        self.dice.random_range(2..9)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::dice;

    #[test]
    fn every_prompt_has_its_canary_in_quotes() {
        let mut dice = dice(7, 0, 0);
        for _ in 0..100 {
            let mut writer = Writer { dice: &mut dice, canary: "bc42" };
            let prompts = [
                writer.add_scene(),
                writer.edit_scene(),
                writer.scene_from_images("coffee"),
                writer.edit_with_images("cat"),
                writer.several_steps(),
            ];
            for prompt in prompts {
                assert!(prompt.contains(" bc42\""), "{prompt}");
            }
        }
    }

    #[test]
    fn the_same_seed_writes_the_same() {
        let write = || Writer { dice: &mut dice(3, 1, 4), canary: "x" }.several_steps();
        assert_eq!(write(), write());
    }
}
