//! The bounds that hold everywhere, in one place.

use std::time::Duration;

/// The bounds of one server. The defaults are what the documentation promises.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The longest prompt, in bytes.
    pub max_prompt_bytes: usize,
    /// The largest upload, in bytes.
    pub max_image_bytes: usize,
    /// The longest side of an image, in pixels.
    pub max_image_side: u32,
    /// The most pixels of an image.
    pub max_image_pixels: u64,
    /// The most images of one turn.
    pub max_images_per_turn: usize,
    /// The most scenes of a project.
    pub max_scenes: usize,
    /// The most tool calls of one decision.
    pub max_calls: usize,
    /// The most turns of one project that wait or run at once.
    pub max_queued_turns: usize,
    /// How many memories of each kind are read, the newest first. A project cannot have more preferences than this, so
    /// none of them is ever left out.
    pub max_memories: usize,
    /// How long a request can be repeated with its idempotency key.
    pub idempotency_retention: Duration,
    /// How many recent messages are read for a prompt.
    pub recent_messages: usize,
    /// How long these may be together, in bytes.
    pub max_recent_bytes: usize,
    /// How long gathering the context may take.
    pub context_deadline: Duration,
    /// How long a turn may take once it is its turn.
    pub turn_deadline: Duration,
    /// How long the analysis of one image may take.
    pub analysis_deadline: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_prompt_bytes: 1 << 20,
            max_image_bytes: 20 << 20,
            max_image_side: 8_192,
            max_image_pixels: 64_000_000,
            max_images_per_turn: 16,
            max_scenes: 500,
            max_calls: 32,
            max_queued_turns: 64,
            recent_messages: 400,
            max_recent_bytes: 4 << 20,
            max_memories: 200,
            idempotency_retention: Duration::from_secs(24 * 3_600),
            context_deadline: Duration::from_secs(2),
            turn_deadline: Duration::from_secs(120),
            analysis_deadline: Duration::from_secs(60),
        }
    }
}
