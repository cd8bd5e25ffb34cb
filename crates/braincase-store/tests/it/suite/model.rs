//! Random histories, checked against a model that is simple enough to be believed.

mod world;

use std::collections::BTreeMap;

use braincase_core::{store::Store, turn::TurnStatus};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};

use self::world::World;

const HISTORIES: u64 = 24;
const STEPS: usize = 40;

pub(crate) async fn a_working_store_says_so(store: &dyn Store) {
    assert_eq!(store.check().await, Ok(()));
}

pub(crate) async fn random_histories_agree_with_the_model(store: &dyn Store) {
    let mut runner = TestRunner::deterministic();
    let histories = prop::collection::vec(step(), STEPS);
    for _ in 0..HISTORIES {
        let history = histories.new_tree(&mut runner).unwrap().current();
        let mut world = World::new();
        for (index, step) in history.iter().enumerate() {
            let before = [world.parts(store, 0).await, world.parts(store, 1).await];
            let expected = world.model.apply(step);
            let happened = world.perform(store, step).await;
            assert_eq!(happened, expected, "step {index} of {history:#?}");
            for (project, before) in (0..2).zip(before) {
                let after = world.parts(store, project).await;
                if let (Some(before), Some(after)) = (before, after) {
                    assert_eq!(after.follow(&before), Ok(()), "step {index} of {history:#?}");
                }
            }
        }
        for project in 0..2 {
            let seen = world.seen(store, project).await;
            assert_eq!(seen.as_ref(), world.model.projects.get(&project), "at the end of {history:#?}");
        }
    }
}

/// One step of a history; the numbers choose among two or three of each thing.
#[derive(Debug, Clone)]
enum Step {
    Create(u8),
    Delete(u8),
    Add(u8, u8),
    Edit(u8, u8, i64),
    Remove(u8, u8, i64),
    Accept(u8, u8, u8, u8),
    End(u8, u8),
    Interrupt,
    Append(u8, u8),
    Remember(u8, u8, u8),
    Forget(u8, u8),
    Upload(u8, u8, u8),
    Analyse(u8, bool),
}

fn step() -> impl Strategy<Value = Step> {
    let two = || 0..2_u8;
    prop_oneof![
        4 => two().prop_map(Step::Create),
        1 => two().prop_map(Step::Delete),
        4 => (two(), two()).prop_map(|(p, s)| Step::Add(p, s)),
        6 => (two(), two(), 1..4_i64).prop_map(|(p, s, on)| Step::Edit(p, s, on)),
        2 => (two(), two(), 1..3_i64).prop_map(|(p, s, on)| Step::Remove(p, s, on)),
        5 => (two(), 0..3_u8, two(), two()).prop_map(|(p, t, key, request)| Step::Accept(p, t, key, request)),
        4 => (two(), 0..3_u8).prop_map(|(p, t)| Step::End(p, t)),
        1 => Just(Step::Interrupt),
        3 => (two(), 0..4_u8).prop_map(|(p, count)| Step::Append(p, count)),
        3 => (two(), two(), two()).prop_map(|(p, key, value)| Step::Remember(p, key, value)),
        2 => (two(), two()).prop_map(|(p, key)| Step::Forget(p, key)),
        4 => (two(), 0..3_u8, two()).prop_map(|(p, image, content)| Step::Upload(p, image, content)),
        3 => (two(), any::<bool>()).prop_map(|(content, good)| Step::Analyse(content, good)),
    ]
}

/// What a step led to, as far as the model can tell.
#[derive(Debug, PartialEq)]
enum Outcome {
    Done,
    Refused,
    Said(bool),
    Repeated(u8),
    KeyReused,
    NoProject,
    Reached(usize),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    Pending,
    Ready,
    Failed,
}

/// What there is of a project.
#[derive(Debug, Default, PartialEq)]
struct Contents {
    scenes: BTreeMap<u8, (i64, bool)>,
    turns: BTreeMap<u8, TurnStatus>,
    events: usize,
    messages: usize,
    memories: BTreeMap<u8, u8>,
    images: BTreeMap<u8, (u8, State)>,
    keys: BTreeMap<u8, (u8, u8)>,
}

#[derive(Debug, Default)]
struct Model {
    projects: BTreeMap<u8, Contents>,
    analyses: BTreeMap<u8, State>,
}

