//! Enriching: what facts add to a scene that shows the image.

use braincase_core::{
    ImageId,
    bounded::Text,
    image::ImageFacts,
    scene::{Background, Content, SceneSpec},
};

/// How many colours of an image a scene keeps.
const MAX_COLORS: usize = 6;

/// The scene with what the facts add to it; `None` if it has all of it already. What a person has set stays.
pub(crate) fn enrich(spec: &SceneSpec, image: ImageId, facts: &ImageFacts) -> Option<SceneSpec> {
    let mut next = spec.clone();
    for element in &mut next.elements {
        let Content::Image(content) = &mut element.content else { continue };
        if content.image_id == image {
            content.alt.get_or_insert_with(|| Text::truncated(&facts.description));
            if content.palette.is_empty() {
                content.palette = facts.palette.iter().take(MAX_COLORS).map(|swatch| swatch.color).collect();
            }
        }
    }
    if is_built_from(spec, image)
        && spec.background == Background::default()
        && let Some(main) = facts.palette.first()
    {
        next.background = Background::Color(main.color);
    }
    (next != *spec).then_some(next)
}

/// Whether the image is all that the scene shows, as when it was made from it.
fn is_built_from(spec: &SceneSpec, image: ImageId) -> bool {
    matches!(spec.elements.as_slice(), [only] if only.image_id() == Some(image))
}
