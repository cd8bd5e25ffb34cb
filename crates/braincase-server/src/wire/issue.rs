//! What has failed, as those see it who run the server.

use std::str::FromStr;

use braincase_core::{
    ErrorEventId, ProjectId, TenantId, Timestamp, TurnId,
    error_issue::{ErrorEvent, ErrorIssue, IssuePlace, IssueQuery, IssueStatus},
};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::Value;

use super::page::{Page, PageQuery};

/// Which part of the list of issues is asked for.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct IssuesQuery {
    /// Only those with this status: `open`, `resolved` or `regressed`.
    #[schemars(with = "Option<String>")]
    pub status: Option<IssueStatus>,
    /// Only those of this tenant.
    pub tenant: Option<TenantId>,
    /// The most entries, 1 to 200; 50 unless told.
    pub limit: Option<usize>,
    /// The `next_cursor` of the answer before.
    #[schemars(with = "Option<String>")]
    pub cursor: Option<Cursor>,
}

impl IssuesQuery {
    /// What to ask the store for: one entry more than is shown, to learn whether there are more.
    #[must_use]
    pub fn one_more(&self) -> IssueQuery {
        let before = self.cursor.clone().map(|Cursor(place)| place);
        IssueQuery { tenant: self.tenant, status: self.status, limit: self.limit() + 1, before }
    }

    /// What was found, with a cursor if that was not all.
    #[must_use]
    pub fn page(&self, found: Vec<ErrorIssue>) -> Page<Issue> {
        let limit = self.limit();
        let last = found.get(limit - 1).filter(|_| found.len() > limit);
        let next_cursor = last.map(|last| Cursor(last.place()).to_string());
        Page { items: found.into_iter().take(limit).map(Issue::from).collect(), next_cursor }
    }

    fn limit(&self) -> usize {
        PageQuery { limit: self.limit, cursor: None }.limit()
    }
}

/// Whose issue is meant.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OfTenant {
    /// The tenant; the first one unless told.
    pub tenant: Option<TenantId>,
}

impl OfTenant {
    /// The tenant.
    #[must_use]
    pub fn tenant(&self) -> TenantId {
        self.tenant.unwrap_or(TenantId::DEFAULT)
    }
}

/// Where a page ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(IssuePlace);

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let IssuePlace { last_seen, tenant, fingerprint } = &self.0;
        write!(f, "{}.{}.{fingerprint}", last_seen.as_micros(), tenant.as_uuid().simple())
    }
}

impl FromStr for Cursor {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let place = || {
            let (last_seen, rest) = text.split_once('.')?;
            let (tenant, fingerprint) = rest.split_once('.')?;
            let last_seen = Timestamp::from_micros(last_seen.parse().ok()?);
            Some(IssuePlace { last_seen, tenant: tenant.parse().ok()?, fingerprint: fingerprint.to_owned() })
        };
        place().map(Self).ok_or("expected the next_cursor of an answer")
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// All failures of one kind.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Issue {
    /// Names the kind.
    pub fingerprint: String,
    /// Whose data they were about.
    pub tenant_id: TenantId,
    /// `open`, `resolved`, or `regressed` if it has happened again after it was resolved.
    pub status: &'static str,
    /// A stable word for the kind of failure.
    pub code: String,
    /// Which operation fails.
    pub operation: String,
    /// How it ends: `error`, `panic`, `timed_out`, `slow` …
    pub outcome: String,
    /// What happened the last time; empty if all that is known of it went with a deleted project.
    pub message: String,
    /// How many there were.
    pub count: u64,
    /// When the first one happened, RFC 3339.
    pub first_seen: String,
    /// When the last one happened, RFC 3339.
    pub last_seen: String,
    /// When it was last said to be resolved, RFC 3339.
    pub resolved_at: Option<String>,
}

impl From<ErrorIssue> for Issue {
    fn from(issue: ErrorIssue) -> Self {
        Self {
            fingerprint: issue.fingerprint,
            tenant_id: issue.tenant,
            status: issue.status.as_str(),
            code: issue.code,
            operation: issue.operation,
            outcome: issue.outcome,
            message: issue.message,
            count: issue.count,
            first_seen: issue.first_seen.to_string(),
            last_seen: issue.last_seen.to_string(),
            resolved_at: issue.resolved_at.map(|at| at.to_string()),
        }
    }
}

/// All failures of one kind, with the newest of them and the first.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct IssueDetail {
    /// The kind.
    #[serde(flatten)]
    pub issue: Issue,
    /// The newest failures, newest first, and the first of all.
    pub events: Vec<IssueEvent>,
}

impl IssueDetail {
    /// An issue with events of it.
    #[must_use]
    pub fn of(issue: ErrorIssue, events: Vec<ErrorEvent>) -> Self {
        Self { issue: issue.into(), events: events.into_iter().map(IssueEvent::from).collect() }
    }
}

/// One failure.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct IssueEvent {
    /// Its id.
    pub id: ErrorEventId,
    /// The project it was about.
    pub project_id: Option<ProjectId>,
    /// The turn it was about.
    pub turn_id: Option<TurnId>,
    /// What happened.
    pub message: String,
    /// How many failures it stands for.
    pub count: u64,
    /// When, RFC 3339.
    pub at: String,
    /// All that is known of it.
    pub record: Value,
}

impl From<ErrorEvent> for IssueEvent {
    fn from(event: ErrorEvent) -> Self {
        Self {
            id: event.id,
            project_id: event.project,
            turn_id: event.turn,
            message: event.message,
            count: event.count,
            at: event.at.to_string(),
            record: event.record,
        }
    }
}
