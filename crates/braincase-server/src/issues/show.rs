//! Failures as text for people. What they hold may come from anywhere, so nothing of it can move the cursor.

use std::fmt::{self, Display, Write as _};

use braincase_core::{
    Timestamp,
    error_issue::{ErrorEvent, ErrorIssue},
};
use braincase_errors::{Context, Record};

/// As much of a fingerprint as tells it from others, as a rule.
const SHORT: usize = 12;

/// Issues, one a line.
pub(super) fn table(issues: &[ErrorIssue]) -> String {
    if issues.is_empty() {
        return "no failures to show\n".to_owned();
    }
    let head = ["fingerprint", "status", "count", "last seen", "outcome", "operation", "code", "message"];
    let mut rows = vec![head.map(str::to_owned)];
    rows.extend(issues.iter().map(row));
    let widths: Vec<usize> = (0..head.len()).map(|column| width(&rows, column)).collect();
    rows.iter().map(|row| line(row, &widths)).collect()
}

fn row(issue: &ErrorIssue) -> [String; 8] {
    [
        issue.fingerprint.chars().take(SHORT).collect(),
        issue.status.as_str().to_owned(),
        issue.count.to_string(),
        seconds(issue.last_seen),
        clean(&issue.outcome),
        clean(&issue.operation),
        clean(&issue.code),
        clean(&issue.message),
    ]
}

fn width(rows: &[[String; 8]], column: usize) -> usize {
    rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()
}

/// Numbers stand at the right, the last column is as long as it is.
fn line(row: &[String; 8], widths: &[usize]) -> String {
    let mut line = String::new();
    for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
        match column {
            2 => put(&mut line, format_args!("{cell:>width$}  ")),
            _ => put(&mut line, format_args!("{cell:<width$}  ")),
        }
    }
    line.truncate(line.trim_end().len());
    line + "\n"
}

/// One issue with what is kept of its events.
pub(super) fn issue(issue: &ErrorIssue, events: &[ErrorEvent]) -> String {
    let mut text = String::new();
    fact(&mut text, "fingerprint", &issue.fingerprint);
    fact(&mut text, "status", issue.status.as_str());
    fact(&mut text, "operation", clean(&issue.operation));
    fact(&mut text, "outcome", clean(&issue.outcome));
    fact(&mut text, "code", clean(&issue.code));
    fact(&mut text, "count", issue.count);
    fact(&mut text, "first seen", issue.first_seen);
    fact(&mut text, "last seen", issue.last_seen);
    if let Some(at) = issue.resolved_at {
        fact(&mut text, "resolved at", at);
    }
    fact(&mut text, "tenant", issue.tenant);
    for event in events {
        put(&mut text, format_args!("\n{}, stands for {}\n", event.at, event.count));
        fact(&mut text, "event", event.id);
        match serde_json::from_value::<Record>(event.record.clone()) {
            Ok(known) => record(&mut text, &known),
            // Of another version of this program.
            Err(_) => fact(&mut text, "record", &event.record),
        }
    }
    text
}

fn record(text: &mut String, record: &Record) {
    for (place, error) in record.errors.iter().enumerate() {
        fact(text, if place == 0 { "error" } else { "because" }, clean(error));
    }
    if let Some(location) = &record.location {
        fact(text, "place", clean(location));
    }
    fact(text, "took", format_args!("{:?}", record.duration));
    if let Some(late) = record.late {
        fact(text, "late", format_args!("{late:?} after its request had ended"));
    }
    context(text, &record.context);
    for (name, value) in &record.metadata {
        fact(text, "fact", format_args!("{}={}", clean(name), clean(value)));
    }
    for crumb in &record.breadcrumbs {
        let (level, target, message) = (clean(&crumb.level), clean(&crumb.target), clean(&crumb.message));
        fact(text, "before", format_args!("{} {level} {target}: {message}", crumb.at));
    }
    for call in record.backtrace.iter().flat_map(|calls| calls.lines()) {
        fact(text, "call", clean(call));
    }
}

fn context(text: &mut String, context: &Context) {
    let Context { tenant: _, project, user, turn, image, request_id, trace, attempt } = context;
    if let Some(project) = project {
        fact(text, "project", project);
    }
    if let Some(turn) = turn {
        fact(text, "turn", turn);
    }
    if let Some(image) = image {
        fact(text, "image", image);
    }
    if let Some(user) = user {
        fact(text, "user", clean(user));
    }
    if let Some(request) = request_id {
        fact(text, "request", clean(request));
    }
    if let Some(trace) = trace {
        fact(text, "trace", format_args!("{} span {}", trace.trace_id(), trace.span_id()));
    }
    if let Some(attempt) = attempt {
        fact(text, "attempt", attempt);
    }
}

fn fact(text: &mut String, name: &str, value: impl Display) {
    put(text, format_args!("{name:<12} {value}\n"));
}

/// Writing to a string cannot fail unless a value cannot be shown; then it is left out.
fn put(text: &mut String, what: fmt::Arguments<'_>) {
    let _ = text.write_fmt(what);
}

fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Without what is smaller than a second.
fn seconds(at: Timestamp) -> String {
    let text = at.to_string();
    text.split('.').next().map(|whole| format!("{}Z", whole.trim_end_matches('Z'))).unwrap_or(text)
}

#[cfg(test)]
mod tests;
