//! Why the spool did not do what it was asked.

use std::{
    io,
    path::{Path, PathBuf},
};

/// Why the spool did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// The bounds leave no room to work.
    #[error(
        "a lane of {lane_bytes} bytes in segments of {segment_bytes} cannot work: a segment needs {least} to 64 MiB, \
         a lane at least two segments"
    )]
    Bounds {
        /// What was asked for.
        lane_bytes: u64,
        /// What was asked for.
        segment_bytes: u64,
        /// The least that a segment may have.
        least: u64,
    },
    /// Another process works with the folder, or this one does already.
    #[error("the spool {} is in use by another process; give each its own folder", dir.display())]
    InUse {
        /// The folder.
        dir: PathBuf,
    },
    /// The payload is empty or too long.
    #[error("a payload of {bytes} bytes cannot be kept; it must have 1 to {most}")]
    Payload {
        /// How long it is.
        bytes: usize,
        /// How long it may be.
        most: usize,
    },
    /// There is no such reader to be had.
    #[error("no reader {name:?}: {reason}")]
    Reader {
        /// Its name as it was asked for.
        name: String,
        /// Why not.
        reason: &'static str,
    },
    /// The file system refused: it is full, read-only or gone. It may work later.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// With what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl SpoolError {
    /// For `map_err`.
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }

    /// A stable word for it, for counters.
    pub(super) fn reason(&self) -> &'static str {
        match self {
            Self::Bounds { .. } => "bounds",
            Self::InUse { .. } => "in_use",
            Self::Payload { .. } => "payload",
            Self::Reader { .. } => "reader",
            Self::Io { source, .. } => match source.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => "disk_full",
                io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => "read_only",
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => "vanished",
                _ => "io",
            },
        }
    }
}
