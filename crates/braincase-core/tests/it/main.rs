//! The words of Braincase: what they accept, what they refuse, and how they are written.

mod atoms;
mod patches;
mod scenes;
