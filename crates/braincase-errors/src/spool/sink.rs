//! Puts records into the spool, from where receivers take them.

use super::{Lane, Spool};
use crate::{
    record::{Outcome, Record},
    sink::Sink,
};

/// Appends every record to a spool, as JSON.
#[derive(Debug, Clone)]
pub struct SpoolSink(Spool);

impl SpoolSink {
    /// A sink over a spool.
    #[must_use]
    pub const fn new(spool: Spool) -> Self {
        Self(spool)
    }
}

impl Sink for SpoolSink {
    fn record(&self, record: &Record) {
        let Ok(payload) = serde_json::to_vec(record) else {
            metrics::counter!("braincase_spool_refused_total", "lane" => "errors", "reason" => "json").increment(1);
            return;
        };
        let lane = if record.outcome.is_error() { Lane::Errors } else { Lane::Notices };
        let append = if record.outcome == Outcome::Panic { Spool::append_urgent } else { Spool::append };
        // Counted by the spool; the record is in the other sinks.
        let _ = append(&self.0, lane, &payload);
    }
}
