//! How a store is opened, and why that can fail.

use std::{
    error::Error,
    io,
    path::{Path, PathBuf},
    time::Duration,
};

/// Where an SQLite store is and how it is used.
#[derive(Debug, Clone)]
pub struct SqliteOptions {
    /// The directory that holds `braincase.db`, `braincase.lock` and `blobs/`; made if it is not there. Not on a network
    /// file system.
    pub data_dir: PathBuf,
    /// How many connections read at once.
    pub readers: u32,
    /// How many writes may wait for the writer, besides those in the batch that it is storing.
    pub queue: usize,
    /// How long a write waits for room in the queue before it is refused as busy.
    pub queue_wait: Duration,
    /// How long a connection waits for a lock that another program holds on the database, and a read for a connection.
    pub busy_timeout: Duration,
    /// How long a write is waited for once it is queued, and how long closing waits for the last one.
    pub write_wait: Duration,
    /// The largest that the database file may become, in bytes; beyond it the store is full. `None`: as large as the disk.
    pub max_bytes: Option<u64>,
}

impl SqliteOptions {
    /// The defaults for a directory.
    #[must_use]
    pub fn in_dir(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            readers: 4,
            queue: 1_024,
            queue_wait: Duration::from_secs(5),
            busy_timeout: Duration::from_secs(5),
            write_wait: Duration::from_secs(60),
            max_bytes: None,
        }
    }

    /// The database file.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.data_dir.join("braincase.db")
    }

    pub(crate) fn lock_file(&self) -> PathBuf {
        self.data_dir.join("braincase.lock")
    }

    pub(crate) fn blobs(&self) -> PathBuf {
        self.data_dir.join("blobs")
    }
}

/// Why a store could not be opened: what, where, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The directory cannot be used.
    #[error("cannot use {}: {source}; make sure that it is a directory that this user may write to", path.display())]
    Directory {
        /// Which directory or file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// Another process has the store open.
    #[error("{} is in use by another process; stop that process or choose another data directory", path.display())]
    InUse {
        /// The data directory.
        path: PathBuf,
    },
    /// The SQLite in this program has a bug that can corrupt the database.
    #[error(
        "SQLite {found} can corrupt a database, at least {needed} is needed; build with libsqlite3-sys 0.37 or newer"
    )]
    OldSqlite {
        /// The version that is linked.
        found: String,
        /// The version that is needed.
        needed: &'static str,
    },
    /// The database was made by a newer version of this program.
    #[error(
        "{} has schema {found}, which this version does not know; run the newer version or restore an older backup",
        path.display()
    )]
    NewerSchema {
        /// The database file.
        path: PathBuf,
        /// The schema's number.
        found: i64,
    },
    /// There is nothing to read.
    #[error("there is no database at {}; give the data directory of a server that has run", path.display())]
    NoDatabase {
        /// Where the database file would be.
        path: PathBuf,
    },
    /// The database was made by an older version of this program and lacks what is asked for.
    #[error("{} was made by an older version; start the server once to bring it up to date", path.display())]
    OlderSchema {
        /// The database file.
        path: PathBuf,
    },
    /// The database was changed by something else or is damaged.
    #[error("{} is damaged: {problem}; restore a backup, nothing was changed", path.display())]
    Damaged {
        /// The database file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The database failed for another reason.
    #[error("cannot open {}: {source}", path.display())]
    Database {
        /// The database file.
        path: PathBuf,
        /// What the database says.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl OpenError {
    pub(crate) fn directory(path: &Path, source: io::Error) -> Self {
        Self::Directory { path: path.to_owned(), source }
    }
}
