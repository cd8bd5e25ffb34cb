//! What prompts are like in long conversations: within the window, stable at their beginning, new at their end.

use std::sync::mpsc;

use braincase_core::{
    background::Task,
    brain::BrainError,
    event::EventKind,
    limits::Limits,
    message::Role,
    prompt::{Decision, Prompt, ToolSpec, Usage},
    turn::{Turn, TurnStatus},
};
use braincase_orchestrator::{Ask, briefing::Briefing};
use braincase_tokens::{Message, Registry, ToolSchema, ToolSet};
use futures_util::poll;

use crate::support::{Desk, PLACES, Setting, adds, new_project};

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
    // Given a conversation that fits the usual model.
    let desk = Desk::new().await;
    conversation(&desk, 16).await;

    // When turns ask for a smaller one, and for one with a larger window in which the same text is more tokens.
    for model in ["gpt-3.5-turbo", "qwen3-32b"] {
        let other = desk.run(Ask { model: Some(model.to_owned()), ..desk.ask("make it red") }).await.unwrap();

        // Then their prompts were cut, and the next ones are not.
        assert!(!other.outcome.tokens.unwrap().cut.is_empty(), "{model}");
        let next = desk.say("make it blue").await;
        assert_eq!(next.outcome.tokens.unwrap().cut, [], "{model}");
    }
    assert_eq!(chat(desk.brain.prompts().last().unwrap()).len(), 2 * (16 + 3));
}

#[tokio::test]
async fn one_very_long_request_cuts_the_newest_turns_for_itself_only() {
    // Given a conversation, and a request that leaves no room for its three newest turns.
    let desk = Desk::new().await;
    conversation(&desk, 6).await;
    desk.say(&"word ".repeat(101_500)).await;
    let told = |number: usize| {
        let (last, start) = (desk.brain.prompts().pop().unwrap(), format!("scene {number} "));
        chat(&last).iter().any(|said| said.starts_with(&start))
    };
    assert_eq!([2, 3, 4, 5].map(told), [false, false, false, true]);

    // When the next request is short, then what is newest is told again.
    let next = desk.say("make it blue").await;
    assert_eq!(next.status, TurnStatus::Completed);
    assert_eq!([2, 3, 4, 5].map(told), [false, false, true, true]);
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
    // Given computations that hold every place for them.
    let desk = Desk::new().await;
    let mut held = Vec::new();
    for _ in 0..PLACES {
        let (release, released) = mpsc::channel::<()>();
        let mut wait = Box::pin(desk.compute.run(Task::new("test"), move || released.recv()));
        assert!(poll!(&mut wait).is_pending());
        held.push((release, wait));
    }

    // When a turn has half a megabyte of new text, and one of another project a few words.
    let long = desk.submit(desk.ask(&"word ".repeat(100_000))).await;
    let scope = new_project(&desk.store).await;
    let short = desk.run(Ask { scope, ..desk.ask("add an intro") }).await.unwrap();

    // Then the short one takes its course, and the long one waits for its place.
    assert_eq!(short.status, TurnStatus::Completed);
    let asked: Vec<_> = desk.brain.prompts().into_iter().filter_map(|mut prompt| prompt.messages.pop()).collect();
    assert_eq!(asked.iter().map(|said| said.content.as_str()).collect::<Vec<_>>(), ["add an intro"]);
    drop(held);
    let turn = desk.finished(long).await;
    assert_eq!(turn.status, TurnStatus::Completed);
    assert!(turn.outcome.tokens.unwrap().input > 100_000);
}

/// What a prompt costs, counted anew.
fn recount(model: &str, prompt: &Prompt) -> usize {
    let schema = |tool: &ToolSpec| ToolSchema {
        name: tool.name.to_owned(),
        description: tool.description.to_owned(),
        parameters: tool.parameters.clone(),
    };
    let tools = ToolSet::new(prompt.tools.iter().map(schema).collect::<Vec<_>>());
    let messages = prompt.messages.iter().map(|said| Message::new(said.role.into(), said.content.as_str()));
    Registry::embedded().get(model).unwrap().cost(&messages.collect::<Vec<_>>(), &tools).tokens
}

