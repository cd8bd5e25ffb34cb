//! The sim and the `openai` brain and vision, against each other over real HTTP on loopback.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "what the tests share may fail as they do")]

mod command;
mod endpoint;
mod faults;
mod provider;
mod streams;
mod support;
mod vision;
