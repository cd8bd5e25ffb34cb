//! The two visions: `local` computes from pixels; `openai` adds a vision model's description.

pub mod local;
pub mod openai;
pub mod probe;
