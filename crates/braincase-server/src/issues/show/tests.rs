//! What people see of failures.

use braincase_core::{ErrorEventId, TenantId, error_issue::IssueStatus};
use serde_json::json;

use super::*;

fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(1_780_000_000_000_000 + micros)
}

fn of(code: &str, count: u64) -> ErrorIssue {
    ErrorIssue {
        tenant: TenantId::DEFAULT,
        fingerprint: "0123456789abcdef0123456789abcdef".to_owned(),
        code: code.to_owned(),
        operation: "turn".to_owned(),
        outcome: "error".to_owned(),
        message: "it \u{1b}[2Jbroke".to_owned(),
        status: IssueStatus::Open,
        first_seen: at(0),
        last_seen: at(1_500_000),
        count,
        resolved_at: None,
    }
}

fn event(record: serde_json::Value) -> ErrorEvent {
    let ErrorIssue { tenant, fingerprint, code, operation, outcome, message, .. } = of("turn_failed", 1);
    let id = ErrorEventId::from_uuid(uuid::Uuid::from_u128(7));
    let at = at(0);
    ErrorEvent {
        id,
        tenant,
        project: None,
        turn: None,
        fingerprint,
        code,
        operation,
        outcome,
        message,
        count: 2,
        at,
        record,
    }
}

#[test]
fn a_table_lines_up() {
    insta::assert_snapshot!(table(&[of("turn_failed", 7), of("io", 12_345)]), @r"
    fingerprint   status  count  last seen             outcome  operation  code         message
    0123456789ab  open        7  2026-05-28T20:26:41Z  error    turn       turn_failed  it  [2Jbroke
    0123456789ab  open    12345  2026-05-28T20:26:41Z  error    turn       io           it  [2Jbroke
    ");
    assert_eq!(table(&[]), "no failures to show\n");
}

#[test]
fn an_issue_is_shown_with_all_that_is_known_of_its_events() {
    let record = json!({
        "id": uuid::Uuid::from_u128(7), "fingerprint": "0123456789abcdef0123456789abcdef", "code": "turn_failed",
        "operation": "turn", "outcome": "error", "errors": ["the turn failed", "no\nanswer"],
        "location": "src/turn.rs:7:9",
        "context": {
            "project": uuid::Uuid::from_u128(1), "turn": uuid::Uuid::from_u128(2), "request_id": "r-7",
            "trace": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "attempt": 2
        },
        "metadata": [["reason", "brain_unavailable"]],
        "breadcrumbs": [{"at": at(-5), "level": "info", "target": "brain", "message": "asking \u{7}"}],
        "backtrace": "0: one\n1: two", "logged": false, "count": 2, "at": at(0), "duration_ms": 12.5, "late_ms": null
    });
    insta::assert_snapshot!(issue(&of("turn_failed", 7), &[event(record), event(json!({"of": "later"}))]), @r#"
    fingerprint  0123456789abcdef0123456789abcdef
    status       open
    operation    turn
    outcome      error
    code         turn_failed
    count        7
    first seen   2026-05-28T20:26:40.000000Z
    last seen    2026-05-28T20:26:41.500000Z
    tenant       00000000-0000-0000-0000-000000000000

    2026-05-28T20:26:40.000000Z, stands for 2
    event        00000000-0000-0000-0000-000000000007
    error        the turn failed
    because      no answer
    place        src/turn.rs:7:9
    took         12.5ms
    project      00000000-0000-0000-0000-000000000001
    turn         00000000-0000-0000-0000-000000000002
    request      r-7
    trace        0af7651916cd43dd8448eb211c80319c span b7ad6b7169203331
    attempt      2
    fact         reason=brain_unavailable
    before       2026-05-28T20:26:39.999995Z info brain: asking  
    call         0: one
    call         1: two

    2026-05-28T20:26:40.000000Z, stands for 2
    event        00000000-0000-0000-0000-000000000007
    record       {"of":"later"}
    "#);
}
