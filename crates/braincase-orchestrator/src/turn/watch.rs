//! Watch: see to it that every attached image is being analysed, without waiting for it.

use futures_util::future::join_all;

use super::progress::Request;
use crate::{engine::Shared, facts, orchestrator::ImageMode};

/// Starts the analyses that are not running yet; waits for them only in blocking mode.
pub(super) async fn watch(engine: &Shared, request: &Request) {
    let analyses: Vec<_> =
        request.images.iter().filter_map(|image| facts::analyze(engine, request.scope.tenant, image)).collect();
    match engine.parts.image_mode {
        ImageMode::Async => {}
        ImageMode::Blocking => drop(join_all(analyses.into_iter().map(facts::Analysis::ended)).await),
    }
}
