//! Watches a server: asks it again and again what it holds.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::{MissedTickBehavior, interval, sleep};

use super::{Sample, exposition};
use crate::{client::Api, record::Recorder};

/// How often a server is looked at.
const PERIOD: Duration = Duration::from_millis(250);

/// Looks at a server, and keeps what was seen.
#[derive(Debug)]
pub struct Watch {
    api: Api,
    samples: Mutex<Vec<Sample>>,
}

impl Watch {
    /// A watch over a server.
    #[must_use]
    pub const fn of(api: Api) -> Self {
        Self { api, samples: Mutex::new(Vec::new()) }
    }

    /// Looks again and again; never ends. `resident` tells what the system says of its process.
    pub async fn look(&self, recorder: &Recorder, resident: impl Fn() -> Option<u64>) {
        let mut ticks = interval(PERIOD);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            ticks.tick().await;
            let seen = self.sample(recorder, &resident).await;
            self.lock().push(seen);
        }
    }

    /// Leaves the server alone for as long as `pause`, then looks at it once more; that is not kept.
    pub async fn drained(&self, recorder: &Recorder, pause: Duration, resident: impl Fn() -> Option<u64>) -> Sample {
        sleep(pause).await;
        self.sample(recorder, &resident).await
    }

    /// Works with what was seen so far.
    pub fn with<T>(&self, work: impl FnOnce(&[Sample]) -> T) -> T {
        work(&self.lock())
    }

    /// What was seen.
    #[must_use]
    pub fn into_samples(self) -> Vec<Sample> {
        self.samples.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    async fn sample(&self, recorder: &Recorder, resident: &impl Fn() -> Option<u64>) -> Sample {
        let metrics = self.api.metrics().await;
        // After the answer, which may have taken a while under load.
        let turns = recorder.with(|tally| tally.seconds.iter().map(|second| second.turns).sum());
        let heap = metrics.as_deref().and_then(exposition::heap);
        Sample { at: recorder.elapsed(), turns, heap, resident: resident() }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Sample>> {
        self.samples.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
