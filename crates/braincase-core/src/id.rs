//! Identifiers: one type per thing, all UUIDv7 so that they sort by the time they were made.

use std::{fmt, hash::Hash, marker::PhantomData, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

use crate::time::Timestamp;

/// An identifier of a `K`; the type parameter keeps a scene's id from being used as a turn's.
pub struct Id<K> {
    value: Uuid,
    kind: PhantomData<fn() -> K>,
}

/// Marks the id of a tenant.
#[derive(Debug)]
pub enum Tenant {}
/// Marks the id of a message.
#[derive(Debug)]
pub enum MessageKind {}
/// Marks the id of a project.
#[derive(Debug)]
pub enum ProjectKind {}
/// Marks the id of a scene.
#[derive(Debug)]
pub enum SceneKind {}
/// Marks the id of an image.
#[derive(Debug)]
pub enum ImageKind {}
/// Marks the id of a turn.
#[derive(Debug)]
pub enum TurnKind {}
/// Marks the id of a failure that was recorded.
#[derive(Debug)]
pub enum ErrorEventKind {}

/// Names a tenant: the wall between customers. It leads every key in the store.
pub type TenantId = Id<Tenant>;
/// Names a message.
pub type MessageId = Id<MessageKind>;
/// Names a project.
pub type ProjectId = Id<ProjectKind>;
/// Names a scene.
pub type SceneId = Id<SceneKind>;
/// Names an uploaded image.
pub type ImageId = Id<ImageKind>;
/// Names a turn.
pub type TurnId = Id<TurnKind>;
/// Names a failure that was recorded.
pub type ErrorEventId = Id<ErrorEventKind>;

impl<K> Id<K> {
    /// A fresh UUIDv7 that carries `now` in its upper bits.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        let micros = now.as_micros().max(0).unsigned_abs();
        let nanos = u32::try_from(micros % 1_000_000).unwrap_or(0) * 1_000;
        let stamp = uuid::Timestamp::from_unix(uuid::NoContext, micros / 1_000_000, nanos);
        Self::from_uuid(Uuid::new_v7(stamp))
    }

    /// Wraps a UUID that is already known to name a `K`.
    #[must_use]
    pub const fn from_uuid(value: Uuid) -> Self {
        Self { value, kind: PhantomData }
    }

    /// The plain UUID.
    #[must_use]
    pub const fn as_uuid(&self) -> Uuid {
        self.value
    }

    /// The sixteen bytes, for keys in a store.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        self.value.as_bytes()
    }
}

impl TenantId {
    /// The tenant of a server that has only one.
    pub const DEFAULT: Self = Self::from_uuid(Uuid::nil());
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.value.cmp(&other.value)
    }
}
impl<K> Hash for Id<K> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.value.hash(state);
    }
}
impl<K> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}
impl<K> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}
impl<K> FromStr for Id<K> {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        Uuid::try_parse(text).map(Self::from_uuid).map_err(|_| InvalidId)
    }
}
impl<K> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}
impl<'de, K> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'_, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}
impl<K> JsonSchema for Id<K> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Id".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "format": "uuid"})
    }
}

/// The text is no UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid id, expected a UUID")]
pub struct InvalidId;

/// A project within its tenant: the pair that every access to a project's data needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Scope {
    /// Whose data it is.
    pub tenant: TenantId,
    /// Which of the tenant's projects.
    pub project: ProjectId,
}

/// The BLAKE3 hash that addresses a blob.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContentHash([u8; 32]);

impl ContentHash {
    /// Hashes the content.
    #[must_use]
    pub fn of(content: &[u8]) -> Self {
        Self(*blake3::hash(content).as_bytes())
    }

    /// The hash as bytes, for keys in a store.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Restores a hash read from a store; `None` if the length is wrong.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// From the 64 digits that [`fmt::Display`] writes; `None` for anything else.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        if digits.len() != 64 || !digits.iter().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')) {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, place) in bytes.iter_mut().zip((0..).step_by(2)) {
            *byte = u8::from_str_radix(&text[place..place + 2], 16).ok()?;
        }
        Some(Self(bytes))
    }
}
impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
