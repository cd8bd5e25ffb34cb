//! The segments of one lane: writes to the newest, lets the oldest go.

use std::{
    collections::{BTreeMap, VecDeque},
    fs,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard},
};

use crate::lock;

use super::{
    Bounds, Lane, LaneStats, SpoolError, Urgency, frame,
    home::{Home, is_gone},
    position::Position,
    segment::{self, Segment},
    sync::{Syncer, Written},
};

/// One lane on disk.
#[derive(Debug)]
pub(super) struct LaneLog {
    lane: Lane,
    home: Arc<Home>,
    dir: PathBuf,
    bounds: Bounds,
    syncer: Arc<Syncer>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Oldest first; only the last is written to.
    segments: VecDeque<Segment>,
    /// The file of the last segment, once something was written to it.
    newest: Option<Arc<Written>>,
    /// Whether the last segment, from before the start, ends right before `next`.
    goes_on: bool,
    /// The number that the next payload gets.
    next: u64,
    /// How far each reader has come, open or not.
    readers: BTreeMap<String, u64>,
    stats: LaneStats,
    frame: Vec<u8>,
}

/// Where a payload is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Spot {
    /// In this segment, of which the payloads before `end` can be read.
    In { segment: Segment, end: u64 },
    /// Nowhere any more; the oldest that is left has this number.
    Gone { oldest: u64 },
    /// Nowhere yet.
    Ahead,
}

impl LaneLog {
    pub(super) fn open(
        lane: Lane,
        home: Arc<Home>,
        bounds: Bounds,
        syncer: Arc<Syncer>,
        positions: &BTreeMap<String, Position>,
    ) -> Result<Self, SpoolError> {
        let dir = home.lane_dir(lane);
        let readers: BTreeMap<_, _> =
            positions.iter().map(|(name, position)| (name.clone(), position[lane as usize])).collect();
        let mut state = State { segments: segment::list(&dir)?.into(), readers, ..State::default() };
        state.mend(&dir)?;
        // A loss of power can take what a reader has already read. Its number must not be given away again.
        let next = state.readers.values().copied().fold(state.next, u64::max);
        state.goes_on = next == state.next;
        state.next = next;
        state.stats.bytes = state.segments.iter().map(|segment| segment.bytes).sum();
        Ok(Self { lane, home, dir, bounds, syncer, state: Mutex::new(state) })
    }

