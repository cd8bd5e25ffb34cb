//! A project of four hundred turns, with its brain behind real HTTP: what the provider received is what counts.

use std::{path::Path, sync::Arc};

use braincase_core::{SystemClock, turn::TurnStatus};
use braincase_orchestrator::brain::{
    local::LocalBrain,
    openai::{OpenAiBrain, OpenAiOptions},
};
use braincase_sim::{Sim, SimOptions};
use serde::Deserialize;

use crate::support::{Desk, Setting};

const TURNS: usize = 400;
/// A small window: 16 385 tokens of prompt and answer, 4 096 of answer.
const MODEL: &str = "gpt-3.5-turbo";
const CONTEXT: u64 = 16_385;

/// A request as the provider noted it.
#[derive(Deserialize)]
struct Received {
    messages: Vec<Said>,
    tokens: Tokens,
}

#[derive(Deserialize)]
struct Said {
    role: String,
    content: Vec<Words>,
}

#[derive(Deserialize)]
struct Words {
    text: String,
}

#[derive(Deserialize)]
struct Tokens {
    input: u64,
}

impl Said {
    fn text(&self) -> &str {
        &self.content[0].text
    }
}

fn prompt(number: usize) -> String {
    if number == 0 {
        return "add a scene called Opening".to_owned();
    }
    let words = ["amber", "harbour", "quiet", "morning", "lantern", "drift", "meadow", "signal", "paper", "orchard"];
    let words: Vec<_> = (0..30).map(|index| words[(number * 7 + index * 3) % words.len()]).collect();
    format!("change the text in scene 1 to \"{number} {}\"", words.join(" "))
}

fn received(log: &Path) -> Vec<Received> {
    let lines = std::fs::read_to_string(log).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn every_prompt_of_four_hundred_turns_is_within_the_window_with_the_rules_and_the_newest_turns() {
    // Given a project whose brain is a provider's, with a small window.
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("received.jsonl");
    let options = SimOptions { log: Some(log.clone()), ..SimOptions::new(Arc::new(LocalBrain::default())) };
    let sim = Sim::start(options).await.unwrap();
    let clock = Arc::new(SystemClock::default());
    let brain = OpenAiBrain::new(OpenAiOptions::at(sim.base_url()), clock).unwrap();
    let setting = Setting { brain: Some(Arc::new(brain)), model: Some(MODEL), ..Setting::default() };
    let desk = Desk::with(setting, |store| store).await;

    // When it lives through four hundred turns.
    let mut reserved = 0;
    let mut cuts = 0;
    for number in 0..TURNS {
        let turn = desk.say(&prompt(number)).await;
        assert_eq!(turn.status, TurnStatus::Completed, "turn {number}: {:?}", turn.outcome);
        let tokens = turn.outcome.tokens.unwrap();
        reserved = tokens.reserved_output as u64;
        cuts += usize::from(!tokens.cut.is_empty());
    }

    // Then the provider got one request a turn, each within the window, rules first, newest turns last.
    let received = received(&log);
    assert_eq!(received.len(), TURNS);
    for (number, request) in received.iter().enumerate() {
        assert!(request.tokens.input + reserved <= CONTEXT, "turn {number}: {} tokens", request.tokens.input);
        assert_eq!(request.messages[0].text(), received[0].messages[0].text(), "turn {number}");
        let users: Vec<_> = request.messages.iter().filter(|said| said.role == "user").map(Said::text).collect();
        let newest: Vec<_> = (number.saturating_sub(2)..=number).map(prompt).collect();
        assert!(users.ends_with(&newest.iter().map(String::as_str).collect::<Vec<_>>()), "turn {number}: {users:?}");
    }
    // And the window was really too small for all of it.
    assert!((2..=60).contains(&cuts), "{cuts} cuts");
    sim.stop().await;
}
