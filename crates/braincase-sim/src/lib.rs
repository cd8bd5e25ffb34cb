//! A fake OpenAI-compatible provider with seeded latency and faults, for tests, stress and demos.
//!
//! It speaks real HTTP and answers with the decision of a real brain, so that what is tested against it is the code that
//! runs against a provider. The same seed and the same order of requests give the same latencies and the same faults.
//! It must never be part of a server's production wiring.
//!
//! Modules in reading order: [`sim`] starts and stops it; `service` is what happens to one request; `ask` reads a
//! request; `answer` writes an answer as JSON or as a stream; `picture` looks at images; [`latency`] and [`faults`] are
//! the dice; `journal` records what was received.

pub mod faults;
pub mod latency;
pub mod sim;

mod answer;
mod ask;
mod dice;
mod journal;
mod picture;
mod reply;
mod service;
mod usage;

pub use faults::{Fault, Faults};
pub use latency::{Latencies, Latency};
pub use sim::{Sim, SimError, SimOptions};
