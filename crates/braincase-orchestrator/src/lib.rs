//! Run one turn: admit, watch, recall, compose, decide, act, remember, answer.
//!
//! [`Orchestrator`] is the door; `turn.rs` is the whole story, top to bottom. This crate knows neither HTTP servers nor
//! SQL: it is given a store, a brain, a vision, a clock and a way to start tasks, and never makes one itself.
//!
//! Modules in reading order: [`orchestrator`] and [`ask`] are what callers use; `turn` tells the eight steps, each in its
//! own file; [`tools`] is what a brain can do; [`brain`] and [`vision`] are the two kinds of each; [`compute`] keeps long
//! computations off the async threads. `kept`, `counts` and `keys` spare reading and counting again what has not changed.

pub mod ask;
pub mod brain;
pub mod briefing;
pub mod compute;
pub mod error;
pub mod orchestrator;
pub mod tools;
pub mod vision;

mod analyses;
mod counts;
mod engine;
mod facts;
mod hub;
mod kept;
mod keys;
mod queue;
mod running;
mod scenes;
mod turn;
mod upload;

pub use ask::{Ask, Policy, Submitted};
pub use error::Error;
pub use orchestrator::{ImageMode, Orchestrator, Parts};
