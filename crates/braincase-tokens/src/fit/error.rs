//! Why a prompt cannot be packed at all.

use std::fmt;

/// A prompt cannot be packed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FitError {
    /// Not even the required parts fit: ask for less.
    #[error(transparent)]
    DoesNotFit(#[from] DoesNotFit),
    /// A pinned part follows one that is not: a mistake of the caller.
    #[error("the part {part:?} is pinned, but a part before it is not; put what is pinned first")]
    PinnedTooLate {
        /// Which part.
        part: String,
    },
    /// A result without its call, which providers refuse: a mistake of the caller.
    #[error("the part {part:?} is the result of the call {id:?}, which no part before it makes; give both or neither")]
    ResultWithoutCall {
        /// The part with the result.
        part: String,
        /// The id of the call.
        id: String,
    },
    /// A call without its result, which providers refuse: a mistake of the caller.
    #[error("the part {part:?} makes the call {id:?}, and no part after it is the result; give both or neither")]
    CallWithoutResult {
        /// The part with the call.
        part: String,
        /// The id of the call.
        id: String,
    },
}

/// Not even the required parts fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the required parts need {need} tokens, and there are {have}; shorten {}, reserve less for the answer, or choose a \
     model with a larger window",
    List(largest)
)]
pub struct DoesNotFit {
    /// What the required parts and the tools need.
    pub need: usize,
    /// What there is.
    pub have: usize,
    /// The largest of them, the largest first; at most three.
    pub largest: Vec<Largest>,
}

/// One of the largest parts that must be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Largest {
    /// The name of the part, or `tools` for all tools together.
    pub name: String,
    /// What it costs.
    pub tokens: usize,
}

struct List<'a>(&'a [Largest]);

impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, Largest { name, tokens }) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { " or " };
            write!(f, "{comma}{name:?} ({tokens})")?;
        }
        Ok(())
    }
}
