//! What `fit` promises.

mod budget;
mod cases;
mod conversation;
mod errors;
mod floods;
mod promises;
mod warning;
