//! The port to vision: something that looks at an image.

use async_trait::async_trait;
use bytes::Bytes;

use crate::image::{ImageFacts, ImageFormat};

/// Something that looks at an image.
#[async_trait]
pub trait Vision: Send + Sync + std::fmt::Debug {
    /// Says what is to be seen. Works off the async threads when it computes.
    ///
    /// # Errors
    /// See [`VisionError`].
    async fn analyze(&self, bytes: Bytes, format: ImageFormat) -> Result<ImageFacts, VisionError>;
}

/// Why an image was not analysed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VisionError {
    /// The bytes are no image that we can read; trying again will not help.
    #[error("the image cannot be decoded: {0}")]
    Undecodable(String),
    /// The image is larger than we allow.
    #[error("the image is too large: {0}")]
    TooLarge(String),
    /// Something else failed; trying again may help.
    #[error("image analysis is not available: {0}")]
    Unavailable(String),
}

impl VisionError {
    /// A stable word for the kind of failure.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Undecodable(_) => "image_undecodable",
            Self::TooLarge(_) => "image_too_large",
            Self::Unavailable(_) => "vision_unavailable",
        }
    }
}
