//! What is kept between turns: it spares reads, and is never older than what is stored, whoever else writes.

use std::sync::Arc;

use braincase_core::{
    Timestamp,
    event::EventKind,
    image::Analysis,
    memory::{Memory, MemoryKind},
    message::Role,
    prompt::Prompt,
    store::Store,
};
use braincase_orchestrator::{Ask, Error, Orchestrator, briefing::Briefing};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::json;
use tokio::sync::Semaphore;

use crate::support::{
    Desk, Setting, decision,
    faulty_store::{Calls, Fault, FaultyStore},
    picture, shows, spec, within,
};

const STORIES: u64 = 12;
const STEPS: usize = 14;

async fn desk(fault: Fault) -> (Desk, Calls) {
    let calls = Calls::default();
    let seen = calls.clone();
    let around = |real| Arc::new(FaultyStore { real, calls: seen, fault }) as Arc<dyn Store>;
    (Desk::with(Setting::default(), around).await, calls)
}

fn preference(key: &str, value: usize) -> Memory {
    Memory {
        kind: MemoryKind::UserPreference,
        key: key.to_owned(),
        value: format!("value {value}"),
        confidence: 1.0,
        provenance: "user".to_owned(),
        updated_at: Timestamp::from_micros(1_700_000_000_000_000 + value as i64),
    }
}

/// What a prompt leaves out or tells otherwise than it is stored; nothing if it tells all as it is.
async fn staleness(desk: &Desk, before: &Stored, prompt: &Prompt) -> Option<String> {
    let told = Briefing::read(prompt);
    let scenes: Vec<_> = told.scenes.iter().map(|line| (line.scene_id, line.spec.clone())).collect();
    let mut images: Vec<_> = told.images.iter().map(|line| (line.image_id, line.facts.clone())).collect();
    images.sort_by_key(|(id, _)| *id);
    let preferences: Vec<_> = told.preferences.iter().map(|line| (line.key.clone(), line.value.clone())).collect();
    let chat = prompt.messages.iter().filter(|message| matches!(message.role, Role::User | Role::Assistant)).count();
    let told = Stored { scenes, images, preferences, chat: chat - 1 };
    let after = Stored::of(desk).await;
    assert!(after.chat >= before.chat, "the chat only grows");
    (told != *before).then(|| format!("told {told:#?}, stored {before:#?}"))
}

/// What is stored of a project, as far as prompts tell it.
#[derive(Debug, PartialEq)]
struct Stored {
    scenes: Vec<(braincase_core::SceneId, braincase_core::scene::SceneSpec)>,
    images: Vec<(braincase_core::ImageId, Option<braincase_core::image::ImageFacts>)>,
    preferences: Vec<(String, String)>,
    chat: usize,
}

impl Stored {
    async fn of(desk: &Desk) -> Self {
        let facts = |image: braincase_core::image::Image| match image.analysis {
            Analysis::Ready(facts) => (image.id, Some(*facts)),
            Analysis::Pending | Analysis::Failed(_) => (image.id, None),
        };
        let memories = desk.store.list_memories(desk.scope, 1_000).await.unwrap();
        let preferences = memories.into_iter().filter(|memory| memory.kind == MemoryKind::UserPreference);
        let mut images: Vec<_> =
            desk.store.list_images(desk.scope, 1_000).await.unwrap().into_iter().map(facts).collect();
        images.sort_by_key(|(id, _)| *id);
        Self {
            scenes: desk.scenes().await.into_iter().map(|scene| (scene.id, scene.spec)).collect(),
            images,
            preferences: preferences.map(|memory| (memory.key, memory.value)).collect(),
            chat: desk.store.recent_messages(desk.scope, 1_000, 1 << 30).await.unwrap().len(),
        }
    }
}

