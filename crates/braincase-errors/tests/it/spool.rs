//! The spool on real files: what was taken is there, whatever happens to processes, disks and bits.

mod bounds;
mod crash;
mod damage;
mod readers;
mod trouble;

use std::path::{Path, PathBuf};

use braincase_errors::spool::{Bounds, Lane, Reader, Spool};

/// As small as it gets: two segments and a bit.
const SMALL: Bounds = Bounds { lane_bytes: 900 << 10, segment_bytes: 300 << 10 };

fn open(dir: &Path) -> Spool {
    Spool::open(dir, SMALL).unwrap()
}

fn payload(number: u64) -> Vec<u8> {
    format!("payload {number}").into_bytes()
}

/// Reads all there is and goes past it.
fn read_all(reader: &mut Reader) -> Vec<Vec<u8>> {
    let mut payloads = Vec::new();
    loop {
        let batch = reader.next(100).unwrap();
        if batch.is_empty() {
            return payloads;
        }
        payloads.extend(batch.frames.iter().map(|frame| frame.payload.clone()));
        reader.advance(batch).unwrap();
    }
}

/// The segment files of a lane, oldest first.
fn segments(dir: &Path, lane: Lane) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir.join(lane.as_str())).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}
