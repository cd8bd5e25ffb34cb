//! Changes that are stored together, in a turn or outside of one.

use async_trait::async_trait;
use braincase_core::{
    Scope,
    event::Event,
    store::{ChangeCommit, StoreError},
};
use sqlx::SqliteConnection;

use super::{
    event, memory,
    scene::{self, Author},
    write::Write,
};

/// Changes that are part of no turn.
pub(super) struct CommitChanges {
    pub(super) scope: Scope,
    pub(super) commit: ChangeCommit,
}

#[async_trait]
impl Write for CommitChanges {
    type Output = Vec<Event>;

    async fn apply(&self, db: &mut SqliteConnection) -> Result<Vec<Event>, StoreError> {
        commit(db, self.scope, &self.commit).await
    }
}

/// Stores scenes, memories and events, inside the caller's transaction.
pub(super) async fn commit(
    db: &mut SqliteConnection,
    scope: Scope,
    commit: &ChangeCommit,
) -> Result<Vec<Event>, StoreError> {
    let author = Author { scope, origin: commit.origin, at: commit.at };
    for change in &commit.scenes {
        scene::change(db, author, change).await?;
    }
    for learnt in &commit.memories {
        memory::save(db, scope, learnt).await?;
    }
    event::append(db, scope, &commit.events, commit.at).await
}
