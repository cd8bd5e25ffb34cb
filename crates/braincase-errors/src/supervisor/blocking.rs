//! Watches a computation on a blocking thread, which nobody can stop from outside.

use std::{fmt, sync::Arc};

use braincase_core::background::Failure;
use tokio::sync::oneshot;

use super::watch::{Stops, Watch};
use crate::record::Ending;

/// A computation with its watch.
///
/// A companion task settles the watch when the deadline passes or the shutdown's grace is over. If the computation has
/// not begun by then it never does; if it has, it runs on, still counted as running, and its own ending is not recorded
/// a second time.
pub(super) struct BlockingWork {
    work: Box<dyn FnOnce() -> Result<(), Failure> + Send>,
    watch: Arc<Watch>,
    /// Dropped when the computation is over, which ends the companion.
    _over: oneshot::Sender<()>,
}

impl BlockingWork {
    /// The computation, and its companion, which must be spawned beside it.
    pub(super) fn new(
        work: Box<dyn FnOnce() -> Result<(), Failure> + Send>,
        watch: Watch,
        stops: Stops,
    ) -> (Self, impl Future<Output = ()> + Send + 'static) {
        let (over, wait) = oneshot::channel();
        let watch = Arc::new(watch);
        let companion = accompany(watch.clone(), wait, stops);
        (Self { work, watch, _over: over }, companion)
    }

    pub(super) fn run(self) {
        if self.watch.is_settled() {
            return;
        }
        let ending = match self.watch.within(self.work) {
            Ok(Ok(())) => Ending::Done,
            Ok(Err(failure)) => Ending::Failed(failure),
            Err(panicked) => Ending::Panicked(panicked),
        };
        self.watch.settle(ending);
    }
}
impl fmt::Debug for BlockingWork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.watch.fmt(f)
    }
}

async fn accompany(watch: Arc<Watch>, over: oneshot::Receiver<()>, stops: Stops) {
    tokio::select! {
        biased;
        _ = over => {}
        ending = stops.any() => {
            watch.settle(ending);
        }
    }
}
