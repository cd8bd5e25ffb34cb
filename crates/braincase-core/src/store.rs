//! The port to the store: what is remembered across restarts.
//!
//! A store keeps and finds; it holds no business rules and makes neither ids nor times. Every method that writes returns
//! after the write is durable, and either all of it is stored or nothing.

use async_trait::async_trait;
use bytes::Bytes;

use crate::{
    ContentHash, ImageId, MessageId, SceneId, Scope, TenantId, Timestamp, TurnId,
    event::{Event, NewEvent},
    image::{Analysis, Image, ImageFacts},
    memory::{Memory, MemoryKind},
    message::Message,
    project::Project,
    scene::{Iteration, Origin, Scene, SceneSpec},
    turn::{Outcome, Turn, TurnStatus},
};

/// What is remembered across restarts. Everything is seen only within its tenant.
#[async_trait]
pub trait Store: Send + Sync + std::fmt::Debug {
    /// Stores a new project.
    async fn create_project(&self, tenant: TenantId, project: &Project) -> Result<(), StoreError>;
    /// One project, unless it is unknown or deleted.
    async fn load_project(&self, scope: Scope) -> Result<Option<Project>, StoreError>;
    /// How far the parts of a project have come, unless it is unknown or deleted; a small read.
    async fn load_revisions(&self, scope: Scope) -> Result<Option<Revisions>, StoreError>;
    /// The tenant's projects, newest first, after the cursor.
    async fn list_projects(&self, tenant: TenantId, page: &Page) -> Result<Vec<Project>, StoreError>;
    /// Deletes a project with all that belongs to it; `false` if it is unknown.
    async fn delete_project(&self, scope: Scope) -> Result<bool, StoreError>;

    /// The scenes of a project in the order of the storyboard.
    async fn list_scenes(&self, scope: Scope) -> Result<Vec<Scene>, StoreError>;
    /// One scene, unless it is unknown or deleted.
    async fn load_scene(&self, scope: Scope, id: SceneId) -> Result<Option<Scene>, StoreError>;
    /// The iterations of a scene, newest first; also of a deleted scene.
    async fn list_iterations(&self, scope: Scope, id: SceneId) -> Result<Vec<Iteration>, StoreError>;
    /// Stores changes that are part of no turn, with their memories and events.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if a scene is no longer at the version that a change was made on; then nothing is stored.
    async fn commit_changes(&self, scope: Scope, commit: &ChangeCommit) -> Result<Vec<Event>, StoreError>;

    /// Keeps the bytes of a blob; does nothing if they are already there.
    async fn save_blob(&self, tenant: TenantId, hash: ContentHash, bytes: Bytes) -> Result<(), StoreError>;
    /// The bytes of a blob.
    async fn load_blob(&self, tenant: TenantId, hash: ContentHash) -> Result<Option<Bytes>, StoreError>;
    /// Stores an uploaded image; returns how far its analysis is: ready at once if the same bytes were analysed before.
    async fn add_image(&self, scope: Scope, image: &Image) -> Result<Analysis, StoreError>;
    /// One image with its analysis.
    async fn load_image(&self, scope: Scope, id: ImageId) -> Result<Option<Image>, StoreError>;
    /// The facts of some content, if they were found before.
    async fn load_facts(&self, tenant: TenantId, hash: ContentHash) -> Result<Option<ImageFacts>, StoreError>;
    /// Stores the result of an analysis, once per content, with an `image.facts_ready` event (data `image_id` and `status`,
    /// which is `ready` or `failed`) in every project that has an image with this content; returns those images.
    async fn save_analysis(
        &self,
        tenant: TenantId,
        hash: ContentHash,
        result: &Result<ImageFacts, String>,
        at: Timestamp,
    ) -> Result<Vec<(Scope, ImageId)>, StoreError>;
    /// Images whose analysis never ended, oldest first, at most `limit`: what a restart has to take up again.
    async fn list_pending_images(&self, limit: usize) -> Result<Vec<(TenantId, Image)>, StoreError>;

    /// Stores a turn as accepted, with its event, unless its idempotency key was used before.
    async fn accept_turn(&self, scope: Scope, accept: &Accept) -> Result<Accepted, StoreError>;
    /// What an idempotency key was used for before, `Repeated` or `KeyReused`; `None` if it was not used.
    async fn find_repeated(&self, scope: Scope, idempotency: &Idempotency) -> Result<Option<Accepted>, StoreError>;
    /// Forgets idempotency keys that were used before a time, oldest first, at most `limit`; returns how many.
    async fn forget_idempotency(&self, before: Timestamp, limit: usize) -> Result<u64, StoreError>;
    /// Ends a turn: scenes, messages, memories, journal, events and outcome in one transaction.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if a scene has changed meanwhile or the turn has already ended; then nothing is stored.
    async fn commit_turn(&self, scope: Scope, commit: &TurnCommit) -> Result<Vec<Event>, StoreError>;
    /// One turn.
    async fn load_turn(&self, scope: Scope, id: TurnId) -> Result<Option<Turn>, StoreError>;
    /// The turns of a project, newest first, after the cursor.
    async fn list_turns(&self, scope: Scope, page: &Page) -> Result<Vec<Turn>, StoreError>;
    /// Ends every turn that a previous process left behind as interrupted, with its event; returns how many.
    async fn interrupt_turns(&self, at: Timestamp) -> Result<u64, StoreError>;

    /// Adds events to a project; returns them with their numbers.
    async fn append_events(&self, scope: Scope, events: &[NewEvent], at: Timestamp) -> Result<Vec<Event>, StoreError>;
    /// Events of a project after a number, oldest first, at most `limit`.
    async fn events_after(&self, scope: Scope, after: i64, limit: usize) -> Result<Vec<Event>, StoreError>;

