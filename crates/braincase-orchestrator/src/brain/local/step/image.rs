//! Steps about images: new scenes from them, scenes that get them, questions what they show.

use braincase_core::{
    ImageId,
    patch::ScenePatch,
    scene::{Background, SceneSpec, Title},
};

use super::{
    Clause, Outcome, Question, Thread, Work,
    add::{self, Draft},
    content::{self, Use},
    edit, has_pronoun, implied, targets, wish, words,
};
use crate::brain::local::{numbers, wish::Noun};
use crate::tools::{CreateSceneFromImage, EditSceneWithImage, Placement};

/// Answers "what's in this image?" by having it looked at.
pub(super) fn analyze(work: &mut Work, thread: &mut Thread, clause: &Clause<'_>) -> Result<Option<Outcome>, Question> {
    let verb = clause.has(&["analyze", "describe", "recognize", "recognise", "inspect", "examine"]);
    let first = clause.find(&["what", "whats", "which", "tell", "who", "where", "how", "does", "is"]);
    let asks = first.is_some_and(|at| at <= 3)
        && (clause.has(&[
            "see", "in", "on", "shows", "show", "know", "think", "about", "color", "this", "of", "depicted", "dominant",
        ]));
    let image = clause.has(words::IMAGE);
    let attached = work.board.attached();
    let shown = image
        || (!attached.is_empty() && (has_pronoun(clause) || clause.has(&["see", "here"])) && !clause.has(words::SCENE));
    let of_scenes = attached.is_empty()
        && !verb
        && (clause.has(&["scenes"]) || clause.has(words::SCENE) && clause.has(&["is", "does"]));
    if !((verb || asks) && shown) || of_scenes || clause.has(&["make", "change", "set", "add", "put", "if"]) {
        return Ok(None);
    }
    if thread.used_images && !image {
        return Ok(Some(Outcome::Done));
    }
    let images = match (attached.as_slice(), work.board.images.last()) {
        ([], Some(last)) => vec![last.image_id],
        ([], None) => {
            return Err(Question::open("There is no image yet. Please attach the one that I should look at."));
        }
        (attached, _) => numbered(clause, attached).map_or_else(|| attached.to_vec(), |(_, image)| vec![image]),
    };
    for image in images {
        let facts = work.board.images.iter().find(|line| line.image_id == image).and_then(|line| line.facts.as_ref());
        let told = facts.map(|facts| facts.description.clone()).filter(|told| !told.trim().is_empty());
        work.plan.remarks.extend(told);
        work.analyze(image);
    }
    thread.used_images = true;
    Ok(Some(Outcome::Done))
}

/// The images that a step about a new scene wants in it.
pub(super) fn wanted(work: &Work, thread: &Thread, clause: &Clause<'_>) -> Result<Option<Vec<ImageId>>, Question> {
    let presented = thread.presents && has_pronoun(clause);
    let mentioned = clause.has(words::IMAGE) || clause.mentions(&["attached", "uploaded"]) || presented;
    let attached = work.board.attached();
    if !attached.is_empty() && (mentioned || !thread.used_images) {
        return Ok(Some(attached));
    }
    if !mentioned {
        return Ok(None);
    }
    known(work).map(Some)
}

/// The one image that can be meant if none is attached.
fn known(work: &Work) -> Result<Vec<ImageId>, Question> {
    match work.board.images.as_slice() {
        [] => Err(Question::open("There is no image yet. Please attach the one that you want to use.")),
        [one] => Ok(vec![one.image_id]),
        _ => {
            Err(Question::open("There are several images in this project. Please attach the one that you want to use."))
        }
    }
}

