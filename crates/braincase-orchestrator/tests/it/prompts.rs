//! What prompts are like in long conversations: within the window, stable at their beginning, new at their end.

use std::time::Duration;

use braincase_core::{
    event::EventKind,
    limits::Limits,
    message::Role,
    prompt::Prompt,
    turn::{Turn, TurnStatus},
};
use braincase_orchestrator::{Ask, briefing::Briefing};

use crate::support::{Desk, Setting};

/// The tokens of one of the long messages below, roughly.
const WORDS: usize = 6_000;

fn long(number: usize) -> String {
    format!("scene {number} {}", "word ".repeat(WORDS))
}

async fn conversation(desk: &Desk, turns: usize) -> Vec<Turn> {
    let mut said = Vec::new();
    for number in 0..turns {
        said.push(desk.say(&long(number)).await);
    }
    said
}

/// The messages of the chat in a prompt, without the request itself.
fn chat(prompt: &Prompt) -> Vec<&str> {
    let past = prompt.messages.split_last().map(|(_, past)| past).unwrap_or_default();
    past.iter().filter(|message| message.role != Role::System).map(|message| message.content.as_str()).collect()
}

fn cuts(turns: &[Turn]) -> usize {
    turns.iter().filter(|turn| !turn.outcome.tokens.as_ref().unwrap().cut.is_empty()).count()
}

#[tokio::test]
async fn a_long_conversation_is_cut_rarely_and_deeply_and_the_newest_words_stay() {
    // Given a conversation that is twice as long as the window.
    let desk = Desk::new().await;
    let turns = conversation(&desk, 40).await;

    // Then every prompt is within it, with its rules first and the request last.
    let prompts = desk.brain.prompts();
    for (number, (turn, prompt)) in turns.iter().zip(&prompts).enumerate() {
        let tokens = turn.outcome.tokens.as_ref().unwrap();
        assert!(tokens.input <= tokens.limit, "{tokens:?}");
        assert_eq!(prompt.messages[0], prompts[0].messages[0], "the rules stay");
        assert!(prompt.messages.last().unwrap().content.starts_with(&format!("scene {number} ")));
        let newest = number.checked_sub(1).map(|before| format!("scene {before} "));
        assert!(newest.is_none_or(|newest| chat(prompt).iter().any(|said| said.starts_with(&newest))), "turn {number}");
    }
    // And it was cut a few times only; between cuts the chat only grows at its end.
    assert!((1..=6).contains(&cuts(&turns)), "{} cuts", cuts(&turns));
    for (index, pair) in prompts.windows(2).enumerate() {
        let cut = !turns[index + 1].outcome.tokens.as_ref().unwrap().cut.is_empty();
        assert!(cut || chat(&pair[1]).starts_with(&chat(&pair[0])), "turn {}", index + 1);
    }
}

#[tokio::test]
async fn what_leaves_the_chat_lives_on_in_the_summary_and_is_not_read_again() {
    let desk = Desk::new().await;
    let turns = conversation(&desk, 25).await;
    assert!(cuts(&turns) > 0);

    let limits = Limits::default();
    let read = desk.store.recent_messages(desk.scope, limits.recent_messages, limits.max_recent_bytes).await.unwrap();
    assert!(read.len() < 50, "{} messages", read.len());
    assert!(read.iter().all(|message| message.tokens.is_some()), "they were counted when they were stored");
    let prompts = desk.brain.prompts();
    let briefing = Briefing::read(prompts.last().unwrap());
    assert!(briefing.summary.iter().any(|line| line.starts_with("user: scene 0 word word")), "{:?}", briefing.summary);
}

#[tokio::test]
async fn a_turn_for_another_model_decides_nothing_for_the_turns_after_it() {
    // Given a conversation that fits the usual model, and not a small one.
    let desk = Desk::new().await;
    conversation(&desk, 8).await;

    // When one turn asks for the small one.
    let small = desk.run(Ask { model: Some("gpt-3.5-turbo".to_owned()), ..desk.ask("make it red") }).await.unwrap();

    // Then its prompt was cut, and the next is not.
    assert!(!small.outcome.tokens.unwrap().cut.is_empty());
    let next = desk.say("make it blue").await;
    assert_eq!(next.outcome.tokens.unwrap().cut, []);
    assert_eq!(chat(desk.brain.prompts().last().unwrap()).len(), 18);
}

#[tokio::test]
async fn a_chat_of_many_short_messages_is_told_in_part() {
    let limits = Limits { recent_messages: 20, ..Limits::default() };
    let desk = Desk::with(Setting { limits, ..Setting::default() }, |store| store).await;
    for number in 0..30 {
        desk.say(&format!("add scene {number}")).await;
    }
    let prompts = desk.brain.prompts();
    let told: Vec<_> = prompts.iter().map(|prompt| chat(prompt).len()).collect();
    assert!(told.iter().all(|told| *told <= 20), "{told:?}");
    let shrinks = told.windows(2).filter(|pair| pair[1] < pair[0]).count();
    assert!((1..=12).contains(&shrinks), "{told:?}");
    assert!(chat(&prompts[29]).contains(&"add scene 28"));
    assert!(Briefing::read(&prompts[29]).summary.iter().any(|line| line == "user: add scene 0"));
}

#[tokio::test]
async fn a_nearly_full_window_is_told_by_the_event_of_the_prompt() {
    let desk = Desk::new().await;
    let turns = conversation(&desk, 20).await;
    let limit = turns[0].outcome.tokens.as_ref().unwrap().limit as u64;
    let events = desk.events().await;
    let composed: Vec<_> = events.iter().filter(|event| event.kind == EventKind::PromptComposed).collect();
    assert_eq!(composed.len(), 20);
    for event in &composed {
        let wanted = event.data["wanted"].as_u64().unwrap();
        assert_eq!(event.data["nearly_full"], wanted * 10 >= limit * 9, "{}", event.data);
    }
    assert!(composed.iter().any(|event| event.data["nearly_full"] == true));
}

#[tokio::test]
async fn a_megabyte_that_is_new_is_counted_beside_the_async_threads() {
    let desk = Desk::new().await;
    let turn = tokio::time::timeout(Duration::from_secs(20), desk.say(&"word ".repeat(100_000))).await.unwrap();
    assert_eq!(turn.status, TurnStatus::Completed);
    assert!(turn.outcome.tokens.unwrap().input > 100_000);
}
