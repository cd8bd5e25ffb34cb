//! The journal: one JSON line for each request that was received, on disk before the answer goes out, and one more for
//! each answer that nobody took to its end.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use braincase_core::{Clock, Timestamp};
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
    pub(crate) at: Timestamp,
    pub(crate) path: &'static str,
    /// The trace that it says it is part of, as 32 hexadecimal digits.
    pub(crate) trace: Option<String>,
    /// `chat`, `vision`, or nothing if it made no sense.
    pub(crate) kind: Option<&'static str>,
    pub(crate) model: Option<String>,
    pub(crate) stream: bool,
    pub(crate) latency_ms: u64,
    /// Until the answer is out, in microseconds: its latency, or the work on it where that takes longer; a failure does not
    /// wait for its latency.
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
    /// The most that the model takes as input beside the answer that was asked for.
    pub(crate) limit: u64,
    pub(crate) exactness: Exactness,
}

impl Journal {
    /// A journal that is appended to a file, or none.
    pub(crate) fn open(path: Option<&Path>) -> io::Result<Self> {
        let open = |path| OpenOptions::new().create(true).append(true).open(path);
        Ok(Self { file: path.map(open).transpose()?.map(Mutex::new) })
    }

    /// Adds a line. A short write to the page cache; the order of the lines is worth more here than a free thread.
    pub(crate) fn add(&self, entry: &impl Serialize) -> io::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let mut line = serde_json::to_vec(entry)?;
        line.push(b'\n');
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(&line)?;
        file.flush()
    }
}

/// An answer that nobody took to its end.
#[derive(Debug, Serialize)]
struct Aborted {
    /// The number of the request.
    aborted: u64,
    /// When whoever asked was seen to be gone.
    at: Timestamp,
}

/// Notes, when it is dropped before the answer has been given, that nobody took it.
#[derive(Debug)]
pub(crate) struct Giving {
    journal: Arc<Journal>,
    clock: Arc<dyn Clock>,
    n: u64,
    is_given: bool,
}

impl Giving {
    /// The answer to the request of this number is about to go out.
    pub(crate) const fn of(n: u64, journal: Arc<Journal>, clock: Arc<dyn Clock>) -> Self {
        Self { journal, clock, n, is_given: false }
    }

    /// It has gone out, or was ended by us.
    pub(crate) const fn done(&mut self) {
        self.is_given = true;
    }
}

impl Drop for Giving {
    fn drop(&mut self) {
        if self.is_given {
            return;
        }
        if let Err(error) = self.journal.add(&Aborted { aborted: self.n, at: self.clock.now() }) {
            tracing::error!(%error, "that an answer was not taken cannot be recorded");
        }
    }
}
