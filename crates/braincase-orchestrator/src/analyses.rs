//! The analyses that are running: one per content and tenant, however many ask for it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use braincase_core::{ContentHash, TenantId};
use tokio::sync::{Semaphore, watch};

/// The most analyses that run at once; more of them wait.
const MAX_RUNNING: usize = 16;
/// The most analyses that run or wait; more than that are taken up when somebody asks again or the server restarts.
const MAX_WAITING: usize = 4_096;

type Key = (TenantId, ContentHash);

/// The analyses that run or wait in this process.
#[derive(Debug, Clone)]
pub(crate) struct Analyses {
    known: Arc<Mutex<HashMap<Key, watch::Receiver<()>>>>,
    slots: Arc<Semaphore>,
}

impl Default for Analyses {
    fn default() -> Self {
        Self { known: Arc::default(), slots: Arc::new(Semaphore::new(MAX_RUNNING)) }
    }
}

/// How it went to ask for an analysis.
#[derive(Debug)]
pub(crate) enum Asked {
    /// Nobody had asked before: whoever gets this has to run it.
    First(Ticket),
    /// It is on its way; the channel closes when it has ended.
    Running(watch::Receiver<()>),
    /// Too many are waiting.
    Full,
}

impl Analyses {
    /// Asks for the analysis of some content.
    pub(crate) fn ask(&self, key: Key) -> Asked {
        let mut known = self.lock();
        if let Some(ended) = known.get(&key) {
            return Asked::Running(ended.clone());
        }
        if known.len() >= MAX_WAITING {
            return Asked::Full;
        }
        let (sender, ended) = watch::channel(());
        known.insert(key, ended.clone());
        Asked::First(Ticket { analyses: self.clone(), key, ended, _sender: sender })
    }

    /// How many run or wait.
    pub(crate) fn count(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, watch::Receiver<()>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right and duty to run an analysis. Those who wait for it go on when it is dropped.
#[derive(Debug)]
pub(crate) struct Ticket {
    analyses: Analyses,
    key: Key,
    ended: watch::Receiver<()>,
    _sender: watch::Sender<()>,
}

impl Ticket {
    /// Closes when the analysis has ended.
    pub(crate) fn ended(&self) -> watch::Receiver<()> {
        self.ended.clone()
    }

    /// Waits until the analysis may start.
    pub(crate) async fn slot(&self) -> Option<tokio::sync::OwnedSemaphorePermit> {
        Arc::clone(&self.analyses.slots).acquire_owned().await.ok()
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.analyses.lock().remove(&self.key);
    }
}
