//! The handlers: extract, one call, map.

pub(crate) mod events;
pub(crate) mod images;
pub(crate) mod issues;
pub(crate) mod memory;
pub(crate) mod operations;
pub(crate) mod projects;
pub(crate) mod scenes;
pub(crate) mod tokens;
pub(crate) mod turns;

/// What a handler answers: a value, or what the client is told instead.
pub(crate) type Answered<T> = Result<T, crate::error::Problem>;
