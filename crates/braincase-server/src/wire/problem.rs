//! Errors as clients see them.

use schemars::JsonSchema;
use serde::Serialize;

/// An RFC 9457 problem document.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub struct ProblemBody {
    /// Names the kind of problem.
    pub r#type: String,
    /// The status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// A stable word for the kind of problem.
    pub code: String,
    /// What was wrong and what is expected.
    pub detail: String,
    /// The path of the field that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Finds the request in the server's log.
    pub request_id: String,
}
