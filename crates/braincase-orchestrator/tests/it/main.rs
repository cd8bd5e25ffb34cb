//! The orchestrator as its callers see it, over a real SQLite store; brain and vision are scripted.
#![cfg(test)]

mod events;
mod failures;
mod faulty;
mod images;
mod kept;
mod keys;
mod long_project;
mod order;
mod prompts;
mod recorded;
mod recovery;
mod repeats;
mod support;
mod turns;
