//! The async benefit: how much sooner image turns are answered than by a server that analyses images first.

use serde::Serialize;

use crate::{
    plan::Lane,
    record::Tally,
    stats::{self, Interval},
};

/// Image turns of both servers, compared.
#[derive(Debug, Clone, Serialize)]
pub struct Benefit {
    /// Of the judged server.
    pub ours: Side,
    /// Of the blocking one.
    pub blocking: Side,
    /// By what share the mean is lower: 0.3 means 30 % sooner.
    pub saving: f64,
    /// Its bootstrap interval.
    pub interval: Interval,
}

/// Image turns of one server.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Side {
    /// How many.
    pub count: usize,
    /// Their mean, in milliseconds.
    pub mean_ms: f64,
    /// Their median, in milliseconds.
    pub median_ms: f64,
}

/// Compares, when there is something to compare.
#[must_use]
pub fn measure(tally: &Tally, seed: u64) -> Option<Benefit> {
    let ours = tally.image_turn_ms.get(&Lane::Main)?;
    let blocking = tally.image_turn_ms.get(&Lane::Blocking)?;
    Some(Benefit {
        ours: side(ours),
        blocking: side(blocking),
        saving: stats::saving(ours, blocking),
        interval: stats::saving_interval(ours, blocking, seed),
    })
}

fn side(times: &[f64]) -> Side {
    Side { count: times.len(), mean_ms: stats::mean(times), median_ms: stats::quantile(times, 0.5) }
}
