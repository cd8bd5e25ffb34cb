//! Keeps payloads in a folder until everybody who wants them has read them, whatever happens to the process meanwhile.

mod error;
mod frame;
mod home;
mod lane;
mod position;
mod reader;
mod scan;
mod segment;
mod sink;
mod sync;

use std::{
    collections::BTreeSet,
    fmt,
    path::{Path, PathBuf},
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::sync::Notify;

use crate::lock;

pub use error::SpoolError;
pub use reader::{Batch, Frame, Reader, ReaderStats};
pub use sink::SpoolSink;

use home::Home;
use lane::LaneLog;
use sync::Syncer;

/// What a payload is, as far as the spool cares: each lane has its own bound, so that neither pushes out the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// Something broke. Read first.
    Errors,
    /// Something worth knowing: cancellations, slow operations.
    Notices,
}

impl Lane {
    /// Both, in the order in which they are read.
    pub const ALL: [Self; 2] = [Self::Errors, Self::Notices];

    /// A stable word for it; also the name of its folder.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Errors => "errors",
            Self::Notices => "notices",
        }
    }
}

/// How much the spool keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// The most bytes on disk of each lane; when there is more, its oldest segment goes.
    pub lane_bytes: u64,
    /// The most bytes of one segment file: what goes at once.
    pub segment_bytes: u64,
}

impl Default for Bounds {
    /// 16 MiB a lane, in segments of 1 MiB.
    fn default() -> Self {
        Self { lane_bytes: 16 << 20, segment_bytes: 1 << 20 }
    }
}

impl Bounds {
    /// So that a segment takes the longest payload, and one can go while another is written.
    fn check(self) -> Result<Self, SpoolError> {
        let Self { lane_bytes, segment_bytes } = self;
        let least = (frame::HEADER + frame::MAX_PAYLOAD) as u64;
        if (least..=64 << 20).contains(&segment_bytes) && lane_bytes / 2 >= segment_bytes {
            return Ok(self);
        }
        Err(SpoolError::Bounds { lane_bytes, segment_bytes, least })
    }
}

/// What a lane holds and what has become of what it got, since it was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LaneStats {
    /// Payloads that were taken.
    pub appended: u64,
    /// Payloads that were refused with an error.
    pub refused: u64,
    /// Payloads that went because there was no room for newer ones, read or not.
    pub evicted: u64,
    /// Bytes on disk now.
    pub bytes: u64,
    /// Bytes at the end of the lane that nobody could have read any more when it was opened: a torn write.
    pub cut_bytes: u64,
}

/// A bounded queue of payloads on disk. What [`Spool::append`] has taken outlives the process, even if it is killed at
/// once; what was taken in the last second may be lost with the machine. Cheap to clone.
#[derive(Clone)]
pub struct Spool {
    shared: Arc<Shared>,
}

struct Shared {
    home: Arc<Home>,
    lanes: [LaneLog; 2],
    arrivals: Arrivals,
    readers: Mutex<BTreeSet<String>>,
}

impl Spool {
    /// Opens the spool in a folder, which is made if it is not there. What was torn is cut off.
    ///
    /// # Errors
    /// [`SpoolError::InUse`] if somebody has it open, [`SpoolError::Bounds`], or [`SpoolError::Io`].
    pub fn open(dir: impl Into<PathBuf>, bounds: Bounds) -> Result<Self, SpoolError> {
        let bounds = bounds.check()?;
        let home = Arc::new(Home::open(dir.into())?);
        let syncer = Syncer::start()?;
        let positions = position::load_all(&home.readers_dir());
        let lane = |lane| LaneLog::open(lane, home.clone(), bounds, syncer.clone(), &positions);
        let lanes = [lane(Lane::Errors)?, lane(Lane::Notices)?];
        let shared = Shared { home, lanes, arrivals: Arrivals::default(), readers: Mutex::default() };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// The folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        self.shared.home.dir()
    }

    /// Takes a payload with one write to the page cache. Oldest segments go as needed; nothing is waited for, and
    /// nothing else is lost if it fails. It may be tried again with the next payload.
    ///
    /// # Errors
    /// [`SpoolError::Payload`] if it is empty or longer than 256 KiB, [`SpoolError::Io`] if the disk is full, read-only
    /// or gone. Both are counted.
    pub fn append(&self, lane: Lane, payload: &[u8]) -> Result<(), SpoolError> {
        self.shared.append(lane, payload, Urgency::Soon)
    }

    /// Like [`Spool::append`], and another thread brings it to the disk at once instead of within a second.
    ///
    /// # Errors
    /// As for [`Spool::append`].
    pub fn append_urgent(&self, lane: Lane, payload: &[u8]) -> Result<(), SpoolError> {
        self.shared.append(lane, payload, Urgency::Now)
    }

    /// The reader of this name, where it stopped the last time. A new one begins with the oldest that is there; so make
    /// all readers before the first of them reads, because what all have read is deleted.
    ///
    /// # Errors
    /// [`SpoolError::Reader`] if it is in use already, or the name is not 1 to 32 of `a-z`, `0-9`, `_` and `-`.
    pub fn reader(&self, name: &str) -> Result<Reader, SpoolError> {
        Reader::open(self.shared.clone(), name)
    }

    /// What a lane holds.
    #[must_use]
    pub fn stats(&self, lane: Lane) -> LaneStats {
        self.shared.lane(lane).stats()
    }
}

impl fmt::Debug for Spool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spool").field("dir", &self.dir()).finish_non_exhaustive()
    }
}

/// How soon a payload must be safe from a loss of power.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Urgency {
    /// Within a second.
    Soon,
    /// As soon as possible.
    Now,
}

impl Shared {
    fn lane(&self, lane: Lane) -> &LaneLog {
        &self.lanes[lane as usize]
    }

    fn append(&self, lane: Lane, payload: &[u8], urgency: Urgency) -> Result<(), SpoolError> {
        self.lane(lane).append(payload, urgency)?;
        self.arrivals.announce();
        Ok(())
    }
}

/// Wakes those who wait for payloads.
#[derive(Debug, Default)]
struct Arrivals {
    /// How many threads are blocked; most of the time nobody, and then nothing is locked.
    waiting: AtomicUsize,
    lock: Mutex<()>,
    came: Condvar,
    notify: Notify,
}

impl Arrivals {
    fn announce(&self) {
        self.notify.notify_waiters();
        if self.waiting.load(Ordering::SeqCst) > 0 {
            // Whoever has counted itself and found nothing either holds the lock or waits already.
            drop(lock(&self.lock));
            self.came.notify_all();
        }
    }

    fn wait(&self, limit: Duration, is_there: impl Fn() -> bool) -> bool {
        let guard = lock(&self.lock);
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let waited = self.came.wait_timeout_while(guard, limit, |()| !is_there());
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        drop(waited);
        is_there()
    }
}