/// A request that fills the window of a model, whose first answer makes no sense.
async fn repairs_in_a_full_window(model: &'static str, nonsense: &str) {
    const WORDS: usize = 50_000;
    let limits = Limits { max_prompt_bytes: 8 << 20, ..Limits::default() };
    let setting = Setting { limits, model: Some(model), ..Setting::default() };
    let desk = Desk::with(setting, |store| store).await;
    let tokens = desk.say(&"word ".repeat(WORDS)).await.outcome.tokens.unwrap();
    let other = new_project(&desk.store).await;
    let percent = Registry::embedded().get(model).unwrap().percent;
    let mut full = WORDS + (tokens.limit - tokens.input) * 100 / percent;
    let turn = loop {
        desk.brain.will_say(Err(BrainError::Garbled(nonsense.to_owned())));
        let turn = desk.run(Ask { scope: other, ..desk.ask(&"word ".repeat(full)) }).await.unwrap();
        if turn.status == TurnStatus::Completed {
            break turn;
        }
        desk.brain.forget();
        full -= 20;
    };
    let repaired = desk.brain.prompts().pop().unwrap();
    assert!(repaired.messages.iter().any(|said| said.content.starts_with("Your last answer could not be used")));
    let limit = turn.outcome.tokens.unwrap().limit;
    let cost = recount(model, &repaired);
    assert!(cost <= limit && cost + 600 > limit, "{cost} of {limit} for {model}");
}

#[tokio::test]
async fn an_answer_that_is_returned_to_the_brain_fits_a_full_window_too() {
    // One model has a limit of its own for prompts, the other a percentage, and the nonsense may have a token for nearly
    // every byte; then the request with the reason is within the limit, and little room was wasted for it.
    repairs_in_a_full_window("gpt-5", &"x".repeat(1_000)).await;
    repairs_in_a_full_window("qwen3-32b", &"\u{10fffd}".repeat(250)).await;
}

#[tokio::test]
async fn the_provider_is_asked_for_the_model_by_the_name_that_was_given() {
    let desk = Desk::new().await;
    let asked = "openai/gpt-4o-2024-08-06";

    let turn = desk.run(Ask { model: Some(asked.to_owned()), ..desk.ask("add an intro") }).await.unwrap();

    assert_eq!(desk.brain.prompts()[0].model, asked);
    assert_eq!(turn.outcome.tokens.unwrap().model, "gpt-4o", "whose limits are known");
}

#[tokio::test]
async fn whoever_names_a_model_at_every_turn_has_a_summary_too() {
    let limits = Limits { recent_messages: 20, ..Limits::default() };
    let desk = Desk::with(Setting { limits, ..Setting::default() }, |store| store).await;
    for number in 0..30 {
        let ask = desk.ask(&format!("add scene {number}"));
        desk.run(Ask { model: Some("gpt-3.5-turbo".to_owned()), ..ask }).await.unwrap();
    }
    let last = desk.brain.prompts().pop().unwrap();
    assert!(Briefing::read(&last).summary.iter().any(|line| line == "user: add scene 0"));
}

#[tokio::test]
async fn nothing_is_left_out_unseen_because_it_is_long() {
    // Given a store that reads no more than so many bytes of the chat.
    let limits = Limits { max_recent_bytes: 4_000, ..Limits::default() };
    let desk = Desk::with(Setting { limits: limits.clone(), ..Setting::default() }, |store| store).await;
    for number in 0..30 {
        desk.say(&format!("number {number} {}", "é".repeat(150))).await;
    }
    // Then whatever a prompt does not tell is in its summary.
    for (number, prompt) in desk.brain.prompts().iter().enumerate() {
        let (told, summary) = (chat(prompt), Briefing::read(prompt).summary);
        for past in 0..number {
            let start = format!("number {past} ");
            let is_told = told.iter().any(|said| said.starts_with(&start));
            assert!(is_told || summary.iter().any(|line| line.contains(&start)), "{past} is lost in turn {number}");
        }
    }
}

#[tokio::test]
async fn counts_follow_what_the_provider_counts() {
    let desk = Desk::new().await;
    let mut known = Vec::new();
    for number in 0..5 {
        let input_tokens = known.last().map_or(2_000, |(input, _)| *input as u64 - 30);
        let usage = Some(Usage { input_tokens, output_tokens: 9 });
        desk.brain.will_say(Ok(Decision { usage, ..adds("Scene") }));
        let tokens = desk.say(&format!("add scene {number}")).await.outcome.tokens.unwrap();
        known.push((tokens.input, tokens.exactness));
    }
    assert_eq!(known[0].1, "estimate", "no formula covers nested tools");
    assert_eq!(known[4].1, "calibrated", "{known:?}");
}
