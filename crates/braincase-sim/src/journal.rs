//! The journal: one JSON line for each request that was received, on disk before the answer goes out.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::Path,
    sync::{Mutex, PoisonError},
};

use braincase_tokens::Exactness;
use serde::Serialize;
use serde_json::Value;

/// Where requests are recorded, if anywhere.
#[derive(Debug)]
pub(crate) struct Journal {
    file: Option<Mutex<File>>,
}

/// One request.
#[derive(Debug, Serialize)]
pub(crate) struct Entry {
    /// Its number among all requests, from 0.
    pub(crate) n: u64,
    /// When it came.
    pub(crate) at: braincase_core::Timestamp,
    pub(crate) path: &'static str,
    /// `chat`, `vision`, or nothing if it made no sense.
    pub(crate) kind: Option<&'static str>,
    pub(crate) model: Option<String>,
    pub(crate) stream: bool,
    pub(crate) latency_ms: u64,
    /// Until the answer is out, in microseconds: its latency, or the work on it where that takes longer.
    pub(crate) took_us: u64,
    pub(crate) fault: Option<String>,
    pub(crate) status: u16,
    /// All words; images are replaced by their hash.
    pub(crate) messages: Vec<Value>,
    /// The names of the tools that were offered.
    pub(crate) tools: Vec<String>,
    pub(crate) tokens: Tokens,
    pub(crate) error: Option<String>,
}

/// The tokens, as they are reported.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Tokens {
    pub(crate) input: u64,
    pub(crate) output: u64,
    pub(crate) exactness: Exactness,
}

impl Journal {
    /// A journal that is appended to a file, or none.
    pub(crate) fn open(path: Option<&Path>) -> io::Result<Self> {
        let open = |path| OpenOptions::new().create(true).append(true).open(path);
        Ok(Self { file: path.map(open).transpose()?.map(Mutex::new) })
    }

    /// Adds a line. A short write to the page cache; the order of the lines is worth more here than a free thread.
    pub(crate) fn add(&self, entry: &Entry) -> io::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let mut line = serde_json::to_vec(entry)?;
        line.push(b'\n');
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(&line)?;
        file.flush()
    }
}
