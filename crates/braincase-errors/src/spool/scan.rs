//! Reads what stands in a lane from a place on.

use std::{
    fs::File,
    io::{self, BufReader, ErrorKind, Seek, SeekFrom},
    path::Path,
};

use super::{
    Frame, Lane, LaneLog, SpoolError,
    frame::{self, Found, HEADER},
    lane::Spot,
    segment::Segment,
};

/// How far it has come in a lane.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// The number of the next payload.
    pub(super) next: u64,
    /// The segment it is in and the byte it begins at, once that is known.
    pub(super) at: Option<(u64, u64)>,
}

/// What stands at the beginning of what is to be read.
pub(super) enum Head {
    Frames(Vec<Frame>, Place),
    Lost { end: Place },
    Nothing,
}

/// What a batch may still take.
pub(super) struct Room {
    pub(super) frames: usize,
    pub(super) bytes: usize,
}

impl Room {
    pub(super) const fn is_left(&self) -> bool {
        self.frames > 0 && self.bytes > 0
    }
}

/// What is to be read from a place on, within one segment.
pub(super) fn head(log: &LaneLog, lane: Lane, place: Place, room: &mut Room) -> Result<Head, SpoolError> {
    let (segment, end) = match log.find(place.next) {
        Spot::Ahead => return Ok(Head::Nothing),
        Spot::Gone { oldest } => return Ok(Head::Lost { end: Place { next: oldest, at: None } }),
        Spot::In { segment, end } => (segment, end),
    };
    // Behind everything that the segment holds now: more may come, and be read although something before it is damaged.
    let lost = Head::Lost { end: Place { next: end, at: Some((segment.first, segment.bytes)) } };
    let path = segment.path(log.dir());
    let mut source = match open(&path, segment, place) {
        Ok(source) => source,
        // It went in this moment, or somebody has removed it.
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(lost),
        Err(error) => return Err(SpoolError::io("read", &path)(error)),
    };
    let mut frames = Vec::new();
    let (mut number, mut offset) = source.start;
    while number < end && room.is_left() {
        let found = frame::read(&mut source.file, segment.bytes - offset).map_err(SpoolError::io("read", &path))?;
        let Found::Payload(payload) = found else { break };
        offset += (HEADER + payload.len()) as u64;
        if number >= place.next {
            room.frames -= 1;
            room.bytes = room.bytes.saturating_sub(payload.len());
            frames.push(Frame { lane, number, payload });
        }
        number += 1;
    }
    if frames.is_empty() {
        return Ok(lost);
    }
    Ok(Head::Frames(frames, Place { next: number, at: Some((segment.first, offset)) }))
}

/// The file of a segment at a known payload, which has a number and a byte it begins at.
struct Source {
    file: BufReader<File>,
    start: (u64, u64),
}

fn open(path: &Path, segment: Segment, place: Place) -> io::Result<Source> {
    let known = place.at.filter(|(first, _)| *first == segment.first);
    let start = known.map_or((segment.first, 0), |(_, offset)| (place.next, offset));
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(start.1))?;
    Ok(Source { file: BufReader::with_capacity(1 << 16, file), start })
}
