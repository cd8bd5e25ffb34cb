//! Stories of clients: the real server on a free port, with its real store, brain and vision.

mod app;

mod bad_input;
mod connections;
mod events;
mod idempotency;
mod images;
mod openapi;
mod projects;
mod scenes;
mod stop;
mod turns;