/// Somebody changes the project: one of two processes, or somebody who talks to the store directly.
async fn something_happens(desk: &Desk, processes: &[Orchestrator], step: usize, dice: &mut StdRng) {
    let process = &processes[dice.random_range(0..processes.len())];
    let scenes = desk.scenes().await;
    let chosen = (!scenes.is_empty()).then(|| &scenes[dice.random_range(0..scenes.len().max(1))]);
    match (dice.random_range(0..7), chosen) {
        (0, Some(scene)) => {
            process.replace_scene(desk.scope, scene.id, None, spec(&format!("Edited {step}"))).await.unwrap();
        }
        (1, Some(scene)) => process.delete_scene(desk.scope, scene.id).await.unwrap(),
        (2, _) => {
            let after = desk.events().await.last().map_or(0, |event| event.seq);
            process.upload(desk.scope, picture(step as u8)).await.unwrap();
            taken_in(desk, after).await;
        }
        (3 | 4, _) => desk.store.save_memory(desk.scope, &preference(&format!("k{}", step % 3), step)).await.unwrap(),
        (5, _) => {
            let key = format!("k{}", step % 3);
            desk.store.delete_memory(desk.scope, MemoryKind::UserPreference, &key).await.unwrap();
        }
        (_, _) => {
            process.add_scene(desk.scope, spec(&format!("Added {step}"))).await.unwrap();
        }
    }
}

