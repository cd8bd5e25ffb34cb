//! Between rows and the words of core: ids as bytes, times as microseconds, documents as JSON.

use braincase_core::{
    ContentHash, Timestamp,
    id::Id,
    store::{Page, StoreError},
};
use serde::{
    Serialize,
    de::{DeserializeOwned, IntoDeserializer, value::StrDeserializer},
};
use sqlx::{Decode, Row, Sqlite, Type, sqlite::SqliteRow};
use uuid::Uuid;

use super::error::store_error;

/// A document as it is stored.
pub(crate) fn json<T: Serialize>(document: &T) -> Result<String, StoreError> {
    serde_json::to_string(document).map_err(|error| StoreError::Failed(format!("cannot be written as JSON: {error}")))
}

/// A number as it is stored; SQLite knows no numbers beyond 63 bits.
pub(crate) fn integer(number: impl TryInto<i64>) -> Result<i64, StoreError> {
    number.try_into().map_err(|_| StoreError::Failed("a number is too large to be stored".to_owned()))
}

/// How many rows to ask for.
pub(crate) fn limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// Ids below this come before the end of the page before. One byte longer than an id, it is above every id: a comparison
/// that always holds lets SQLite go straight to the page, which `IS NULL OR` would not.
pub(crate) fn before(page: &Page) -> &[u8] {
    page.before.as_ref().map_or(&[0xff; 17], |id| id.as_bytes())
}

/// What a row holds, column by column.
pub(crate) trait Columns {
    /// A value that SQLite knows.
    fn plain<T: for<'r> Decode<'r, Sqlite> + Type<Sqlite>>(&self, column: &str) -> Result<T, StoreError>;

    /// An id.
    fn id<K>(&self, column: &str) -> Result<Id<K>, StoreError> {
        id(column, &self.plain::<Vec<u8>>(column)?)
    }

    /// An id that may be absent.
    fn optional_id<K>(&self, column: &str) -> Result<Option<Id<K>>, StoreError> {
        self.plain::<Option<Vec<u8>>>(column)?.map(|bytes| id(column, &bytes)).transpose()
    }

    /// A hash.
    fn hash(&self, column: &str) -> Result<ContentHash, StoreError> {
        let bytes = self.plain::<Vec<u8>>(column)?;
        ContentHash::from_slice(&bytes).ok_or_else(|| corrupt(column, "expected 32 bytes"))
    }

    /// A point in time.
    fn time(&self, column: &str) -> Result<Timestamp, StoreError> {
        self.plain(column).map(Timestamp::from_micros)
    }

    /// A point in time that may be absent.
    fn optional_time(&self, column: &str) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.plain::<Option<i64>>(column)?.map(Timestamp::from_micros))
    }

    /// A whole number that is never negative.
    fn number<T: TryFrom<i64>>(&self, column: &str) -> Result<T, StoreError> {
        T::try_from(self.plain::<i64>(column)?).map_err(|_| corrupt(column, "a number is out of range"))
    }

    /// A document.
    fn document<T: DeserializeOwned>(&self, column: &str) -> Result<T, StoreError> {
        let text = self.plain::<String>(column)?;
        serde_json::from_str(&text).map_err(|error| corrupt(column, error))
    }

    /// One of a list of words.
    fn word<T: DeserializeOwned>(&self, column: &str) -> Result<T, StoreError> {
        let text = self.plain::<String>(column)?;
        let word: StrDeserializer<'_, serde::de::value::Error> = text.as_str().into_deserializer();
        T::deserialize(word).map_err(|error| corrupt(column, error))
    }
}

impl Columns for SqliteRow {
    fn plain<T: for<'r> Decode<'r, Sqlite> + Type<Sqlite>>(&self, column: &str) -> Result<T, StoreError> {
        self.try_get(column).map_err(store_error)
    }
}

/// What is stored in a column makes no sense.
pub(crate) fn corrupt(column: &str, problem: impl std::fmt::Display) -> StoreError {
    StoreError::Corrupt(format!("column {column}: {problem}"))
}

fn id<K>(column: &str, bytes: &[u8]) -> Result<Id<K>, StoreError> {
    Uuid::from_slice(bytes).map(Id::from_uuid).map_err(|error| corrupt(column, error))
}
