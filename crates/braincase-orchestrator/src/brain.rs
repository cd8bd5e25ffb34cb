//! The two brains: `local` decides by rules, offline; `openai` asks any OpenAI-compatible endpoint.

pub mod local;
pub mod openai;
