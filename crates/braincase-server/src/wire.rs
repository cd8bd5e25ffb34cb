//! The shapes of requests and answers: what clients see, kept apart from the domain so that either may change.

pub mod image;
pub mod issue;
pub mod memory;
pub mod page;
pub mod problem;
pub mod project;
pub mod scene;
pub(crate) mod shown;
pub mod tokens;
pub mod turn;
