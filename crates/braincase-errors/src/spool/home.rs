//! The folder of a spool, and the lock that keeps other processes out.

use std::{
    fs::{self, File, TryLockError},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::Mutex,
};

use crate::lock;

use super::{Lane, SpoolError};

/// The folder, locked as long as this lives.
#[derive(Debug)]
pub(super) struct Home {
    dir: PathBuf,
    lock: Mutex<File>,
}

impl Home {
    pub(super) fn open(dir: PathBuf) -> Result<Self, SpoolError> {
        let lock = Mutex::new(take(&dir)?);
        Ok(Self { dir, lock })
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(super) fn lane_dir(&self, lane: Lane) -> PathBuf {
        self.dir.join(lane.as_str())
    }

    pub(super) fn readers_dir(&self) -> PathBuf {
        self.dir.join("readers")
    }

    /// Takes the lock again if somebody has removed the folder.
    pub(super) fn restore(&self) -> Result<(), SpoolError> {
        let mut held = lock(&self.lock);
        if is_gone(&held) {
            *held = take(&self.dir)?;
        }
        Ok(())
    }
}

/// Whether a file that is open has no name any more.
pub(super) fn is_gone(file: &File) -> bool {
    file.metadata().is_ok_and(|metadata| metadata.nlink() == 0)
}

fn take(dir: &Path) -> Result<File, SpoolError> {
    fs::create_dir_all(dir).map_err(SpoolError::io("make the folder", dir))?;
    let path = dir.join("spool.lock");
    let options = File::options().create(true).truncate(false).write(true).open(&path);
    let file = options.map_err(SpoolError::io("open the lock", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(SpoolError::InUse { dir: dir.to_owned() }),
        Err(TryLockError::Error(source)) => Err(SpoolError::io("lock", &path)(source)),
    }
}
