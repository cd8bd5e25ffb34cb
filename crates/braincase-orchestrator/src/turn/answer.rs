//! Answer: hand the result to those who wait for it, and let the project's next turn begin.

use braincase_core::background::Failure;

use super::{end::Ended, progress::Progress};

/// Hands out the result; what broke is returned, to be recorded once by whoever runs the turn.
pub(super) fn answer(turn: Progress, ended: Ended) -> Result<(), Failure> {
    let Ended { turn: result, failure } = ended;
    let timing = result.outcome.timing_ms;
    let status = result.status.as_str();
    metrics::counter!("braincase_turns_total", "status" => status).increment(1);
    metrics::histogram!("braincase_turn_seconds").record(timing.total / 1e3);
    metrics::histogram!("braincase_turn_overhead_seconds").record(timing.overhead / 1e3);
    tracing::info!(
        turn.id = %result.id, project.id = %result.project_id, status, duration_ms = timing.total,
        upstream_ms = timing.upstream, overhead_ms = timing.overhead, "turn ended",
    );
    let Progress { running, place, .. } = turn;
    running.finish(result);
    drop(place);
    failure.map_or(Ok(()), Err)
}
