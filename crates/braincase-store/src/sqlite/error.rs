//! What SQLite says, in the words of the port.

use braincase_core::store::StoreError;
use sqlx::error::{DatabaseError, ErrorKind};

const BUSY: i32 = 5;
const LOCKED: i32 = 6;
const CORRUPT: i32 = 11;
const FULL: i32 = 13;
const NOT_A_DATABASE: i32 = 26;

/// The port's word for an error of SQLite.
pub(crate) fn store_error(error: sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::Database(error) => database_error(error.as_ref()),
        sqlx::Error::PoolTimedOut => StoreError::Busy,
        sqlx::Error::PoolClosed => StoreError::Failed("the store is closed".to_owned()),
        error @ (sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_)) => StoreError::Corrupt(error.to_string()),
        error => StoreError::Failed(error.to_string()),
    }
}

/// Like [`store_error`], for adding a row: one that is there already, or whose project is gone, is a conflict.
pub(crate) fn insert_error(what: impl FnOnce() -> String) -> impl FnOnce(sqlx::Error) -> StoreError {
    move |error| match error.as_database_error().map(DatabaseError::kind) {
        Some(ErrorKind::UniqueViolation) => StoreError::Conflict { what: what() },
        Some(ErrorKind::ForeignKeyViolation) => no_project(),
        _ => store_error(error),
    }
}

/// What a write to a project gets that is unknown or was deleted meanwhile.
pub(crate) fn no_project() -> StoreError {
    StoreError::Conflict { what: "the project".to_owned() }
}

/// Whether the file itself is broken.
pub(crate) fn is_damage(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(primary_code).is_some_and(|code| matches!(code, CORRUPT | NOT_A_DATABASE))
}

fn database_error(error: &dyn DatabaseError) -> StoreError {
    match primary_code(error) {
        Some(FULL) => StoreError::Full,
        Some(BUSY | LOCKED) => StoreError::Busy,
        Some(CORRUPT | NOT_A_DATABASE) => StoreError::Corrupt(error.to_string()),
        _ => StoreError::Failed(error.to_string()),
    }
}

/// The extended result code has the primary one in its low byte.
fn primary_code(error: &dyn DatabaseError) -> Option<i32> {
    error.code()?.parse::<i32>().ok().map(|code| code & 0xff)
}
