//! The promises that an audit looks for, in words.

use serde::Serialize;

use super::Checked;

/// A promise that can be broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// An acknowledged turn is stored.
    TurnStored,
    /// No turn is stored twice.
    TurnOnce,
    /// A turn is stored as it was told.
    TurnSame,
    /// Nothing is stored that nobody sent.
    NoPhantom,
    /// The turns of a project are in the order in which they were sent.
    TurnOrder,
    /// A look during the run shows the beginning of what is there in the end.
    Reads,
    /// The same request twice is one turn, one answer and one call of the provider.
    Idempotent,
    /// Every image has facts in the end.
    ImageFacts,
    /// The facts of an image are taken into a scene at most once.
    FactsOnce,
    /// Images are what was uploaded, to the byte.
    ImageBytes,
    /// The events of a project are numbered without a gap.
    EventSequence,
    /// Every accepted turn ends exactly once.
    OneEnd,
    /// What a turn's stream tells is whole, and what is stored.
    Stream,
    /// A turn that was called off ends as was said, and the provider stops.
    Cancel,
    /// What the turns decided is what the storyboard shows.
    Effects,
    /// Nothing of one project reaches another.
    NoCrossing,
    /// Every prompt fits, and has the words of its turn.
    Prompt,
    /// What the server says that it cost is what the provider saw.
    Cost,
    /// The provider's record is whole.
    ProviderRecord,
    /// The server's counters are what is stored.
    Counters,
    /// No turn took longer, as the server says, than its client waited.
    Times,
    /// Every answer is what was asked for or a typed error.
    Contract,
    /// When the load is gone, nothing of it is left in the server.
    Drained,
    /// What was stored can be read.
    Readable,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Self; 24] = [
        Self::TurnStored,
        Self::TurnOnce,
        Self::TurnSame,
        Self::NoPhantom,
        Self::TurnOrder,
        Self::Reads,
        Self::Idempotent,
        Self::ImageFacts,
        Self::FactsOnce,
        Self::ImageBytes,
        Self::EventSequence,
        Self::OneEnd,
        Self::Stream,
        Self::Cancel,
        Self::Effects,
        Self::NoCrossing,
        Self::Prompt,
        Self::Cost,
        Self::ProviderRecord,
        Self::Counters,
        Self::Times,
        Self::Contract,
        Self::Drained,
        Self::Readable,
    ];

    /// The promise in words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TurnStored => "every acknowledged turn is stored",
            Self::TurnOnce => "no turn is stored twice",
            Self::TurnSame => "every turn is stored as it was answered",
            Self::NoPhantom => "nothing is stored that nobody sent",
            Self::TurnOrder => "turns of a project keep their order",
            Self::Reads => "looks during the run show the beginning of the end",
            Self::Idempotent => "the same request twice is one turn",
            Self::ImageFacts => "every uploaded image has facts",
            Self::FactsOnce => "facts of an image are taken in, and into each scene once",
            Self::ImageBytes => "images reach the provider as they were uploaded",
            Self::EventSequence => "events are numbered without a gap",
            Self::OneEnd => "every accepted turn ends exactly once",
            Self::Stream => "streams tell whole what is stored, with one end",
            Self::Cancel => "turns that are called off stop, and so does the provider",
            Self::Effects => "what turns decided is what the storyboard shows",
            Self::NoCrossing => "nothing of one project reaches another",
            Self::Prompt => "prompts fit, and have the words of their turn",
            Self::Cost => "the provider saw what the server says that it cost",
            Self::ProviderRecord => "the provider's record is whole",
            Self::Counters => "counters are what is stored",
            Self::Times => "no turn took longer than its client waited",
            Self::Contract => "every answer is a success or a typed error",
            Self::Drained => "nothing of the load is left in the server",
            Self::Readable => "everything stored can be read",
        }
    }

    /// How often a run could have broken it.
    #[must_use]
    pub const fn chances(self, checked: &Checked) -> u64 {
        match self {
            Self::TurnStored
            | Self::TurnOnce
            | Self::TurnSame
            | Self::NoPhantom
            | Self::TurnOrder
            | Self::OneEnd
            | Self::Effects => checked.turns,
            Self::Reads => checked.reads,
            Self::Idempotent => checked.repeats + checked.twins,
            Self::ImageFacts | Self::FactsOnce => checked.images,
            Self::ImageBytes => checked.image_bytes,
            Self::EventSequence => checked.events,
            Self::Stream => checked.streams,
            Self::Cancel => checked.cancelled,
            Self::NoCrossing | Self::Contract | Self::Readable => checked.projects,
            Self::Prompt | Self::Cost | Self::ProviderRecord => checked.upstream,
            Self::Counters => checked.counters,
            Self::Times => checked.timed,
            Self::Drained => checked.drained,
        }
    }
}