impl Model {
    fn apply(&mut self, step: &Step) -> Outcome {
        match *step {
            Step::Create(p) if self.projects.contains_key(&p) => Outcome::Refused,
            Step::Create(p) => {
                self.projects.insert(p, Contents::default());
                Outcome::Done
            }
            Step::Delete(p) => Outcome::Said(self.delete(p)),
            Step::Interrupt => {
                self.projects.values_mut().for_each(Contents::interrupt);
                Outcome::Done
            }
            Step::Analyse(content, good) => Outcome::Reached(self.analyse(content, good)),
            Step::Accept(p, t, key, request) => match self.projects.get_mut(&p) {
                Some(project) => project.accept(t, key, request),
                None => Outcome::NoProject,
            },
            Step::Append(_, 0) => Outcome::Done,
            Step::Forget(p, key) => {
                Outcome::Said(self.projects.get_mut(&p).is_some_and(|project| project.memories.remove(&key).is_some()))
            }
            Step::Upload(p, image, content) => {
                let known = self.analyses.get(&content) == Some(&State::Ready);
                let state = if known { State::Ready } else { State::Pending };
                let Some(project) = self.projects.get_mut(&p) else { return Outcome::Refused };
                done_if(
                    !project.images.contains_key(&image) && project.images.insert(image, (content, state)).is_none(),
                )
            }
            Step::Add(p, ..)
            | Step::Edit(p, ..)
            | Step::Remove(p, ..)
            | Step::End(p, _)
            | Step::Append(p, _)
            | Step::Remember(p, ..) => match self.projects.get_mut(&p) {
                Some(project) => project.apply(step),
                None => Outcome::Refused,
            },
        }
    }

    fn delete(&mut self, p: u8) -> bool {
        let Some(gone) = self.projects.remove(&p) else { return false };
        for (content, _) in gone.images.into_values() {
            let shared = |project: &Contents| project.images.values().any(|(other, _)| *other == content);
            if !self.projects.values().any(shared) {
                self.analyses.remove(&content);
            }
        }
        true
    }

    fn analyse(&mut self, content: u8, good: bool) -> usize {
        if self.analyses.get(&content) == Some(&State::Ready) {
            return 0;
        }
        let state = if good { State::Ready } else { State::Failed };
        self.analyses.insert(content, state);
        let mut reached = 0;
        for project in self.projects.values_mut() {
            for (_, image) in project.images.values_mut().filter(|(other, _)| *other == content) {
                if *image == State::Pending || good {
                    *image = state;
                    project.events += 1;
                    reached += 1;
                }
            }
        }
        reached
    }
}

impl Contents {
    fn apply(&mut self, step: &Step) -> Outcome {
        match *step {
            Step::Add(_, s) => {
                let is_new = !self.scenes.contains_key(&s);
                self.scenes.entry(s).or_insert((1, true));
                self.events += usize::from(is_new);
                done_if(is_new)
            }
            Step::Edit(_, s, on) => self.change(s, on, (on + 1, true)),
            Step::Remove(_, s, on) => self.change(s, on, (on, false)),
            Step::End(_, t) => {
                let Some(status) = self.turns.get_mut(&t) else { return Outcome::Refused };
                if *status != TurnStatus::Accepted {
                    return Outcome::Refused;
                }
                *status = TurnStatus::Completed;
                self.events += 1;
                self.messages += 2;
                self.memories.insert(9, 9);
                Outcome::Done
            }
            Step::Append(_, count) => {
                self.events += usize::from(count);
                Outcome::Done
            }
            Step::Remember(_, key, value) => {
                self.memories.insert(key, value);
                Outcome::Done
            }
            Step::Create(_)
            | Step::Delete(_)
            | Step::Accept(..)
            | Step::Interrupt
            | Step::Forget(..)
            | Step::Upload(..)
            | Step::Analyse(..) => unreachable!("not a step within a project"),
        }
    }

    fn change(&mut self, scene: u8, on: i64, to: (i64, bool)) -> Outcome {
        let fits = self.scenes.get(&scene) == Some(&(on, true));
        if fits {
            self.scenes.insert(scene, to);
            self.events += 1;
        }
        done_if(fits)
    }

    fn accept(&mut self, turn: u8, key: u8, request: u8) -> Outcome {
        match self.keys.get(&key) {
            Some((asked, earlier)) if *asked == request => Outcome::Repeated(*earlier),
            Some(_) => Outcome::KeyReused,
            None if self.turns.contains_key(&turn) => Outcome::Refused,
            None => {
                self.keys.insert(key, (request, turn));
                self.turns.insert(turn, TurnStatus::Accepted);
                self.events += 1;
                Outcome::Done
            }
        }
    }

    fn interrupt(&mut self) {
        for status in self.turns.values_mut().filter(|status| **status == TurnStatus::Accepted) {
            *status = TurnStatus::Interrupted;
            self.events += 1;
        }
    }
}

fn done_if(done: bool) -> Outcome {
    if done { Outcome::Done } else { Outcome::Refused }
}
