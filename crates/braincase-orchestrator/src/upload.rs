//! Upload: let an image in if it is one, keep its bytes, and have it looked at.

use braincase_core::{
    ContentHash, ImageId, Scope,
    image::{Analysis, Image},
};
use bytes::Bytes;

use crate::{
    Error,
    engine::Shared,
    facts,
    vision::probe::{Probe, ProbeError, probe},
};

/// Takes an image and starts its analysis.
pub(crate) async fn upload(engine: &Shared, scope: Scope, bytes: Bytes) -> Result<Image, Error> {
    let limits = &engine.parts.limits;
    if bytes.len() > limits.max_image_bytes {
        let problem = format!("is {} bytes long, at most {} are allowed", bytes.len(), limits.max_image_bytes);
        return Err(Error::TooLarge { field: "image", problem });
    }
    let Probe { format, width, height } = probe(&bytes, limits).map_err(|error| refusal(&error))?;
    let store = &engine.parts.store;
    let project = store.load_project(scope).await?;
    project.ok_or_else(|| Error::NotFound { what: "project", id: scope.project.to_string() })?;
    let hash = ContentHash::of(&bytes);
    let at = engine.parts.clock.now();
    let mut image = Image {
        id: ImageId::new(at),
        project_id: scope.project,
        hash,
        format,
        width,
        height,
        bytes: bytes.len() as u64,
        analysis: Analysis::Pending,
        created_at: at,
    };
    store.save_blob(scope.tenant, hash, bytes).await?;
    image.analysis = store.add_image(scope, &image).await?;
    facts::arrived(engine, scope, &image).await?;
    Ok(image)
}

fn refusal(error: &ProbeError) -> Error {
    match error {
        ProbeError::TooLarge { .. } => Error::TooLarge { field: "image", problem: error.to_string() },
        ProbeError::NotAnImage | ProbeError::Unsupported { .. } => Error::UnsupportedImage(error.to_string()),
        ProbeError::Truncated { .. } | ProbeError::Corrupt { .. } => {
            Error::Invalid { field: "image", problem: error.to_string() }
        }
    }
}
