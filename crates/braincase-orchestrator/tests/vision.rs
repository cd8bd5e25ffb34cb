//! Looking at images: real photographs, drawn images with known answers, and files that mean harm.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

#[path = "vision/drawing.rs"]
mod drawing;
#[path = "vision/facts.rs"]
mod facts;
#[path = "vision/files.rs"]
mod files;
#[path = "vision/local.rs"]
mod local;
#[path = "vision/photographs.rs"]
mod photographs;
#[path = "vision/probe.rs"]
mod probe;
#[path = "vision/support.rs"]
mod support;