/// Waits until an image is taken in; only the process that did it is woken, so the store is asked.
async fn taken_in(desk: &Desk, after: i64) {
    within(async {
        let is_taken_in = |event: &braincase_core::event::Event| event.kind == EventKind::ImageFactsProcessed;
        while !desk.store.events_after(desk.scope, after, 100).await.unwrap().iter().any(is_taken_in) {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

/// Turns of two processes in one project, with changes in between; returns what a brain was told that was not so.
async fn story(seed: u64, fault: Fault) -> Vec<String> {
    let (desk, _) = desk(fault).await;
    let processes = [desk.orchestrator.clone(), desk.another_orchestrator()];
    let mut dice = StdRng::seed_from_u64(seed);
    let mut stale = Vec::new();
    for step in 0..STEPS {
        for _ in 0..dice.random_range(0..3) {
            something_happens(&desk, &processes, step, &mut dice).await;
        }
        let before = Stored::of(&desk).await;
        let process = &processes[dice.random_range(0..2)];
        let ask = desk.ask(&format!("add scene {step}"));
        let submitted = process.submit(ask).await.unwrap();
        within(process.finished(desk.scope, submitted.turn_id)).await.unwrap();
        let prompts = desk.brain.prompts();
        stale.extend(staleness(&desk, &before, prompts.last().unwrap()).await);
    }
    stale
}

#[tokio::test]
async fn a_brain_is_told_what_is_stored_whoever_else_writes() {
    for seed in 0..STORIES {
        assert_eq!(story(seed, Fault::None).await, Vec::<String>::new(), "seed {seed}");
    }
}

#[tokio::test]
async fn a_store_that_hid_its_changes_would_be_found_out_by_that() {
    let mut found = 0;
    for seed in 0..STORIES {
        found += usize::from(!story(seed, Fault::FrozenRevisions).await.is_empty());
    }
    assert_eq!(found, STORIES as usize);
}

#[tokio::test]
async fn a_turn_reads_only_what_has_changed() {
    // Given a project with an image and a turn that is over.
    let (desk, calls) = desk(Fault::None).await;
    let image = desk.upload(1).await;
    desk.event(EventKind::ImageFactsProcessed, 0).await;
    desk.say("add an intro").await;
    let reads = |calls: &Calls| -> Vec<&'static str> {
        let parts = ["list_scenes", "recent_messages", "list_memories", "list_images"];
        let mut reads: Vec<_> = calls.lock().unwrap().drain(..).filter(|name| parts.contains(name)).collect();
        reads.sort_unstable();
        reads
    };
    reads(&calls);

    // When the next turn only asks back, it reads what the turn before it has changed, and nothing twice.
    desk.brain.will_say(Ok(decision(vec![])));
    desk.say("hm").await;
    assert_eq!(reads(&calls), ["list_scenes", "recent_messages"]);

    // Then the one after that reads the chat alone,
    desk.brain.will_say(Ok(decision(vec![])));
    desk.say("hm").await;
    assert_eq!(reads(&calls), ["recent_messages"]);

    // and what a turn is asked to change is not read again for that.
    desk.brain.will_say(Ok(shows(image.id)));
    desk.run(Ask { image_ids: vec![image.id], ..desk.ask("make a scene of this") }).await.unwrap();
    assert_eq!(reads(&calls), ["recent_messages"]);
}

#[tokio::test]
async fn a_part_that_comes_too_late_for_a_turn_is_there_for_the_next_one() {
    // Given a store that takes longer to list images than a turn waits.
    let gate: &Semaphore = Box::leak(Box::new(Semaphore::new(0)));
    let calls = Calls::default();
    let seen = calls.clone();
    let around = |real| Arc::new(FaultyStore { real, calls: seen, fault: Fault::HeldImages(gate) }) as Arc<dyn Store>;
    let desk = Desk::with(Setting::default(), around).await;
    for _ in 0..2 {
        desk.brain.will_say(Ok(decision(vec![])));
    }

    // When a turn has given up waiting, and then the list comes.
    desk.say("hm").await;
    gate.add_permits(1);
    desk.idle().await;
    desk.say("hm").await;

    // Then the next turn has it, and nobody has listed images again.
    let told: Vec<_> = desk.events().await.into_iter().filter(|event| event.kind.as_str() == "context.ready").collect();
    assert_eq!((&told[0].data["degraded"], &told[1].data["degraded"]), (&json!(["images"]), &json!([])));
    assert_eq!(calls.lock().unwrap().iter().filter(|name| **name == "list_images").count(), 1);
}

#[tokio::test]
async fn a_project_that_returns_under_its_old_id_is_read_anew() {
    // Given a project whose scenes are kept.
    let (desk, _) = desk(Fault::None).await;
    desk.add_scene("Old").await;
    desk.add_scene("Older").await;
    desk.say("hm").await;

    // When it is deleted and put back without scenes, as from a copy of older days.
    let project = desk.store.load_project(desk.scope).await.unwrap().unwrap();
    assert!(desk.store.delete_project(desk.scope).await.unwrap());
    desk.store.create_project(desk.scope.tenant, &project).await.unwrap();
    desk.say("hm").await;

    // Then nobody is told of what was there before.
    assert_eq!(Briefing::read(desk.brain.prompts().last().unwrap()).scenes.len(), 0);
}

#[tokio::test]
async fn the_keys_of_a_deleted_project_are_forgotten_whoever_deletes_it() {
    // Given a request whose key is known to be used.
    let (desk, _) = desk(Fault::None).await;
    let ask = || Ask { idempotency_key: Some("k".to_owned()), ..desk.ask("add an intro") };
    desk.run(ask()).await.unwrap();
    desk.run(ask()).await.unwrap();

    // When another process deletes the project.
    assert!(desk.store.delete_project(desk.scope).await.unwrap());

    // Then the same request, and another with its key, are told that there is no such project.
    for ask in [ask(), Ask { prompt: "something else".to_owned(), ..ask() }] {
        let answer = desk.orchestrator.submit(ask).await;
        assert!(matches!(answer, Err(Error::NotFound { what: "project", .. })), "{answer:?}");
    }
}

#[tokio::test]
async fn who_repeats_a_request_again_and_again_has_its_key_looked_for_once() {
    let (desk, calls) = desk(Fault::None).await;
    let ask = || Ask { idempotency_key: Some("k".to_owned()), ..desk.ask("add an intro") };
    let first = desk.run(ask()).await.unwrap();
    calls.lock().unwrap().clear();

    for _ in 0..5 {
        assert_eq!(desk.run(ask()).await.unwrap().id, first.id);
    }
    let other = desk.run(Ask { prompt: "something else".to_owned(), ..ask() }).await;

    assert!(matches!(other, Err(Error::KeyReused)), "{other:?}");
    assert!(!calls.lock().unwrap().contains(&"find_repeated"), "{calls:?}");

    // Another process asks the store once.
    let another = desk.another_orchestrator();
    for _ in 0..5 {
        assert_eq!(another.submit(ask()).await.unwrap().turn_id, first.id);
    }
    let asked = calls.lock().unwrap().iter().filter(|name| **name == "find_repeated").count();
    assert_eq!(asked, 1);
}
