//! Afterwards: when the load is gone, the server holds no more requests, streams, tasks and descriptors than before it.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::{Audit, Rule, Violation};
use crate::{client::Api, metrics::Page, plan::Lane, sample};

/// Connections of the database and of the provider that stay open for the next request.
const SLACK_DESCRIPTORS: u64 = 40;
const PAUSE: Duration = Duration::from_millis(100);

/// What a server holds at some moment; nothing where it cannot be seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Holdings {
    /// Requests that it works on.
    pub requests: Option<u64>,
    /// Open event streams.
    pub streams: Option<u64>,
    /// Tasks.
    pub tasks: Option<u64>,
    /// Analyses that run or wait.
    pub analyses: Option<u64>,
    /// File descriptors.
    pub descriptors: Option<u64>,
}

impl Holdings {
    /// What a server holds now.
    pub async fn of(api: &Api, pid: Option<u32>) -> Self {
        let page = api.metrics().await.unwrap_or_default();
        let gauge = |name| Page(&page).sum(name, &[]).map(|value| value as u64);
        Self {
            requests: gauge("braincase_http_requests_running"),
            streams: gauge("braincase_event_streams_open"),
            tasks: gauge("braincase_tasks_running"),
            analyses: gauge("braincase_analyses_running"),
            descriptors: pid.and_then(sample::memory_of).map(|memory| memory.descriptors),
        }
    }

    /// What is more than before, each in a sentence.
    fn left(&self, before: &Self) -> Vec<String> {
        let rows = [
            ("requests", self.requests, before.requests, 0),
            ("event streams", self.streams, before.streams, 0),
            ("tasks", self.tasks, before.tasks, 0),
            ("image analyses", self.analyses, before.analyses, 0),
            ("file descriptors", self.descriptors, before.descriptors, SLACK_DESCRIPTORS),
        ];
        let is_left = |(what, now, before, slack): (&str, Option<u64>, Option<u64>, u64)| {
            let (now, before) = now.zip(before)?;
            (now > before + slack).then(|| format!("{now} {what} are left, before the load there were {before}"))
        };
        rows.into_iter().filter_map(is_left).collect()
    }
}

/// Waits, as long as `patience` lasts, until the server holds what it held before; what it still holds too much of then is a
/// violation.
pub async fn audit(lane: Lane, api: &Api, pid: Option<u32>, before: &Holdings, patience: Duration) -> Audit {
    let mut audit = Audit::default();
    if *before == Holdings::default() {
        audit.unchecked.push(format!("what {} has running cannot be seen", lane.as_str()));
        return audit;
    }
    audit.checked.drained = 1;
    let deadline = Instant::now() + patience;
    loop {
        let left = Holdings::of(api, pid).await.left(before);
        if left.is_empty() {
            return audit;
        }
        if Instant::now() > deadline {
            let found = left.into_iter().map(|detail| Violation::general(lane, Rule::Drained, detail));
            audit.violations.extend(found);
            return audit;
        }
        sleep(PAUSE).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_more_than_before_is_named() {
        let before = Holdings { tasks: Some(5), descriptors: Some(30), streams: Some(0), ..Holdings::default() };
        let after = Holdings { tasks: Some(5), descriptors: Some(70), streams: Some(0), ..Holdings::default() };
        assert_eq!(after.left(&before), Vec::<String>::new());
        let after = Holdings { tasks: Some(6), descriptors: Some(71), streams: None, ..after };
        let left = [
            "6 tasks are left, before the load there were 5",
            "71 file descriptors are left, before the load there were 30",
        ];
        assert_eq!(after.left(&before), left);
    }
}