    /// The messages that prompts tell of word for word, oldest first: the newest `limit` whose words take `max_bytes` or
    /// less together, none before the one that [`TurnCommit::history_from`] named last.
    async fn recent_messages(&self, scope: Scope, limit: usize, max_bytes: usize) -> Result<Vec<Message>, StoreError>;
    /// What a project remembers, by kind and key: of each kind the newest, at most `per_kind`, so that no kind crowds out
    /// another.
    async fn list_memories(&self, scope: Scope, per_kind: usize) -> Result<Vec<Memory>, StoreError>;
    /// Remembers something, in place of what had the same kind and key.
    async fn save_memory(&self, scope: Scope, memory: &Memory) -> Result<(), StoreError>;
    /// Forgets something; `false` if it was not known.
    async fn delete_memory(&self, scope: Scope, kind: MemoryKind, key: &str) -> Result<bool, StoreError>;
    /// The newest images of a project with what is known of them, newest first, at most `limit`.
    async fn list_images(&self, scope: Scope, limit: usize) -> Result<Vec<Image>, StoreError>;

    /// Whether the store can be written to; for readiness.
    async fn check(&self) -> Result<(), StoreError>;
    /// Writes out what is queued and closes every connection.
    async fn close(&self);
}

/// How far the parts of a project have come. Each number rises with every change of what the store lists of that part, in
/// the same transaction: who reads a number and then the part has the part at that number or a newer one, and may keep it
/// for as long as the number stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revisions {
    /// Of [`Store::list_scenes`].
    pub scenes: i64,
    /// Of [`Store::recent_messages`].
    pub messages: i64,
    /// Of [`Store::list_memories`].
    pub memories: i64,
    /// Of [`Store::list_images`], with what is known of them.
    pub images: i64,
}

/// A part of a list.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    /// The most entries.
    pub limit: usize,
    /// Only entries that are older than this id, which is the last of the page before.
    pub before: Option<uuid::Uuid>,
}

/// A turn that is to be accepted.
#[derive(Debug, Clone)]
pub struct Accept {
    /// The turn; its status is `accepted`.
    pub turn: Turn,
    /// The key with which the client may repeat the request, and the hash of the request.
    pub idempotency: Option<Idempotency>,
    /// The event that tells of it.
    pub event: NewEvent,
}

/// What makes a repeated request recognisable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idempotency {
    /// The client's key.
    pub key: String,
    /// The hash of what was asked.
    pub request: ContentHash,
}

/// How accepting a turn went.
#[derive(Debug, Clone, PartialEq)]
pub enum Accepted {
    /// It is stored, and this is the event that tells of it.
    New(Event),
    /// The same request was accepted before, as this turn.
    Repeated(TurnId),
    /// The key was used before with another request.
    KeyReused,
    /// There is no such project.
    NoProject,
}

/// The end of a turn.
#[derive(Debug, Clone)]
pub struct TurnCommit {
    /// Which turn.
    pub turn_id: TurnId,
    /// How it ended.
    pub status: TurnStatus,
    /// What came of it.
    pub outcome: Outcome,
    /// The tools that ran, in order; (turn, index) is unique.
    pub steps: Vec<Step>,
    /// The messages to add.
    pub messages: Vec<Message>,
    /// From this message on, prompts tell the chat word for word; what came before lives on in the summary. It may be one
    /// of the messages to add, and never moves back.
    pub history_from: Option<MessageId>,
    /// What changed, what was learnt, and the events that tell of it.
    pub changes: ChangeCommit,
}

/// One tool call of a turn, as the journal keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The tool.
    pub tool: String,
    /// Its arguments.
    pub arguments: serde_json::Value,
    /// What it returned.
    pub result: serde_json::Value,
}

/// Changes that are stored together.
#[derive(Debug, Clone)]
pub struct ChangeCommit {
    /// Changes to scenes.
    pub scenes: Vec<SceneChange>,
    /// Things to remember.
    pub memories: Vec<Memory>,
    /// Events to add, in this order.
    pub events: Vec<NewEvent>,
    /// Who caused it.
    pub origin: Origin,
    /// When.
    pub at: Timestamp,
}

/// A change to one scene.
#[derive(Debug, Clone, PartialEq)]
pub enum SceneChange {
    /// A new scene, version 1.
    Add {
        /// Its id.
        id: SceneId,
        /// Its place in the storyboard.
        position: i64,
        /// Its document.
        spec: SceneSpec,
    },
    /// A new iteration of a scene.
    Edit {
        /// Which scene.
        id: SceneId,
        /// The version that the change was made on; the scene gets the next one.
        on: i64,
        /// Its new document.
        spec: SceneSpec,
    },
    /// The scene is no longer shown; its iterations stay.
    Delete {
        /// Which scene.
        id: SceneId,
        /// The version that was seen when it was deleted.
        on: i64,
    },
}

/// Why the store did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Somebody else was faster; read again and repeat.
    #[error("{what} has changed meanwhile")]
    Conflict {
        /// What has changed.
        what: String,
    },
    /// There is no room; free some, then repeat.
    #[error("the disk is full")]
    Full,
    /// Too much is waiting to be written; repeat later.
    #[error("the store is busy")]
    Busy,
    /// What is stored cannot be understood; needs a person.
    #[error("stored data cannot be read: {0}")]
    Corrupt(String),
    /// The database failed.
    #[error("the database failed: {0}")]
    Failed(String),
}

impl StoreError {
    /// A stable word for the kind of failure.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Conflict { .. } => "conflict",
            Self::Full => "disk_full",
            Self::Busy => "store_busy",
            Self::Corrupt(_) => "store_corrupt",
            Self::Failed(_) => "store_failed",
        }
    }
}