/// Makes scenes from images.
pub(super) fn scenes(
    work: &mut Work,
    thread: &mut Thread,
    clause: &Clause<'_>,
    draft: &Draft,
    at: Option<u32>,
    images: &[ImageId],
) -> Result<Outcome, Question> {
    thread.used_images = true;
    let each = clause.has(&["each", "every", "scenes", "separate"]);
    let background = clause.has(&["background"]) && draft.wish.background.is_none();
    let mut probe = SceneSpec::titled(Title::truncated("-"));
    work.preferences.apply(&mut probe);
    draft.dress(&mut probe);
    let title = draft.title().or_else(|| clause.has(&["logo"]).then(|| "Logo".to_owned()));
    let duration_ms = (draft.wish.length.is_some() || probe.duration_ms.get() != 3_000).then_some(probe.duration_ms);
    let mut made = Vec::new();
    for (index, image_id) in images.iter().enumerate() {
        if index > 0 && !each {
            if let Some(place) = made.first() {
                put(work, *place, *image_id, Placement::Element, None);
            }
            continue;
        }
        let next = at.map(|at| at + u32::try_from(index).unwrap_or(0));
        let call = CreateSceneFromImage {
            image_id: *image_id,
            title: title.as_deref().map(Title::truncated),
            duration_ms,
            at: next,
        };
        made.extend(work.add_image(call));
    }
    for place in &made {
        let Some(entry) = work.board.entries.get(*place) else { continue };
        let mut patch = ScenePatch::default();
        if let Some(text) = &draft.said.text {
            let mut wish = draft.wish.clone();
            wish.noun = Some(Noun::Text);
            patch.add.push(edit::new_element(&entry.spec, Noun::Text, Some(text), &wish));
        }
        patch.background = (probe.background != Background::default() && !background).then(|| probe.background.clone());
        work.patch(*place, &patch, edit::OVERRULE)?;
        if background && let Some(image) = images.first() {
            put(work, *place, *image, Placement::Background, None);
        }
    }
    thread.last = made;
    Ok(Outcome::Done)
}

/// Puts images into scenes that are there, or makes scenes of them if there is nowhere to put them.
pub(super) fn place(
    work: &mut Work,
    thread: &mut Thread,
    clause: &mut Clause<'_>,
) -> Result<Option<Outcome>, Question> {
    if !uses_images(work, thread, clause) {
        return Ok(None);
    }
    let attached = work.board.attached();
    let background = clause.has(&["background", "behind"]);
    let mentioned = clause.has(words::IMAGE);
    let mut images = if attached.is_empty() { known(work)? } else { attached.clone() };
    if let Some((at, image)) = numbered(clause, &images).or_else(|| presented(thread, clause, &images)) {
        let another = (at + 2..clause.len())
            .any(|next| numbers::ordinal(clause.word(next)).is_some() && clause.word(next + 1) == "one");
        if another {
            return Err(Question::open("One image at a time, please: which one should go where first?"));
        }
        clause.claim(at, at + 2);
        images = vec![image];
    }
    let replaces = clause.has(&["replace", "swap", "instead-of"]) || (clause.has(&["change"]) && mentioned);
    let said = content::read(clause, Use::Change);
    let own_scene = !background && !replaces && !attached.is_empty() && wants_own_scene(clause);
    if own_scene {
        return as_scenes(work, thread, clause, &images).map(Some);
    }
    let named = targets(work, thread, clause)?.map(|named| named.places);
    let only = replaces.then(|| edit::only_scene_with(work, Noun::Image)).flatten();
    // "behind the price"
    let element = || edit::element_named(work, clause).map(|(place, _)| vec![place]);
    let places = named.or(only).or_else(element).or_else(|| implied(work, thread));
    if background && images.len() > 1 {
        return Err(Question::open("You attached several images. Which one should be the background?"));
    }
    if images.len() > 1 && is_single(clause) {
        return Err(Question::open("You attached several images. Which one do you mean?"));
    }
    thread.used_images = true;
    let Some(places) = places else {
        if background || replaces {
            return Err(Question::which_scene(&work.board, &work.board.all()));
        }
        return defaults(work, thread, &images).map(Some);
    };
    put_all(work, &places, &images, As::told(background, replaces), said.text.as_deref())?;
    thread.last = places;
    Ok(Some(Outcome::Done))
}

/// Whether a step says where among the scenes an image is to stand.
fn wants_own_scene(clause: &Clause<'_>) -> bool {
    clause.has(&["separately"])
        || placed_first(clause)
        || clause.has(&["beginning", "front", "start", "between"]) && !clause.has(&["of"])
        || clause.has(&["after", "before"])
        || edge_verb(clause)
}

