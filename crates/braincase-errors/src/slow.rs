//! Operations that take longer than they should: told of once in a window with how many and how long at most, and once
//! while one still runs.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use crate::{context::Operation, lock};

/// The most operations with a threshold that are watched while they run; the others are only timed when they end.
const MAX_WATCHED: usize = 10_000;
/// An operation is told of while it runs when it has taken so many times its threshold.
const OVERDUE: u32 = 2;

/// How long operations may take, by name.
#[derive(Debug, Clone)]
pub struct Thresholds {
    by_operation: HashMap<String, Duration>,
    /// How long what is too slow is gathered before it is told.
    pub window: Duration,
}

/// Context build 300 ms, decide 3 s, turn 3 s, image analysis 5 s, commit 100 ms; gathered for a minute.
impl Default for Thresholds {
    fn default() -> Self {
        let millis =
            [("context_build", 300), ("decide", 3_000), ("turn", 3_000), ("image_analysis", 5_000), ("commit", 100)];
        let by_operation = millis.map(|(name, millis)| (name.to_owned(), Duration::from_millis(millis)));
        Self { by_operation: by_operation.into(), window: Duration::from_secs(60) }
    }
}

impl Thresholds {
    /// Sets how long an operation may take; zero takes its threshold away.
    #[must_use]
    pub fn with(mut self, operation: impl Into<String>, threshold: Duration) -> Self {
        match threshold {
            Duration::ZERO => self.by_operation.remove(&operation.into()),
            threshold => self.by_operation.insert(operation.into(), threshold),
        };
        self
    }

    /// How long an operation may take, if there is a limit.
    #[must_use]
    pub fn of(&self, operation: &str) -> Option<Duration> {
        self.by_operation.get(operation).copied()
    }

    /// Every operation that has a threshold, by name.
    #[must_use]
    pub fn list(&self) -> Vec<(&str, Duration)> {
        let mut list: Vec<_> = self.by_operation.iter().map(|(name, threshold)| (name.as_str(), *threshold)).collect();
        list.sort_unstable();
        list
    }
}

/// Sees how long operations take.
#[derive(Debug)]
pub(crate) struct SlowWatch {
    thresholds: Thresholds,
    windows: Mutex<HashMap<&'static str, Window>>,
    running: Mutex<HashMap<u64, Running>>,
    next: AtomicU64,
}

/// What was too slow since the window began.
#[derive(Debug)]
struct Window {
    began: Duration,
    count: u64,
    worst: Duration,
    of: Option<Arc<Operation>>,
    told_running: bool,
}

/// An operation with a threshold that has not ended.
#[derive(Debug, Clone)]
struct Running {
    name: &'static str,
    within: Option<Arc<Operation>>,
    began: Duration,
    threshold: Duration,
    is_told: bool,
}

/// Operations of one name that were too slow.
#[derive(Debug)]
pub(crate) struct TooSlow {
    pub(crate) operation: &'static str,
    pub(crate) within: Option<Arc<Operation>>,
    pub(crate) count: u64,
    pub(crate) worst: Duration,
    pub(crate) threshold: Duration,
    pub(crate) still_runs: bool,
}

/// An operation that is being timed.
#[derive(Debug)]
pub(crate) struct Timed {
    name: &'static str,
    within: Option<Arc<Operation>>,
    began: Duration,
    threshold: Duration,
    /// Zero if there was no room to watch it.
    key: u64,
}

impl SlowWatch {
    pub(crate) fn new(thresholds: Thresholds) -> Self {
        Self { thresholds, windows: Mutex::default(), running: Mutex::default(), next: AtomicU64::new(1) }
    }

    /// Begins to time an operation, if it has a threshold.
    pub(crate) fn begin(&self, name: &'static str, within: Option<Arc<Operation>>, now: Duration) -> Option<Timed> {
        let threshold = self.thresholds.of(name)?;
        let entry = Running { name, within: within.clone(), began: now, threshold, is_told: false };
        let mut running = lock(&self.running);
        let key = if running.len() < MAX_WATCHED { self.next.fetch_add(1, Ordering::Relaxed) } else { 0 };
        if key != 0 {
            running.insert(key, entry);
        }
        Some(Timed { name, within, began: now, threshold, key })
    }

    /// Notes how long it took.
    pub(crate) fn end(&self, timed: Timed, now: Duration) {
        lock(&self.running).remove(&timed.key);
        let took = now.saturating_sub(timed.began);
        if took > timed.threshold {
            let mut windows = lock(&self.windows);
            let window = windows.entry(timed.name).or_insert_with(|| Window::new(now));
            window.count += 1;
            if took > window.worst {
                (window.worst, window.of) = (took, timed.within);
            }
        }
    }

    /// Takes out the windows that are over, or all of them, and what has run for too long without having been told.
    pub(crate) fn sweep(&self, now: Duration, all: bool) -> Vec<TooSlow> {
        let mut found = self.overdue(now);
        lock(&self.windows).retain(|name, window| {
            let is_over = all || now.saturating_sub(window.began) >= self.thresholds.window;
            if is_over && window.count > 0 {
                found.push(TooSlow {
                    operation: name,
                    within: window.of.take(),
                    count: window.count,
                    worst: window.worst,
                    threshold: self.thresholds.of(name).unwrap_or_default(),
                    still_runs: false,
                });
            }
            !is_over
        });
        found
    }

    /// The first of each name in a window that is overdue.
    fn overdue(&self, now: Duration) -> Vec<TooSlow> {
        let mut late: Vec<Running> = Vec::new();
        for entry in lock(&self.running).values_mut() {
            if !entry.is_told && now.saturating_sub(entry.began) > entry.threshold * OVERDUE {
                entry.is_told = true;
                late.push(entry.clone());
            }
        }
        let mut windows = lock(&self.windows);
        late.sort_by_key(|entry| entry.began);
        late.retain(|entry| {
            !std::mem::replace(&mut windows.entry(entry.name).or_insert_with(|| Window::new(now)).told_running, true)
        });
        late.into_iter().map(|entry| entry.still_runs(now)).collect()
    }
}

impl Window {
    fn new(now: Duration) -> Self {
        Self { began: now, count: 0, worst: Duration::ZERO, of: None, told_running: false }
    }
}

impl Running {
    fn still_runs(self, now: Duration) -> TooSlow {
        let worst = now.saturating_sub(self.began);
        let Self { name: operation, within, threshold, .. } = self;
        TooSlow { operation, within, count: 1, worst, threshold, still_runs: true }
    }
}