    pub(super) fn stats(&self) -> LaneStats {
        self.state().stats
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(super) fn append(&self, payload: &[u8], urgency: Urgency) -> Result<(), SpoolError> {
        let mut state = self.state();
        let appended = self.write(&mut state, payload, urgency);
        match &appended {
            Ok(()) => state.stats.appended += 1,
            Err(error) => {
                state.stats.refused += 1;
                let (lane, reason) = (self.lane.as_str(), error.reason());
                metrics::counter!("braincase_spool_refused_total", "lane" => lane, "reason" => reason).increment(1);
            }
        }
        appended
    }

    /// Where the payload of this number is.
    pub(super) fn find(&self, number: u64) -> Spot {
        let state = self.state();
        if number >= state.next {
            return Spot::Ahead;
        }
        let behind = state.segments.partition_point(|segment| segment.first <= number);
        let following = state.segments.get(behind).map_or(state.next, |segment| segment.first);
        match behind.checked_sub(1).and_then(|index| state.segments.get(index)) {
            Some(segment) => Spot::In { segment: *segment, end: following },
            None => Spot::Gone { oldest: following },
        }
    }

    /// The number that the next payload gets.
    pub(super) fn next(&self) -> u64 {
        self.state().next
    }

    /// Where a reader stopped; one that is new begins with the oldest.
    pub(super) fn enter(&self, reader: &str) -> u64 {
        let mut state = self.state();
        let oldest = state.segments.front().map_or(state.next, |segment| segment.first);
        *state.readers.entry(reader.to_owned()).or_insert(oldest)
    }

    /// A reader has come this far; what all have read is deleted.
    pub(super) fn pass(&self, reader: &str, next: u64) {
        let mut state = self.state();
        state.readers.insert(reader.to_owned(), next);
        let all = state.readers.values().copied().min().unwrap_or(0);
        while state.segments.get(1).is_some_and(|second| second.first <= all) {
            state.remove_oldest(&self.dir);
        }
    }

    fn write(&self, state: &mut State, payload: &[u8], urgency: Urgency) -> Result<(), SpoolError> {
        let (bytes, most) = (payload.len(), frame::MAX_PAYLOAD);
        if bytes == 0 || bytes > most {
            return Err(SpoolError::Payload { bytes, most });
        }
        let mut buffer = std::mem::take(&mut state.frame);
        frame::encode(payload, &mut buffer);
        let written = self.write_frame(state, &buffer, urgency);
        state.frame = buffer;
        written
    }

    fn write_frame(&self, state: &mut State, frame: &[u8], urgency: Urgency) -> Result<(), SpoolError> {
        let bytes = frame.len() as u64;
        let newest = self.newest(state, bytes)?;
        self.make_room(state, bytes);
        let Some(segment) = state.segments.back_mut() else { return Ok(()) };
        // At its place rather than at the end of the file: what a write that failed left there is overwritten.
        if let Err(source) = newest.file.write_all_at(frame, segment.bytes) {
            // If this fails, too, what is left is damage, which is recognised.
            let _ = newest.file.set_len(segment.bytes);
            return Err(SpoolError::io("write to", &segment.path(&self.dir))(source));
        }
        segment.bytes += bytes;
        state.stats.bytes += bytes;
        state.next += 1;
        self.syncer.written(&newest, urgency);
        Ok(())
    }

    /// The file to write to: the newest, unless it is full or gone.
    fn newest(&self, state: &mut State, bytes: u64) -> Result<Arc<Written>, SpoolError> {
        if state.newest.as_ref().is_some_and(|newest| is_gone(&newest.file)) {
            // The folder was removed, and everything with it. Readers find that the numbers are gone, and count them.
            state.segments.clear();
            state.stats.bytes = 0;
            state.newest = None;
        }
        let last = state.segments.back().copied();
        let roomy = last.filter(|segment| segment.bytes + bytes <= self.bounds.segment_bytes);
        if let (Some(newest), Some(_)) = (&state.newest, roomy) {
            return Ok(newest.clone());
        }
        // After a start, the last segment goes on if its numbers do.
        let first = roomy.filter(|_| state.goes_on).map_or(state.next, |segment| segment.first);
        let written = Arc::new(Written::new(self.create(first)?));
        if last.is_none_or(|segment| segment.first != first) {
            state.segments.push_back(Segment { first, bytes: 0 });
        }
        state.newest = Some(written.clone());
        state.goes_on = false;
        Ok(written)
    }

    fn create(&self, first: u64) -> Result<fs::File, SpoolError> {
        let file = segment::open(&self.dir, first).or_else(|_| {
            self.home.restore()?;
            fs::create_dir_all(&self.dir).map_err(SpoolError::io("make the folder", &self.dir))?;
            segment::open(&self.dir, first)
        })?;
        self.syncer.entered(self.dir.clone());
        Ok(file)
    }

    fn make_room(&self, state: &mut State, bytes: u64) {
        while state.segments.len() > 1 && state.stats.bytes + bytes > self.bounds.lane_bytes {
            let evicted = state.segments[1].first - state.segments[0].first;
            state.remove_oldest(&self.dir);
            state.stats.evicted += evicted;
            metrics::counter!("braincase_spool_evicted_total", "lane" => self.lane.as_str()).increment(evicted);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl State {
    /// Finds where the lane ends, and cuts off what is torn there.
    fn mend(&mut self, dir: &Path) -> Result<(), SpoolError> {
        let Some(last) = self.segments.pop_back() else { return Ok(()) };
        let (count, bytes) = segment::measure(dir, last)?;
        self.next = last.first + count;
        self.stats.cut_bytes = last.bytes - bytes;
        if self.stats.cut_bytes > 0 || bytes == 0 {
            segment::cut(dir, last, bytes)?;
        }
        if bytes > 0 {
            self.segments.push_back(Segment { bytes, ..last });
        }
        Ok(())
    }

    /// A file that cannot be removed is forgotten even so: the bound holds for what we know, and it is found again when
    /// the spool is opened.
    fn remove_oldest(&mut self, dir: &Path) {
        if let Some(oldest) = self.segments.pop_front() {
            self.stats.bytes -= oldest.bytes;
            let _ = fs::remove_file(oldest.path(dir));
        }
    }
}
