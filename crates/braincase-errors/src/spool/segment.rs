//! The files of a lane: each is named by the number of its first payload, so that what is lost with a file can be counted.

use std::{
    ffi::OsStr,
    fs::{self, File},
    io::{self, BufReader},
    path::{Path, PathBuf},
};

use super::{
    SpoolError,
    frame::{self, Found, HEADER},
};

/// One file of a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Segment {
    /// The number of its first payload.
    pub(super) first: u64,
    /// How many bytes of it count.
    pub(super) bytes: u64,
}

impl Segment {
    pub(super) fn path(self, dir: &Path) -> PathBuf {
        path(dir, self.first)
    }
}

pub(super) fn path(dir: &Path, first: u64) -> PathBuf {
    dir.join(format!("{first:020}.seg"))
}

/// The segments in a folder, oldest first; other files are none of our business.
pub(super) fn list(dir: &Path) -> Result<Vec<Segment>, SpoolError> {
    fs::create_dir_all(dir).map_err(SpoolError::io("make the folder", dir))?;
    let entries = fs::read_dir(dir).map_err(SpoolError::io("read the folder", dir))?;
    let mut segments: Vec<_> = entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name();
            let digits = Path::new(&name).file_stem().and_then(OsStr::to_str).filter(|digits| digits.len() == 20)?;
            let first = digits.parse().ok()?;
            let metadata = entry.metadata().ok().filter(fs::Metadata::is_file)?;
            (path(dir, first).file_name() == Some(&name)).then_some(Segment { first, bytes: metadata.len() })
        })
        .collect();
    segments.sort_unstable_by_key(|segment| segment.first);
    Ok(segments)
}

/// How many payloads a segment holds, and in how many bytes, up to the first that is damaged.
pub(super) fn measure(dir: &Path, segment: Segment) -> Result<(u64, u64), SpoolError> {
    let path = segment.path(dir);
    let scan = || -> io::Result<(u64, u64)> {
        let mut source = BufReader::with_capacity(1 << 16, File::open(&path)?);
        let (mut count, mut bytes) = (0, 0);
        while let Found::Payload(payload) = frame::read(&mut source, segment.bytes - bytes)? {
            count += 1;
            bytes += (HEADER + payload.len()) as u64;
        }
        Ok((count, bytes))
    };
    scan().map_err(SpoolError::io("read", &path))
}

/// Cuts off what is behind the payloads; a segment without any is removed.
pub(super) fn cut(dir: &Path, segment: Segment, bytes: u64) -> Result<(), SpoolError> {
    let path = segment.path(dir);
    if bytes == 0 {
        return fs::remove_file(&path).map_err(SpoolError::io("remove", &path));
    }
    let cut = File::options().write(true).open(&path).and_then(|file| file.set_len(bytes));
    cut.map_err(SpoolError::io("cut", &path))
}

/// Opens the file of a segment that is to be written to.
pub(super) fn open(dir: &Path, first: u64) -> Result<File, SpoolError> {
    let path = path(dir, first);
    let file = File::options().create(true).truncate(false).write(true).open(&path);
    file.map_err(SpoolError::io("open for writing", &path))
}