/// "as the first scene", not "in the first scene".
fn placed_first(clause: &Clause<'_>) -> bool {
    let into = |at: usize| matches!(clause.any_word(at), "in" | "into" | "to" | "on" | "onto");
    let first = clause.find(&["first"]).filter(|_| !clause.has(&["of"]));
    first.is_some_and(|at| !(at.saturating_sub(2)..at).any(into))
}

/// "open with this picture", "end on the photo".
fn edge_verb(clause: &Clause<'_>) -> bool {
    (0..clause.len()).any(|at| {
        matches!(clause.word(at), "open" | "start" | "begin" | "end" | "close" | "finish")
            && (at + 1..at + 4).any(|joint| matches!(clause.word(joint), "with" | "on"))
    })
}

/// "the second image": which one, and where it is named; not if two are named.
fn numbered(clause: &Clause<'_>, images: &[ImageId]) -> Option<(usize, ImageId)> {
    let mut found = (0..clause.len()).filter_map(|at| {
        let place = match clause.word(at) {
            "last" => images.len(),
            "image" => usize::try_from(edit::whole(clause.number(at + 1)?)).ok()?,
            word => numbers::ordinal(word)?,
        };
        (clause.word(at + 1) == "image" || clause.word(at) == "image")
            .then(|| Some((at, *images.get(place.checked_sub(1)?)?)))
            .flatten()
    });
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// "these photos: the first one is for the intro": which of the images that were shown.
fn presented(thread: &Thread, clause: &Clause<'_>, images: &[ImageId]) -> Option<(usize, ImageId)> {
    let at = (0..clause.len().min(4))
        .find(|at| thread.presents && clause.word(at + 1) == "one" && numbers::ordinal(clause.word(*at)).is_some())?;
    let place = numbers::ordinal(clause.word(at))?.checked_sub(1)?;
    Some((at, *images.get(place)?))
}

/// Whether a step speaks of one image that is known: "the picture".
fn is_single(clause: &Clause<'_>) -> bool {
    (0..clause.len()).any(|at| {
        matches!(clause.any_word(at), "the" | "this" | "that" | "my" | "our") && clause.word(at + 1) == "image"
    }) && !clause.has(&["images", "both", "all"])
}

/// Whether a step puts images somewhere, rather than changing one that is there.
fn uses_images(work: &Work, thread: &Thread, clause: &Clause<'_>) -> bool {
    let attached = work.board.attached();
    let mentioned = clause.has(words::IMAGE);
    let verb = clause.has(&[
        "put", "add", "use", "place", "show", "set", "replace", "swap", "change", "have", "attach", "apply", "want",
        "need", "make", "turn", "fill",
    ]);
    let background = clause.has(&["background"]);
    let pronoun = has_pronoun(clause);
    let probe = wish_of(clause);
    let somewhere = || super::targets(work, thread, &mut clause.clone()).is_ok_and(|named| named.is_some());
    let by_image = mentioned
        // "here is our shop. It would look great behind the intro"
        || thread.presents && !attached.is_empty() && pronoun && clause.has(&["behind", "in", "on", "into", "for"]) && somewhere()
        || ((!attached.is_empty() || thread.presents)
            && pronoun
            && clause.has(&["put", "add", "use", "place", "show", "replace", "swap", "attach"]))
        || (!attached.is_empty() && background && pronoun && clause.has(&["use", "make", "as", "set", "be", "is"]))
        || (!attached.is_empty() && clause.len() <= 5 && matches!(clause.word(0), "for" | "in" | "into" | "on" | "to"))
        || (!attached.is_empty() && pronoun && clause.has(&["make", "turn"]) && clause.has(&["out", "from", "into"]))
        || (!attached.is_empty() && background && matches!(clause.word(0), "this" | "that" | "these"));
    let looks_only = probe.as_ref().is_some_and(|wish| !wish.is_empty())
        && !clause.has(&["put", "add", "use", "place", "attach", "this", "replace", "swap"]);
    let moves = attached.is_empty()
        && probe.as_ref().is_some_and(|wish| wish.place.is_some())
        && !clause.has(&["add", "attach", "replace", "swap", "use"])
        && work
            .board
            .entries
            .iter()
            .any(|entry| entry.spec.elements.iter().any(|e| edit::is_image(&e.content).is_some()));
    if moves || looks_only || !by_image || !verb && attached.is_empty() {
        return false;
    }
    clause.has(&[
        "put", "add", "use", "place", "show", "attach", "replace", "swap", "apply", "have", "want", "need", "fill",
    ]) || (clause.has(&["change", "set", "make", "turn"]) && clause.has(&["this", "attached", "background", "to"]))
        || !attached.is_empty()
}

/// What images are put into a scene as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum As {
    Element,
    Replacement,
    Background,
}

