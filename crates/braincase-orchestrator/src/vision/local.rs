//! The vision that computes: it decodes an image and measures its pixels, offline and always with the same result.
//!
//! Modules in reading order: `decode` makes pixels of bytes, [`facts`](facts_of) makes facts of pixels; the others each
//! measure one thing.

mod decode;
mod describe;
mod facts;
mod hash;
mod layout;
mod oklab;
mod palette;
mod raster;
mod text;
mod tone;

use std::{
    panic::{self, AssertUnwindSafe},
    sync::Arc,
};

use async_trait::async_trait;
use braincase_core::{
    background::{Background, Task},
    image::{ImageFacts, ImageFormat},
    limits::Limits,
    vision::{Vision, VisionError},
};
use bytes::Bytes;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, oneshot},
    time::timeout,
};

pub use facts::facts_of;

/// Looks at images on threads where blocking is allowed, a few at a time.
#[derive(Debug)]
pub struct LocalVision {
    background: Arc<dyn Background>,
    limits: Limits,
    decodes: Arc<Semaphore>,
}

impl LocalVision {
    /// A vision that decodes up to `concurrency` images at once, and at least one.
    #[must_use]
    pub fn new(background: Arc<dyn Background>, limits: Limits, concurrency: usize) -> Self {
        let permits = concurrency.clamp(1, Semaphore::MAX_PERMITS);
        Self { background, limits, decodes: Arc::new(Semaphore::new(permits)) }
    }

    async fn facts(&self, bytes: Bytes, format: ImageFormat) -> Result<ImageFacts, VisionError> {
        let closed = |_| VisionError::Unavailable("the vision is closed".to_owned());
        let permit = Arc::clone(&self.decodes).acquire_owned().await.map_err(closed)?;
        let (answer, facts) = oneshot::channel();
        let job = Job { bytes, format, limits: self.limits.clone(), permit, answer };
        let run = move || {
            job.run();
            Ok(())
        };
        self.background.spawn_blocking(Task::new("image_decoding"), Box::new(run));
        let dropped = |_| VisionError::Unavailable("the analysis was dropped before it ended".to_owned());
        facts.await.map_err(dropped)?
    }
}

#[async_trait]
impl Vision for LocalVision {
    async fn analyze(&self, bytes: Bytes, format: ImageFormat) -> Result<ImageFacts, VisionError> {
        let limit = self.limits.analysis_deadline;
        let late = |_| VisionError::Unavailable(format!("the analysis took longer than {} s", limit.as_secs_f64()));
        timeout(limit, self.facts(bytes, format)).await.map_err(late)?
    }
}

/// One analysis. It holds its permit until the computation has ended, even if nobody waits for it any longer, so that an
/// abandoned wait does not let in more computations than there should be.
struct Job {
    bytes: Bytes,
    format: ImageFormat,
    limits: Limits,
    permit: OwnedSemaphorePermit,
    answer: oneshot::Sender<Result<ImageFacts, VisionError>>,
}

impl Job {
    fn run(self) {
        if self.answer.is_closed() {
            return;
        }
        let facts = look(&self.bytes, self.format, &self.limits);
        drop(self.permit);
        // An error means that nobody waits any longer, which is theirs to decide.
        let _ = self.answer.send(facts);
    }
}

fn look(bytes: &[u8], format: ImageFormat, limits: &Limits) -> Result<ImageFacts, VisionError> {
    caught(|| {
        let (image, turn) = decode::decode(bytes, format, limits)?;
        Ok(facts_of(&image, turn))
    })
}

/// Decoders have been known to panic on hostile input; that is the input's failure and not ours.
fn caught<T>(work: impl FnOnce() -> Result<T, VisionError>) -> Result<T, VisionError> {
    panic::catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(VisionError::Undecodable("the decoder gave up on it".to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decoder_that_panics_found_something_undecodable() {
        let answer = caught::<ImageFacts>(|| panic!("index out of bounds"));
        assert_eq!(answer, Err(VisionError::Undecodable("the decoder gave up on it".to_owned())));
    }
}
