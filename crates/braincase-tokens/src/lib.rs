//! Count, budget and fit prompts: exact counts, a model registry, packing that provably fits.
#![doc = ""]
#![doc = include_str!("../README.md")]
//!
//! Nothing here touches the network, and no text makes anything here panic. What a user wrote is counted as ordinary text,
//! so that `<|endoftext|>` costs what it takes to write it.
//!
//! Modules in reading order: [`registry`] knows the models; [`model`] is one of them, with its limits; [`mod@fit`] packs a
//! prompt; [`account`] says what a chat request costs; [`calibration`] learns what providers count; [`text`] remembers its
//! own count; [`encoding`] counts; [`memo`] remembers counts, in a table of its own or where the caller keeps them.

pub mod registry;

pub mod account;
pub mod calibration;
pub mod encoding;
pub mod fit;
pub mod memo;
pub mod model;
pub mod text;

pub use account::{
    Cost, Detail, Image, ImageRule, Message, Role, ToolCall, ToolChoice, ToolSchema, ToolSet, ToolSetId,
    openai::{ChatMessage, ChatTool, InvalidChat},
};
pub use calibration::{Calibrator, Drift};
pub use encoding::{Encoding, LONG_TEXT, count, truncate};
pub use fit::{
    Account, DoesNotFit, Fate, FitError, Fitted, History, Largest, Need, Part, PartAccount, Policy, Sections, Shrink,
    Watermark, Why, fit,
};
pub use memo::{Counts, Fingerprint, Memo};
pub use model::{Budget, Exactness, Model, ReserveTooLarge};
pub use registry::{InvalidRegistry, Registry, UnknownModel};
pub use text::Text;
