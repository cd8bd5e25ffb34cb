//! Reads what is in the spool at its own pace, and knows after a restart how far it had come.

use std::{fmt, sync::Arc, time::Duration};

use crate::lock;

use super::{
    Lane, Shared, SpoolError,
    lane::Spot,
    position::{self, Position},
    scan::{Head, Place, Room, head},
};

/// About how many bytes of payload a batch may have; the last one may go beyond.
const BATCH_BYTES: usize = 1 << 20;

/// One payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Where it came from.
    pub lane: Lane,
    /// Its number in the lane; rises by one.
    pub number: u64,
    /// What was appended.
    pub payload: Vec<u8>,
}

/// Payloads that were read and wait for [`Reader::advance`].
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct Batch {
    /// The payloads: errors before notices, each oldest first.
    pub frames: Vec<Frame>,
    ends: [Option<Place>; 2],
}

impl Batch {
    /// Whether there was nothing to read.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }
}

/// What a reader has come past since it was opened. All that was appended is one of these, or still to be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReaderStats {
    /// Payloads that were read, up to the last [`Reader::advance`].
    pub read: u64,
    /// Payloads that went before they were read because there was no room for them.
    pub evicted: u64,
    /// Payloads that were damaged on the disk, or came after such a one in the same segment.
    pub damaged: u64,
}

/// A place of its own in the spool. Nobody else can open a reader of its name meanwhile.
pub struct Reader {
    shared: Arc<Shared>,
    name: String,
    places: [Place; 2],
    /// What its file says.
    kept: Option<Position>,
    stats: ReaderStats,
}

impl Reader {
    pub(super) fn open(shared: Arc<Shared>, name: &str) -> Result<Self, SpoolError> {
        let refuse = |reason| SpoolError::Reader { name: name.to_owned(), reason };
        if !position::is_name(name) {
            return Err(refuse("a name is 1 to 32 of a-z, 0-9, _ and -"));
        }
        if !lock(&shared.readers).insert(name.to_owned()) {
            return Err(refuse("it is in use already"));
        }
        let places = Lane::ALL.map(|lane| Place { next: shared.lane(lane).enter(name), at: None });
        let mut reader = Self { shared, name: name.to_owned(), places, kept: None, stats: ReaderStats::default() };
        // So that what goes before it has read anything is counted, even after a restart. If the disk is full just now,
        // the first batch tries again.
        let _ = reader.keep();
        Ok(reader)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Reads on: at most so many payloads, and about 1 MiB of them. The same come again until [`Reader::advance`] is
    /// called. What is gone or damaged is passed over and counted.
    ///
    /// # Errors
    /// [`SpoolError::Io`] if a file cannot be read; it may be tried again later.
    pub fn next(&mut self, max: usize) -> Result<Batch, SpoolError> {
        let mut batch = Batch::default();
        let mut room = Room { frames: max, bytes: BATCH_BYTES };
        for lane in Lane::ALL {
            self.read_lane(lane, &mut room, &mut batch)?;
        }
        Ok(batch)
    }

    /// Goes past a batch, here and on disk.
    ///
    /// # Errors
    /// [`SpoolError::Io`] if the position cannot be kept: it holds for this reader, but after a restart the batch comes
    /// again.
    #[expect(clippy::needless_pass_by_value, reason = "a batch that was gone past must not be gone past again")]
    pub fn advance(&mut self, batch: Batch) -> Result<(), SpoolError> {
        let is_fresh = |frame: &&Frame| frame.number >= self.places[frame.lane as usize].next;
        self.stats.read += batch.frames.iter().filter(is_fresh).count() as u64;
        for (place, end) in self.places.iter_mut().zip(batch.ends) {
            // A batch that was read twice is gone past once.
            *place = end.filter(|end| end.next > place.next).unwrap_or(*place);
        }
        let kept = self.keep();
        // Even if it was not kept: where a disk is full, room is what is needed.
        for lane in Lane::ALL {
            self.shared.lane(lane).pass(&self.name, self.places[lane as usize].next);
        }
        kept
    }

    /// What has become of what was appended.
    #[must_use]
    pub const fn stats(&self) -> ReaderStats {
        self.stats
    }

    /// How many payloads are still to be read, or gone without having been read.
    #[must_use]
    pub fn behind(&self) -> u64 {
        Lane::ALL
            .into_iter()
            .map(|lane| self.shared.lane(lane).next().saturating_sub(self.places[lane as usize].next))
            .sum()
    }

    /// Blocks until there is something to read, at most so long; says whether there is.
    #[must_use]
    pub fn wait_for_more(&self, limit: Duration) -> bool {
        self.shared.arrivals.wait(limit, || self.behind() > 0)
    }

    /// Waits until there is something to read.
    pub async fn more(&self) {
        loop {
            let mut arrival = std::pin::pin!(self.shared.arrivals.notify.notified());
            arrival.as_mut().enable();
            if self.behind() > 0 {
                return;
            }
            arrival.await;
        }
    }

    fn keep(&mut self) -> Result<(), SpoolError> {
        let position = self.places.map(|place| place.next);
        if self.kept != Some(position) {
            position::save(&self.shared.home.readers_dir(), &self.name, position)?;
            self.kept = Some(position);
        }
        Ok(())
    }

    fn read_lane(&mut self, lane: Lane, room: &mut Room, batch: &mut Batch) -> Result<(), SpoolError> {
        let mut place = self.places[lane as usize];
        while room.is_left() {
            match head(self.shared.lane(lane), lane, place, room)? {
                Head::Nothing => break,
                Head::Frames(frames, end) => {
                    batch.frames.extend(frames);
                    batch.ends[lane as usize] = Some(end);
                    place = end;
                }
                // Only at the very beginning: what lies behind a batch is passed over when the batch was.
                Head::Lost { .. } if batch.ends[lane as usize].is_some() => break,
                Head::Lost { end } => {
                    self.lose(lane, place.next, end.next);
                    place = end;
                    self.places[lane as usize] = place;
                }
            }
        }
        Ok(())
    }

    /// Counts what is lost: as evicted where the segments are gone, as damaged where they are there.
    fn lose(&mut self, lane: Lane, from: u64, until: u64) {
        match self.shared.lane(lane).find(from) {
            Spot::Gone { .. } => self.stats.evicted += until - from,
            Spot::In { .. } | Spot::Ahead => self.stats.damaged += until - from,
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // What was passed over since the last batch. If it cannot be kept, it is passed over again.
        let _ = self.keep();
        lock(&self.shared.readers).remove(&self.name);
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("name", &self.name).field("stats", &self.stats).finish_non_exhaustive()
    }
}
