//! What has failed: filed from the spool into the store, and shown on a terminal from there.

pub mod command;

pub(crate) mod filing;

mod show;
