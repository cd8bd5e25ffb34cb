//! What is kept of a failure.

mod draft;

use std::{borrow::Cow, fmt, time::Duration};

use braincase_core::{ErrorEventId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{breadcrumb::Breadcrumb, context::Context, fingerprint::Fingerprint};
pub(crate) use draft::{Draft, Ending, chain};

/// One failure, with what is known of it. Its texts are free of secrets and of bounded length.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Record {
    /// Names this record, so that whoever gets it twice can tell.
    pub id: ErrorEventId,
    /// Which failures it is one of.
    pub fingerprint: Fingerprint,
    /// A stable word for the kind of failure.
    pub code: Cow<'static, str>,
    /// Which operation failed.
    pub operation: Cow<'static, str>,
    /// How it ended.
    pub outcome: Outcome,
    /// What happened, from the outermost error to its root.
    pub errors: Vec<String>,
    /// Where in the source it came from.
    pub location: Option<String>,
    /// For whom and within what it ran.
    pub context: Context,
    /// Facts by name.
    pub metadata: Vec<(Cow<'static, str>, String)>,
    /// What the operation logged before, oldest first.
    pub breadcrumbs: Vec<Breadcrumb>,
    /// The calls that led to a panic.
    pub backtrace: Option<String>,
    /// Whether it was made of a line of the log, so that the log has told of it already.
    #[serde(default)]
    pub logged: bool,
    /// How many failures it stands for: itself, and those like it that were only counted since the record before.
    pub count: u64,
    /// When it ended.
    pub at: Timestamp,
    /// How long it had run.
    #[serde(rename = "duration_ms", with = "millis")]
    pub duration: Duration,
    /// How long ago the request that it belongs to had ended, if it had.
    #[serde(rename = "late_ms", with = "optional_millis", default)]
    pub late: Option<Duration>,
}

/// How an operation failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "&'static str", try_from = "String")]
pub enum Outcome {
    /// It returned an error.
    Error,
    /// It panicked.
    Panic,
    /// Its deadline passed.
    TimedOut,
    /// It was stopped before it ended.
    Cancelled(Cancellation),
    /// It took longer than it should.
    Slow(Slow),
}

/// Why an operation was stopped before it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cancellation {
    /// Whoever asked for it went away.
    Client,
    /// The deadline of the operation that it was part of passed.
    Deadline,
    /// It came after the shutdown had begun, and never ran.
    Refused,
    /// The shutdown's grace was over.
    Shutdown,
    /// It was dropped: aborted, or its runtime went away.
    Abandoned,
}

/// What is known of an operation that takes too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Slow {
    /// It has ended.
    Ended,
    /// It still runs.
    Running,
}

impl Outcome {
    const ALL: [Self; 10] = [
        Self::Error,
        Self::Panic,
        Self::TimedOut,
        Self::Cancelled(Cancellation::Client),
        Self::Cancelled(Cancellation::Deadline),
        Self::Cancelled(Cancellation::Refused),
        Self::Cancelled(Cancellation::Shutdown),
        Self::Cancelled(Cancellation::Abandoned),
        Self::Slow(Slow::Ended),
        Self::Slow(Slow::Running),
    ];

    /// A stable word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Panic => "panic",
            Self::TimedOut => "timed_out",
            Self::Cancelled(Cancellation::Client) => "cancelled_by_client",
            Self::Cancelled(Cancellation::Deadline) => "cancelled_by_deadline",
            Self::Cancelled(Cancellation::Refused) => "cancelled_unstarted",
            Self::Cancelled(Cancellation::Shutdown) => "cancelled_by_shutdown",
            Self::Cancelled(Cancellation::Abandoned) => "cancelled_by_abort",
            Self::Slow(Slow::Ended) => "slow",
            Self::Slow(Slow::Running) => "slow_running",
        }
    }

    /// Whether something broke; otherwise it is only worth knowing.
    #[must_use]
    pub const fn is_error(self) -> bool {
        matches!(self, Self::Error | Self::Panic | Self::TimedOut)
    }
}

impl From<Outcome> for &'static str {
    fn from(outcome: Outcome) -> Self {
        outcome.as_str()
    }
}

/// A word that is no outcome.
#[derive(Debug, thiserror::Error)]
#[error("there is no outcome {0:?}")]
pub struct UnknownOutcome(String);

impl TryFrom<String> for Outcome {
    type Error = UnknownOutcome;

    fn try_from(word: String) -> Result<Self, UnknownOutcome> {
        let found = Self::ALL.into_iter().find(|outcome| outcome.as_str() == word);
        found.ok_or(UnknownOutcome(word))
    }
}

impl fmt::Display for Cancellation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Client => "whoever asked for it went away",
            Self::Deadline => "the deadline of what it was part of passed",
            Self::Refused => "refused because the program is shutting down",
            Self::Shutdown => "stopped by the shutdown",
            Self::Abandoned => "dropped before it ended",
        })
    }
}

impl Record {
    /// What happened, in one line.
    #[must_use]
    pub fn message(&self) -> String {
        self.errors.join(": ")
    }
}

mod millis {
    //! Durations as milliseconds.

    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(duration.as_secs_f64() * 1e3)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        let millis = f64::deserialize(deserializer)?;
        Duration::try_from_secs_f64(millis / 1e3).map_err(serde::de::Error::custom)
    }
}

mod optional_millis {
    //! Durations that may be missing, as milliseconds.

    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    #[expect(clippy::ref_option, reason = "the signature that serde asks for")]
    pub(super) fn serialize<S: Serializer>(duration: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
        match duration {
            Some(duration) => super::millis::serialize(duration, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
        let millis = Option::<f64>::deserialize(deserializer)?;
        millis.map(|millis| Duration::try_from_secs_f64(millis / 1e3)).transpose().map_err(serde::de::Error::custom)
    }
}
