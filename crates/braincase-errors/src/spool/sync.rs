//! Brings what was written to the disk, on a thread of its own: at most every second, or at once when it is urgent.

use std::{
    fs::File,
    path::PathBuf,
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use crate::lock;

use super::{SpoolError, Urgency};

/// How long written bytes may wait for the disk.
const INTERVAL: Duration = Duration::from_secs(1);
/// How many files and folders may wait; with more, a disk that hangs would let open files pile up.
const MAX_WAITING: usize = 32;
/// How long the last sync may take when the spool is closed.
const FAREWELL: Duration = Duration::from_millis(500);

/// A segment file that is written to.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) file: File,
    /// It waits for the disk already.
    waits: AtomicBool,
}

impl Written {
    pub(super) const fn new(file: File) -> Self {
        Self { file, waits: AtomicBool::new(false) }
    }
}

/// The one end of the thread; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct Syncer {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    files: Vec<Arc<Written>>,
    folders: Vec<PathBuf>,
    urgent: bool,
    closing: bool,
    ended: bool,
}

impl Syncer {
    pub(super) fn start() -> Result<Arc<Self>, SpoolError> {
        let inner = Arc::new(Inner::default());
        let theirs = inner.clone();
        let thread = thread::Builder::new().name("braincase-spool".to_owned());
        let started = thread.spawn(move || theirs.run());
        started.map_err(SpoolError::io("start a thread for", "the spool".as_ref()))?;
        Ok(Arc::new(Self { inner }))
    }

    pub(super) fn written(&self, written: &Arc<Written>, urgency: Urgency) {
        let waited = written.waits.swap(true, Ordering::AcqRel);
        if waited && urgency == Urgency::Soon {
            return;
        }
        let mut state = lock(&self.inner.state);
        if !waited && state.files.len() < MAX_WAITING {
            state.files.push(written.clone());
        } else if !waited {
            written.waits.store(false, Ordering::Release);
        }
        state.urgent |= urgency == Urgency::Now;
        self.inner.changed.notify_one();
    }

    /// The folder has a new entry.
    pub(super) fn entered(&self, folder: PathBuf) {
        let mut state = lock(&self.inner.state);
        if !state.folders.contains(&folder) && state.folders.len() < MAX_WAITING {
            state.folders.push(folder);
        }
    }
}

impl Drop for Syncer {
    fn drop(&mut self) {
        let mut state = lock(&self.inner.state);
        state.closing = true;
        self.inner.changed.notify_all();
        // A disk that hangs keeps the thread, and nobody else.
        drop(self.inner.changed.wait_timeout_while(state, FAREWELL, |state| !state.ended));
    }
}

impl Inner {
    fn run(&self) {
        while let Some((files, folders)) = self.next() {
            for written in files {
                // Before the sync: what is written during it asks for the next one.
                written.waits.store(false, Ordering::Release);
                count(&written.file.sync_data());
            }
            for folder in folders {
                count(&File::open(folder).and_then(|folder| folder.sync_all()));
            }
        }
        lock(&self.state).ended = true;
        self.changed.notify_all();
    }

    /// What is to be synced next, when it is time; `None` when all is done and the spool is closed.
    fn next(&self) -> Option<(Vec<Arc<Written>>, Vec<PathBuf>)> {
        let idle = |state: &mut State| state.files.is_empty() && !state.closing;
        let calm = |state: &mut State| !state.urgent && !state.closing;
        let waited = self.changed.wait_while(lock(&self.state), idle).unwrap_or_else(PoisonError::into_inner);
        let (mut state, _) =
            self.changed.wait_timeout_while(waited, INTERVAL, calm).unwrap_or_else(PoisonError::into_inner);
        if state.files.is_empty() && state.closing {
            return None;
        }
        state.urgent = false;
        Some((std::mem::take(&mut state.files), std::mem::take(&mut state.folders)))
    }
}

/// A sync that fails changes nothing here: the bytes are in the page cache, and the next failure will be counted, too.
fn count(synced: &std::io::Result<()>) {
    let outcome = if synced.is_ok() { "ok" } else { "failed" };
    metrics::counter!("braincase_spool_syncs_total", "outcome" => outcome).increment(1);
}
