//! A project with one of everything, and all that a store shows of it.

use braincase_core::{
    SceneId, Scope, TurnId,
    event::Event,
    image::{Image, ImageFacts},
    memory::Memory,
    message::Message,
    project::Project,
    scene::{Iteration, Scene},
    store::Store,
    turn::Turn,
};
use bytes::Bytes;

use super::make::{self, ALL, ANY};

/// What the one image of every full project holds.
pub(crate) const CONTENT: &str = "content";

/// A project with one of everything, and an open turn.
#[derive(Debug, Clone)]
pub(crate) struct Full {
    pub(crate) scope: Scope,
    pub(crate) scene: SceneId,
    pub(crate) turn: TurnId,
    pub(crate) image: Image,
}

/// Fills a project that is in the store.
pub(crate) async fn fill(store: &dyn Store, scope: Scope) -> Full {
    let scene = make::stored_scene(store, scope, "walled").await;
    let ended = make::turn(scope, 1);
    store.accept_turn(scope, &make::accept_with_key(ended.clone(), "key", "request")).await.unwrap();
    store.commit_turn(scope, &make::end(ended.id)).await.unwrap();
    let turn = make::stored_turn(store, scope, 2).await;
    let image = make::image(scope, 1, CONTENT);
    store.save_blob(scope.tenant, image.hash, Bytes::from_static(CONTENT.as_bytes())).await.unwrap();
    store.add_image(scope, &image).await.unwrap();
    Full { scope, scene, turn, image }
}

/// All that can be seen of a project; the default is nothing.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Seen {
    pub(crate) project: Option<Project>,
    pub(crate) scene: Option<Scene>,
    pub(crate) scenes: Vec<Scene>,
    pub(crate) iterations: Vec<Iteration>,
    pub(crate) turn: Option<Turn>,
    pub(crate) turns: Vec<Turn>,
    pub(crate) events: Vec<Event>,
    pub(crate) messages: Vec<Message>,
    pub(crate) memories: Vec<Memory>,
    pub(crate) image: Option<Image>,
    pub(crate) images: Vec<Image>,
    pub(crate) blob: Option<Bytes>,
    pub(crate) facts: Option<ImageFacts>,
}

/// Asks for everything by every way there is.
pub(crate) async fn seen(store: &dyn Store, Full { scope, scene, turn, image }: &Full) -> Seen {
    let (scope, tenant) = (*scope, scope.tenant);
    Seen {
        project: store.load_project(scope).await.unwrap(),
        scene: store.load_scene(scope, *scene).await.unwrap(),
        scenes: store.list_scenes(scope).await.unwrap(),
        iterations: store.list_iterations(scope, *scene).await.unwrap(),
        turn: store.load_turn(scope, *turn).await.unwrap(),
        turns: store.list_turns(scope, &ALL).await.unwrap(),
        events: store.events_after(scope, 0, 99).await.unwrap(),
        messages: store.recent_messages(scope, 99, ANY).await.unwrap(),
        memories: store.list_memories(scope, 1_000).await.unwrap(),
        image: store.load_image(scope, image.id).await.unwrap(),
        images: store.list_images(scope, 99).await.unwrap(),
        blob: store.load_blob(tenant, image.hash).await.unwrap(),
        facts: store.load_facts(tenant, image.hash).await.unwrap(),
    }
}
