//! The `braincase` server: HTTP API, wiring, supervision, shutdown.
//!
//! This crate turns bytes into domain words and back, and holds neither SQL nor turn logic. It is a library only so that
//! its tests can start the real thing.
//!
//! Modules in reading order: [`config`] is the only reader of flags, environment and file; [`wiring`] makes every part
//! once; [`server`] is the life of the process, [`accept`] its door and [`stop`] its end; [`router`] is the table of
//! routes and layers, [`spans`] are how a request is traced, `api` answers them in the shapes of [`wire`]; [`error`] alone chooses HTTP statuses; [`tokens`]
//! counts and fits for whoever asks, [`issues`] files what failed and shows it.

pub mod config;
pub mod reporting;
pub mod wiring;

pub mod accept;
pub mod check;
pub mod server;
pub mod stop;

pub mod admin;
pub mod app;
pub mod error;
pub mod issues;
pub mod router;
pub mod spans;
pub mod tokens;
pub mod wire;

mod api;
mod body;
mod extract;
mod heap;
mod layers;
mod openapi;
mod sse;
mod telemetry;

pub use app::App;
pub use config::Config;
pub use error::Problem;
