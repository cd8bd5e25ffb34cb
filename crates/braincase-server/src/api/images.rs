//! Images: upload, show.

use axum::extract::{Request, State};
use http::StatusCode;

use crate::{
    api::Answered,
    app::App,
    body,
    extract::{InImage, InProject, Known, Named, Scoped},
    wire::{image::Image, shown::Shown},
};

/// The body is read before anything is refused, so that a client that is still sending gets to see the refusal.
pub(crate) async fn upload(
    State(app): State<App>,
    Named(path): Named<InProject>,
    request: Request,
) -> Answered<(StatusCode, Shown<Image>)> {
    let scope = path.scope(&app);
    let (bytes, _share) = body::read_upload(request, &app).await?.into_parts();
    let image = app.orchestrator.upload(scope, bytes).await?;
    Ok((StatusCode::ACCEPTED, Shown(image.into())))
}

pub(crate) async fn show(State(app): State<App>, known: Known<InImage>) -> Answered<Shown<Image>> {
    let image = app.orchestrator.image(known.scope, known.path.image_id).await?;
    Ok(Shown(image.into()))
}
