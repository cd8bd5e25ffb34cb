//! Metrics: the recorder of the process and its upkeep.

use std::{sync::OnceLock, time::Duration};

use braincase_core::background::{Background, Failure, Task};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder};

use crate::app::Stopping;

/// Upkeep drains histograms: without it they grow while nobody scrapes.
const UPKEEP: Duration = Duration::from_secs(5);
/// In seconds: from an instant answer to a turn that hits its deadline.
const BUCKETS: [f64; 13] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0];

/// As OpenTelemetry advises for `gen_ai.client.token.usage`, as far as windows reach.
const TOKEN_BUCKETS: [f64; 12] =
    [1.0, 4.0, 16.0, 64.0, 256.0, 1_024.0, 4_096.0, 16_384.0, 65_536.0, 262_144.0, 1_048_576.0, 4_194_304.0];
/// From nothing to many times too much, finest where it matters.
const RATIO_BUCKETS: [f64; 13] = [0.1, 0.25, 0.5, 0.75, 0.8, 0.9, 0.95, 1.0, 1.05, 1.1, 1.25, 2.0, 4.0];

static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();

/// The recorder of this process, installed on first use.
pub(crate) fn recorder() -> PrometheusHandle {
    let install = || {
        let recorder = recorder_with_buckets();
        let handle = recorder.handle();
        // A recorder that somebody else installed stays; ours then renders nothing, which is visible at once.
        drop(metrics::set_global_recorder(recorder));
        handle
    };
    HANDLE.get_or_init(install).clone()
}

#[expect(clippy::expect_used, reason = "the tables are part of the program, and a test reads them")]
fn recorder_with_buckets() -> PrometheusRecorder {
    with_buckets(PrometheusBuilder::new()).expect("no table is empty").build_recorder()
}

fn with_buckets(builder: PrometheusBuilder) -> Result<PrometheusBuilder, BuildError> {
    let suffix = |suffix: &str| Matcher::Suffix(suffix.to_owned());
    builder
        .set_buckets_for_metric(suffix("_seconds"), &BUCKETS)?
        .set_buckets_for_metric(suffix("_tokens"), &TOKEN_BUCKETS)?
        .set_buckets_for_metric(suffix("_token_usage"), &TOKEN_BUCKETS)?
        .set_buckets_for_metric(suffix("_ratio"), &RATIO_BUCKETS)
}

/// Keeps the recorder small.
pub(crate) fn start_upkeep(handle: PrometheusHandle, stopping: Stopping, background: &dyn Background) {
    background.spawn(Task::new("metrics_upkeep"), Box::pin(keep_small(handle, stopping)));
}

/// Ends by itself when the server stops, so that stopping does not have to wait for it.
async fn keep_small(handle: PrometheusHandle, stopping: Stopping) -> Result<(), Failure> {
    let mut every = tokio::time::interval(UPKEEP);
    loop {
        tokio::select! {
            _ = every.tick() => handle.run_upkeep(),
            () = stopping.begun() => return Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_accepted_and_used() {
        let recorder = recorder_with_buckets();
        let names = ["a_seconds", "b_tokens", "c_token_usage", "d_ratio"];
        metrics::with_local_recorder(&recorder, || {
            for name in names {
                metrics::histogram!(name).record(1.0);
            }
        });
        let rendered = recorder.handle().render();
        for name in names {
            assert!(rendered.contains(&format!("{name}_bucket{{le=\"1\"}} 1")), "{name} in {rendered}");
        }
    }
}
