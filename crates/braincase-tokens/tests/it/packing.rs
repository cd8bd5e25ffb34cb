//! What `fit` promises.

mod budget;
mod cases;
mod conversation;
mod errors;
mod floods;
mod priorities;
mod promises;
mod warning;
