//! The real store beside the model: performs steps, and tells what it shows in the model's words.

use std::collections::BTreeMap;

use braincase_core::{
    ImageId, ProjectId, SceneId, Scope, TenantId, TurnId,
    event::EventKind,
    image::{Analysis, Image},
    memory::MemoryKind,
    project::Project,
    store::{Accepted, SceneChange, Store, StoreError},
    turn::Turn,
};

use super::{Contents, Model, Outcome, State, Step};
use crate::suite::{
    make::{self, ALL, ANY, at, spec},
    revisions::Parts,
};

/// The model, and the real ids of its things.
pub(super) struct World {
    pub(super) model: Model,
    tenant: TenantId,
    projects: Vec<ProjectId>,
    scenes: Vec<SceneId>,
    turns: Vec<TurnId>,
    images: Vec<ImageId>,
}

impl World {
    pub(super) fn new() -> Self {
        Self {
            model: Model::default(),
            tenant: TenantId::new(at(0)),
            projects: (0..2).map(|millis| ProjectId::new(at(millis))).collect(),
            scenes: (0..2).map(|millis| SceneId::new(at(millis))).collect(),
            turns: (0..3).map(|millis| TurnId::new(at(millis))).collect(),
            images: (0..3).map(|millis| ImageId::new(at(millis))).collect(),
        }
    }

    fn scope(&self, p: u8) -> Scope {
        Scope { tenant: self.tenant, project: self.projects[usize::from(p)] }
    }

    pub(super) async fn perform(&self, store: &dyn Store, step: &Step) -> Outcome {
        let scene = |s: u8| self.scenes[usize::from(s)];
        let change = |p: u8, change| async move {
            outcome(store.commit_changes(self.scope(p), &make::scene_changes(vec![change])).await)
        };
        match *step {
            Step::Create(p) => {
                let project = Project { id: self.scope(p).project, ..make::project(0) };
                outcome(store.create_project(self.tenant, &project).await)
            }
            Step::Delete(p) => Outcome::Said(store.delete_project(self.scope(p)).await.unwrap()),
            Step::Add(p, s) => change(p, SceneChange::Add { id: scene(s), position: 1, spec: spec("new") }).await,
            Step::Edit(p, s, on) => change(p, SceneChange::Edit { id: scene(s), on, spec: spec("edited") }).await,
            Step::Remove(p, s, on) => change(p, SceneChange::Delete { id: scene(s), on }).await,
            Step::Accept(p, t, key, request) => self.accept(store, p, t, key, request).await,
            Step::End(p, t) => {
                let mut end = make::end(self.turns[usize::from(t)]);
                end.changes.memories = vec![make::memory("9", "9")];
                outcome(store.commit_turn(self.scope(p), &end).await)
            }
            Step::Interrupt => outcome(store.interrupt_turns(at(9)).await),
            Step::Append(p, count) => {
                let events: Vec<_> = (0..count).map(|_| make::told(EventKind::Decision)).collect();
                outcome(store.append_events(self.scope(p), &events, at(9)).await)
            }
            Step::Remember(p, key, value) => {
                let memory = make::memory(&key.to_string(), &value.to_string());
                outcome(store.save_memory(self.scope(p), &memory).await)
            }
            Step::Forget(p, key) => {
                let key = key.to_string();
                let forgotten = store.delete_memory(self.scope(p), MemoryKind::UserPreference, &key).await;
                Outcome::Said(forgotten.unwrap())
            }
            Step::Upload(p, image, content) => {
                let made = make::image(self.scope(p), 1, &content.to_string());
                let image = Image { id: self.images[usize::from(image)], ..made };
                outcome(store.add_image(self.scope(p), &image).await.map(drop))
            }
            Step::Analyse(content, good) => {
                let hash = make::image(self.scope(0), 1, &content.to_string()).hash;
                let result = if good { Ok(make::facts("x")) } else { Err("no".to_owned()) };
                Outcome::Reached(store.save_analysis(self.tenant, hash, &result, at(9)).await.unwrap().len())
            }
        }
    }

    async fn accept(&self, store: &dyn Store, p: u8, t: u8, key: u8, request: u8) -> Outcome {
        let scope = self.scope(p);
        let turn = Turn { id: self.turns[usize::from(t)], ..make::turn(scope, 1) };
        let accept = make::accept_with_key(turn, &key.to_string(), &request.to_string());
        match store.accept_turn(scope, &accept).await {
            Ok(Accepted::New(_)) => Outcome::Done,
            Ok(Accepted::Repeated(id)) => Outcome::Repeated(number(&self.turns, &id)),
            Ok(Accepted::KeyReused) => Outcome::KeyReused,
            Ok(Accepted::NoProject) => Outcome::NoProject,
            Err(error) => outcome::<()>(Err(error)),
        }
    }

    /// What the store lists of a project, with its revisions.
    pub(super) async fn parts(&self, store: &dyn Store, p: u8) -> Option<Parts> {
        Parts::of(store, self.scope(p)).await
    }

    /// What the store shows of a project, in the model's words; keys cannot be seen, so they are taken over.
    pub(super) async fn seen(&self, store: &dyn Store, p: u8) -> Option<Contents> {
        let scope = self.scope(p);
        store.load_project(scope).await.unwrap()?;
        let mut scenes = BTreeMap::new();
        for (s, id) in (0..).zip(&self.scenes) {
            let shown = store.load_scene(scope, *id).await.unwrap();
            let newest = store.list_iterations(scope, *id).await.unwrap().first().map(|newest| newest.version);
            assert!(shown.is_none() || shown.as_ref().map(|scene| scene.version) == newest);
            scenes.extend(newest.map(|version| (s, (version, shown.is_some()))));
        }
        let turns = store.list_turns(scope, &ALL).await.unwrap();
        let images = store.list_images(scope, 99).await.unwrap();
        let memories = store.list_memories(scope, 1_000).await.unwrap();
        Some(Contents {
            scenes,
            turns: turns.iter().map(|turn| (number(&self.turns, &turn.id), turn.status)).collect(),
            events: store.events_after(scope, 0, 9_999).await.unwrap().len(),
            messages: store.recent_messages(scope, 9_999, ANY).await.unwrap().len(),
            memories: memories.iter().map(|one| (one.key.parse().unwrap(), one.value.parse().unwrap())).collect(),
            images: images.iter().map(|image| (number(&self.images, &image.id), self.state(image))).collect(),
            keys: self.model.projects.get(&p).map(|project| project.keys.clone()).unwrap_or_default(),
        })
    }

    fn state(&self, image: &Image) -> (u8, State) {
        let of = |content: u8| make::image(self.scope(0), 1, &content.to_string()).hash;
        let content = (0..2).find(|content| of(*content) == image.hash).unwrap();
        let state = match image.analysis {
            Analysis::Pending => State::Pending,
            Analysis::Ready(_) => State::Ready,
            Analysis::Failed(_) => State::Failed,
        };
        (content, state)
    }
}

fn number<T: PartialEq>(all: &[T], one: &T) -> u8 {
    u8::try_from(all.iter().position(|other| other == one).unwrap()).unwrap()
}

fn outcome<T>(result: Result<T, StoreError>) -> Outcome {
    match result {
        Ok(_) => Outcome::Done,
        Err(StoreError::Conflict { .. }) => Outcome::Refused,
        Err(error) => panic!("{error}"),
    }
}
