//! The words of Braincase: what they accept, what they refuse, and how they are written.
#![cfg(test)]

mod atoms;
mod patches;
mod scenes;
