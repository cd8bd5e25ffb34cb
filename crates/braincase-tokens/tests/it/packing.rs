//! What `fit` promises.

mod budget;
mod cases;
mod conversation;
mod errors;
mod promises;
mod warning;