impl As {
    const fn told(background: bool, replaces: bool) -> Self {
        match (background, replaces) {
            (true, _) => Self::Background,
            (false, true) => Self::Replacement,
            (false, false) => Self::Element,
        }
    }
}

fn put_all(
    work: &mut Work,
    places: &[usize],
    images: &[ImageId],
    usage: As,
    text: Option<&str>,
) -> Result<(), Question> {
    for place in places {
        for image in images {
            let placement = if usage == As::Background { Placement::Background } else { Placement::Element };
            let old = (usage == As::Replacement).then(|| old_image(work, *place)).flatten();
            put(work, *place, *image, placement, old);
        }
        if let (Some(text), Some(entry)) = (text, work.board.entries.get(*place)) {
            let patch = ScenePatch {
                add: vec![edit::new_element(&entry.spec, Noun::Text, Some(text), &wish::Wish::default())],
                ..ScenePatch::default()
            };
            work.patch(*place, &patch, edit::OVERRULE)?;
        }
    }
    Ok(())
}

/// Makes a scene of each image where the step says, as long as it says.
fn as_scenes(
    work: &mut Work,
    thread: &mut Thread,
    clause: &mut Clause<'_>,
    images: &[ImageId],
) -> Result<Outcome, Question> {
    thread.used_images = true;
    let at = add::position(work, thread, clause, "")?;
    let duration_ms = numbers::spans(clause).first().map(|span| edit::duration(span.millis));
    let mut made = Vec::new();
    for (index, image_id) in images.iter().enumerate() {
        let at = at.map(|at| at + u32::try_from(index).unwrap_or(0));
        made.extend(work.add_image(CreateSceneFromImage { image_id: *image_id, title: None, duration_ms, at }));
    }
    thread.last = made;
    Ok(Outcome::Done)
}

/// What to do with images if nothing is said about them: into the selected scene, else each into a scene of its own.
pub(in crate::brain::local) fn defaults(
    work: &mut Work,
    thread: &mut Thread,
    images: &[ImageId],
) -> Result<Outcome, Question> {
    thread.used_images = true;
    if let Some(place) = work.board.selected {
        for image in images {
            put(work, place, *image, Placement::Element, None);
        }
        return Ok(Outcome::Done);
    }
    let call = |image: &ImageId| CreateSceneFromImage { image_id: *image, title: None, duration_ms: None, at: None };
    thread.last = images.iter().filter_map(|image| work.add_image(call(image))).collect();
    Ok(Outcome::Done)
}

fn wish_of(clause: &Clause<'_>) -> Option<wish::Wish> {
    wish::read(&mut clause.clone()).ok()
}

fn put(
    work: &mut Work,
    place: usize,
    image_id: ImageId,
    placement: Placement,
    replace: Option<braincase_core::scene::ElementId>,
) {
    let Some(entry) = work.board.entries.get(place) else { return };
    let placement = if replace.is_some() { Placement::Element } else { placement };
    let call = EditSceneWithImage { scene_id: entry.scene, image_id, placement, replace };
    work.put_image(place, call);
}

fn old_image(work: &Work, place: usize) -> Option<braincase_core::scene::ElementId> {
    let spec = &work.board.entries.get(place)?.spec;
    spec.elements.iter().find(|element| edit::is_image(&element.content).is_some()).map(|element| element.id.clone())
}
