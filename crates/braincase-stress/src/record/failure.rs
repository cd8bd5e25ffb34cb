//! Failures: why an operation failed, in words, and which of a few kinds of failure it is.

use std::fmt;

use crate::client::{Ended, Refusal};

/// Why an operation failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What can be counted over time.
    pub kind: Kind,
    /// What happened, in words.
    pub text: String,
}

/// Few enough to be told apart in a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The server said no, with this status.
    Refused(u16),
    /// The server failed, with this status.
    Broken(u16),
    /// No answer came, or one that cannot be read.
    Unanswered,
    /// The answer ended before the turn did.
    Cut,
    /// The turn ended, but not as it should.
    Ended(End),
}

/// How a turn may end otherwise than it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// It failed.
    Failed,
    /// It was called off.
    Cancelled,
    /// The server stopped meanwhile.
    Interrupted,
    /// In a way that nobody knows.
    Unknown,
}

impl Failure {
    /// Of an operation that was not answered as it should.
    #[must_use]
    pub fn refused(operation: &str, refusal: &Refusal) -> Self {
        Self { kind: Kind::of(refusal), text: format!("{operation}: {refusal}") }
    }

    /// Of a turn that ended in another way than done or asked back, which is an error to the user.
    #[must_use]
    pub fn ended(ended: &Ended) -> Option<Self> {
        let end = match ended.status.as_str() {
            "completed" | "clarification" => return None,
            "failed" => End::Failed,
            "cancelled" => End::Cancelled,
            "interrupted" => End::Interrupted,
            _ => End::Unknown,
        };
        let why = ended.error.as_deref().unwrap_or("no reason given");
        Some(Self { kind: Kind::Ended(end), text: format!("turn {}: {why}", ended.status) })
    }
}

impl Kind {
    fn of(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::Rejected { status, .. } => Self::Refused(*status),
            Refusal::Cut { .. } => Self::Cut,
            // A server that fails says so in its status, which such a text begins with.
            Refusal::Indefinite(text) => {
                let status = text.split_once(':').and_then(|(status, _)| status.parse().ok());
                status.filter(|status| (500..600).contains(status)).map_or(Self::Unanswered, Self::Broken)
            }
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(status) => write!(f, "refused ({status})"),
            Self::Broken(status) => write!(f, "server error ({status})"),
            Self::Unanswered => f.write_str("no answer"),
            Self::Cut => f.write_str("cut off"),
            Self::Ended(End::Failed) => f.write_str("turn failed"),
            Self::Ended(End::Cancelled) => f.write_str("turn cancelled"),
            Self::Ended(End::Interrupted) => f.write_str("turn interrupted"),
            Self::Ended(End::Unknown) => f.write_str("unknown end"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_fail_has_its_kind() {
        let kinds = [
            Refusal::Rejected { status: 429, text: "slow down".to_owned() },
            Refusal::Indefinite("502: bad gateway".to_owned()),
            Refusal::Indefinite("connection reset: 104".to_owned()),
            Refusal::Cut { turn_id: "t".to_owned(), why: "gone".to_owned() },
        ]
        .map(|refusal| Failure::refused("turn", &refusal).kind.to_string());
        assert_eq!(kinds, ["refused (429)", "server error (502)", "no answer", "cut off"]);
    }

    #[test]
    fn only_a_turn_that_is_done_or_asks_back_is_no_failure() {
        let kind = |status: &str| {
            let ended = Ended { status: status.to_owned(), ..Ended::default() };
            Failure::ended(&ended).map(|failure| failure.kind.to_string())
        };
        assert_eq!([kind("completed"), kind("clarification")], [None, None]);
        assert_eq!(kind("failed").as_deref(), Some("turn failed"));
        assert_eq!(kind("melted").as_deref(), Some("unknown end"));
    }
}
