//! The sim and the `openai` brain and vision, against each other over real HTTP on loopback.

mod command;
mod endpoint;
mod faults;
mod provider;
mod streams;
mod support;
mod vision;
