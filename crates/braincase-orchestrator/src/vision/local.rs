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

use crate::compute::{Compute, NoResult};

pub use facts::facts_of;

/// Looks at images on threads where blocking is allowed, a few at a time.
#[derive(Debug)]
pub struct LocalVision {
    limits: Limits,
    decoders: Compute,
}

impl LocalVision {
    /// A vision that decodes up to `concurrency` images at once, and at least one.
    #[must_use]
    pub fn new(background: Arc<dyn Background>, limits: Limits, concurrency: usize) -> Self {
        let decoders = Compute::new(background, concurrency, limits.analysis_deadline);
        Self { limits, decoders }
    }
}

#[async_trait]
impl Vision for LocalVision {
    async fn analyze(&self, bytes: Bytes, format: ImageFormat) -> Result<ImageFacts, VisionError> {
        let limits = self.limits.clone();
        let looked = self.decoders.run(Task::new("image_decoding"), move || look(&bytes, format, &limits));
        looked.await.map_err(unavailable)?
    }
}

fn unavailable(error: NoResult) -> VisionError {
    VisionError::Unavailable(match error {
        NoResult::NoPlace(limit) | NoResult::TookTooLong(limit) => {
            format!("the analysis took longer than {} s", limit.as_secs_f64())
        }
        NoResult::Dropped => error.to_string(),
    })
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
