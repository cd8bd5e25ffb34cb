//! Failures as the store files them: each is an event, and events of one kind are an issue that a person can resolve.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::{ErrorEventId, ProjectId, TenantId, Timestamp, TurnId, store::StoreError};

/// The most bytes of a message.
const MAX_MESSAGE: usize = 512;

/// One failure that was recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct ErrorEvent {
    /// Names it, so that it is filed once however often it comes.
    pub id: ErrorEventId,
    /// Whose data it was about.
    pub tenant: TenantId,
    /// The project it was about.
    pub project: Option<ProjectId>,
    /// The turn it was about.
    pub turn: Option<TurnId>,
    /// Which failures it is one of: 32 hexadecimal digits.
    pub fingerprint: String,
    /// A stable word for the kind of failure.
    pub code: String,
    /// Which operation failed.
    pub operation: String,
    /// How it ended, in a stable word.
    pub outcome: String,
    /// What happened, in one line, see [`one_line`].
    pub message: String,
    /// How many failures it stands for.
    pub count: u64,
    /// When.
    pub at: Timestamp,
    /// All that is known of it.
    pub record: serde_json::Value,
}

/// All failures of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorIssue {
    /// Whose data they were about.
    pub tenant: TenantId,
    /// Names the kind: 32 hexadecimal digits.
    pub fingerprint: String,
    /// A stable word for the kind of failure.
    pub code: String,
    /// Which operation fails.
    pub operation: String,
    /// How it ends, in a stable word.
    pub outcome: String,
    /// What happened the last time; empty if all that is known of it went with the projects that it was about.
    pub message: String,
    /// Whether somebody has to look at it.
    pub status: IssueStatus,
    /// When the first one happened.
    pub first_seen: Timestamp,
    /// When the last one happened.
    pub last_seen: Timestamp,
    /// How many there were.
    pub count: u64,
    /// When somebody last said that it is resolved.
    pub resolved_at: Option<Timestamp>,
}

/// Whether somebody has to look at an issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IssueStatus {
    /// Yes.
    Open,
    /// No: somebody has said that it will not happen again.
    Resolved,
    /// Yes: it has happened again after somebody had said that it would not.
    Regressed,
}

impl IssueStatus {
    /// A stable word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Resolved => "resolved",
            Self::Regressed => "regressed",
        }
    }
}

/// Which issues to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IssueQuery {
    /// Only those of this tenant.
    pub tenant: Option<TenantId>,
    /// Only those with this status.
    pub status: Option<IssueStatus>,
    /// The most to list.
    pub limit: usize,
    /// Only those after this one.
    pub before: Option<IssuePlace>,
}

/// Where an issue stands in the list: by when it was last seen, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuePlace {
    /// When it was last seen.
    pub last_seen: Timestamp,
    /// Whose it is.
    pub tenant: TenantId,
    /// Which it is.
    pub fingerprint: String,
}

impl ErrorIssue {
    /// Where it stands in the list.
    #[must_use]
    pub fn place(&self) -> IssuePlace {
        IssuePlace { last_seen: self.last_seen, tenant: self.tenant, fingerprint: self.fingerprint.clone() }
    }
}

/// Where failures are filed. What it keeps is bounded: of each issue the first event and the newest ones, of all issues
/// those that were last seen.
#[async_trait]
pub trait ErrorStore: Send + Sync + std::fmt::Debug {
    /// Files events, all or none; returns how many of them were new. Those that were filed before change nothing, in
    /// whatever order they come.
    async fn file_errors(&self, events: &[ErrorEvent]) -> Result<u64, StoreError>;
    /// Issues, those that were seen last first.
    async fn list_error_issues(&self, query: &IssueQuery) -> Result<Vec<ErrorIssue>, StoreError>;
    /// One issue.
    async fn load_error_issue(&self, tenant: TenantId, fingerprint: &str) -> Result<Option<ErrorIssue>, StoreError>;
    /// What is kept of the events of an issue, newest first, at most `limit`.
    async fn error_events(
        &self,
        tenant: TenantId,
        fingerprint: &str,
        limit: usize,
    ) -> Result<Vec<ErrorEvent>, StoreError>;
    /// Says that an issue is resolved, as far as it is known; `false` if there is no such issue.
    async fn resolve_error_issue(&self, tenant: TenantId, fingerprint: &str, at: Timestamp)
    -> Result<bool, StoreError>;
}

/// A text in one line of bounded length, without control characters.
#[must_use]
pub fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len().min(MAX_MESSAGE));
    for c in text.chars() {
        if line.len() + c.len_utf8() > MAX_MESSAGE - '…'.len_utf8() {
            line.push('…');
            break;
        }
        line.push(if c.is_control() { ' ' } else { c });
    }
    line
}

#[cfg(test)]
mod tests {
    use super::{MAX_MESSAGE, one_line};

    #[test]
    fn a_message_is_one_bounded_line_that_cannot_move_a_terminals_cursor() {
        assert_eq!(one_line("a\nb\u{1b}[2Jc"), "a b [2Jc");

        let long = one_line(&"ü".repeat(MAX_MESSAGE));

        assert!(long.len() <= MAX_MESSAGE && long.ends_with("ü…"), "{long}");
    }
}
