//! Steps that take scenes or parts of scenes away.

use braincase_core::{patch::ScenePatch, scene::Background};

use super::{
    Clause, Outcome, Question, Thread, Use, Work, content, edit, force, has_pronoun, implied, targets, wish, words,
};
use crate::brain::local::{
    numbers,
    target::{How, Named},
    token::Kind,
    wish::Noun,
};

/// Whether a step takes something away.
pub(super) fn reads_as_delete(clause: &Clause<'_>) -> bool {
    if is_unwanted(clause) || absent(clause).is_some() {
        return true;
    }
    let verb = clause.find(&["delete", "start-over"]);
    let takes_time = !numbers::spans(clause).is_empty();
    let cut = clause
        .find(&["cut", "hide"])
        .filter(|_| !takes_time && !clause.has(&["duration", "half", "speed", "size", "time"]));
    let taken = clause.find(&["take"]).is_some_and(|at| {
        !takes_time && (at + 1..clause.len()).any(|next| matches!(clause.word(next), "out" | "away"))
    });
    let only = clause.find(&["keep"]).is_some() && clause.has(&["only", "just"]);
    let named = |at: usize| {
        !clause.has(&["add", "make", "change", "set"])
            || clause.find(&["add", "make", "change", "set"]).is_some_and(|other| at < other)
    };
    let first = verb.or(cut).is_some_and(named);
    let animation = clause.has(&["animation"]) || (clause.has(&["bold"]) && !clause.has(words::SCENE));
    taken || only || first && (!takes_time || clause.has(&["star"])) && !animation
}

/// Takes away what a step names.
pub(super) fn run(work: &mut Work, thread: &mut Thread, clause: &mut Clause<'_>) -> Result<Outcome, Question> {
    let only = clause.has(&["keep"]);
    let says_all = says_all(clause) || names_the_rest(clause) || clause.has(&["except", "other"]);
    let mut said = content::read(clause, Use::Delete);
    if said.old.is_none() {
        said.old = shown(work, clause);
    }
    if let Some(place) = said.old.as_deref().and_then(|title| scene_called(work, clause, title)) {
        thread.last = vec![place];
        work.delete(place)?;
        return Ok(Outcome::Done);
    }
    if is_uncertain(clause) {
        return Err(Question::which_scene(&work.board, &work.board.all()));
    }
    // The noun that comes before the scene is the thing; after it, it only describes the scene.
    let noun = thing(clause);
    let anything_else = claim_anything_else(clause);
    let named = named_for_sure(work, thread, clause)?;
    // "the star is ugly, remove it"
    let about = thread.about.take().filter(|_| named.is_none() && noun.is_none() && has_pronoun(clause));
    let noun = noun.or(about);
    // "we only need scene 1, the rest can go": what is named beside the rest stays.
    let rest = noun.is_none() && (anything_else || names_the_rest(clause));
    if only || rest {
        if only && !rest && clause.has(&["delete"]) {
            return Err(Question::which_scene(&work.board, &work.board.all()));
        }
        let kept = named.map(|named| named.places).or_else(|| implied(work, thread)).unwrap_or_default();
        let rest: Vec<usize> = work.board.all().into_iter().filter(|place| !kept.contains(place)).collect();
        if kept.is_empty() {
            return Err(Question::which_scene(&work.board, &work.board.all()));
        }
        work.effect.wide = true;
        return scenes(work, thread, &rest);
    }
    if let Some(noun) = noun.or(said.old.as_ref().map(|_| Noun::Text)) {
        let places = named
            .map(|named| named.places)
            .or_else(|| edit::implied_with(work, thread, noun))
            .or_else(|| edit::element_named(work, clause).map(|(place, _)| vec![place]));
        let Some(places) = places else { return Err(Question::which_scene(&work.board, &work.board.all())) };
        return parts(work, thread, &places, noun, clause, said.old.as_deref());
    }
    if named.is_none() && thread.gone && has_pronoun(clause) {
        return Ok(Outcome::Done);
    }
    work.effect.wide = named.as_ref().map_or(says_all, |named| named.how != How::Each);
    match named {
        // "delete scenes" does not say which; all of them go only if that is said.
        Some(Named { how: How::All | How::Whole, .. }) if !says_all => {
            Err(Question::which_scene(&work.board, &work.board.all()))
        }
        Some(named) => scenes(work, thread, &named.places),
        None if says_all => scenes(work, thread, &work.board.all()),
        None if has_pronoun(clause) || clause.has(words::SCENE) || clause.open().count() <= 3 => {
            match implied(work, thread) {
                Some(places) => scenes(work, thread, &places),
                None => Err(Question::which_scene(&work.board, &work.board.all())),
            }
        }
        None => Err(Question::which_scene(&work.board, &work.board.all())),
    }
}

/// Whether a step says in so many words that all is meant; "the video" alone may be a part of a scene.
fn says_all(clause: &Clause<'_>) -> bool {
    let whole = |at: usize| matches!(clause.word(at + 1), "video" | "thing" | "board" | "lot" | "show" | "story");
    clause.has(&["everything", "all", "every", "each", "both", "all-except", "start-over"])
        || clause.find(&["whole", "entire", "complete"]).is_some_and(whole)
}

/// The scene with a quoted title, unless the quote is of a text or another part.
fn scene_called(work: &Work, clause: &Clause<'_>, title: &str) -> Option<usize> {
    if wish::noun(clause).is_some() { None } else { crate::brain::local::target::quoted(&work.board, title) }
}

/// "everything else" is not everything: what was spoken of before stays.
fn claim_anything_else(clause: &mut Clause<'_>) -> bool {
    let at = (0..clause.len()).find(|at| clause.seq(*at, &["everything", "else"]));
    if let Some(at) = at {
        clause.claim(at, at + 1);
    }
    at.is_some()
}

/// "take Sand away": the words that are shown, if they follow the verb.
fn shown(work: &Work, clause: &Clause<'_>) -> Option<String> {
    let verb = clause.find(&["delete"])?;
    let start = verb + 1 + usize::from(clause.word(verb + 1) == "the");
    let spans = (start + 1..=clause.len().min(start + 8)).rev();
    spans.map(|end| clause.raw(start, end)).find(|words| edit::is_there(work, words)).map(str::to_owned)
}

/// Whether a step leaves open which scenes are to go: "one of the scenes", "scene 2 or 3", "some of them".
fn is_uncertain(clause: &Clause<'_>) -> bool {
    let vague = clause.has(&["or", "some", "few", "several", "most", "any", "either", "without", "unless"])
        && !clause.has(&["unwanted"])
        && absent(clause).is_none();
    let counted = |at: usize| clause.word(at) == "one" || matches!(clause.kind(at), Some(Kind::Number(_)));
    let a_scene = (0..clause.len()).any(|at| {
        matches!(clause.word(at), "a" | "an") && words::SCENE.contains(&clause.word(at + 1)) && at + 2 >= clause.len()
            || counted(at) && clause.word(at + 1) == "of"
            || clause.seq(at, &["half", "of"])
            || matches!(clause.kind(at), Some(Kind::Number(_)))
                && clause.word(at + 1) == "scenes"
                && at.checked_sub(1).is_none_or(|before| clause.word(before) == "delete")
    });
    vague || a_scene
}

/// The scenes that a step names, unless some of them may be named for another reason.
fn named_for_sure(work: &mut Work, thread: &mut Thread, clause: &mut Clause<'_>) -> Result<Option<Named>, Question> {
    let spares = claim_spared(clause);
    let before: Vec<usize> = clause.open().collect();
    let named = targets(work, thread, clause)?;
    let each = named.as_ref().is_none_or(|named| named.how == How::Each);
    if spares && !each || each && !is_list(clause, &before) {
        return Err(Question::which_scene(&work.board, &work.board.all()));
    }
    Ok(named)
}

/// "scene 2 but not scene 3", "scene 1 instead of scene 2": what is named behind it is to stay.
fn claim_spared(clause: &mut Clause<'_>) -> bool {
    let after = clause.find(&["delete", "cut", "hide"]).map_or(0, |verb| verb + 1);
    let spares = |at: &usize| matches!(clause.word(*at), "not" | "instead-of");
    let at = (after + 1..clause.len()).find(spares);
    if let Some(at) = at {
        clause.claim(at, clause.len());
    }
    at.is_some()
}

/// Whether nothing but a list stands between the first and the last scene that were found; "scene 2, not scene 3" and
/// "scene 2, it repeats scene 3" are none. `before` is what was open before they were found.
fn is_list(clause: &Clause<'_>, before: &[usize]) -> bool {
    let found = |at: &&usize| clause.kind(**at).is_none();
    let (Some(first), Some(last)) = (before.iter().find(found), before.iter().rev().find(found)) else { return true };
    let joins = |at: usize| {
        clause.kind(at) != Some(Kind::Word)
            || words::SCENE.contains(&clause.word(at))
            || matches!(clause.word(at), "and" | "also" | "plus" | "both" | "the" | "as" | "well" | "then" | "too")
    };
    (*first..=*last).all(joins)
}

/// Whether a step speaks of the scenes that it does not name.
pub(in crate::brain::local) fn names_the_rest(clause: &Clause<'_>) -> bool {
    clause.has(&["rest", "others", "remaining"])
        || (0..clause.len()).any(|at| {
            clause.word(at) == "other" && matches!(clause.word(at + 1), "scenes" | "ones")
                || clause.seq(at, &["everything", "else"])
        })
}

/// "I don't need the dinner scene", "scene 2 has to go".
fn is_unwanted(clause: &Clause<'_>) -> bool {
    let named = clause.has(words::SCENE) || clause.open().any(|at| wish::noun_of(clause.word(at)).is_some());
    let condition = |after: usize| matches!(clause.word(after), "to" | "you" | "change" | "changes");
    let unwanted = clause.find(&["unwanted"]).is_some_and(|at| !(at + 1..clause.len()).any(condition));
    let last = (0..clause.len()).rev().find(|at| !matches!(clause.word(*at), "" | "please" | "now" | "away"));
    let must = |at: usize| matches!(clause.word(at), "can" | "must" | "should" | "has" | "needs" | "have" | "could");
    let goes_at = |at: usize| clause.word(at) == "go" && (at.saturating_sub(3)..at).any(must);
    let goes = last.is_some_and(goes_at) || clause.find(&["except"]).is_some_and(|at| at > 0 && goes_at(at - 1));
    unwanted && (named || clause.len() <= 8) || goes
}

/// "no star in scene 2", "scene 3 without the logo": where it is said that something is not to be there.
fn absent(clause: &Clause<'_>) -> Option<usize> {
    let orders = clause.open().any(|at| words::COMMANDS.contains(&clause.word(at)) && clause.word(at) != "title");
    let at = clause.find(&["no", "without"]).filter(|_| !orders && !clause.has(&["new", "animation", "should"]))?;
    let next = at + 1 + usize::from(matches!(clause.word(at + 1), "the" | "any" | "a" | "this" | "that"));
    wish::noun_of(clause.word(next)).map(|_| at)
}

fn thing(clause: &Clause<'_>) -> Option<Noun> {
    let verb = clause.find(&["delete", "cut", "hide", "unwanted"]).or_else(|| absent(clause)).unwrap_or(0);
    // "the logo in scene 3 should be removed": what is taken away stands before the verb.
    let passive = !(verb..clause.len()).any(|at| wish::noun_of(clause.word(at)).is_some());
    let verb = if passive { 0 } else { verb };
    let scene = (verb..clause.len())
        .find(|at| words::SCENE.contains(&clause.word(*at)) || matches!(clause.word(*at), "one" | "ones"));
    let noun_at = (verb..clause.len()).find(|at| wish::noun_of(clause.word(*at)).is_some())?;
    // "the logo scene" and "the scene with the logo" are scenes; "the logo from scene 2" is a logo.
    let describes = scene.is_some_and(|scene| scene < noun_at || scene == noun_at + 1);
    let possessive = scene.is_some_and(|scene| {
        scene < noun_at && (clause.number(scene + 1).is_some() && clause.number(noun_at - 1).is_some())
    });
    if describes && !possessive { None } else { wish::noun_of(clause.word(noun_at)) }
}

fn scenes(work: &mut Work, thread: &mut Thread, places: &[usize]) -> Result<Outcome, Question> {
    if work.board.before == 0 && places.is_empty() {
        return Err(Question::open(
            "There is no scene yet, so there is nothing to delete. What should the first one show?",
        ));
    }
    for place in places {
        work.delete(*place)?;
    }
    thread.gone = true;
    thread.last = Vec::new();
    Ok(Outcome::Done)
}

fn parts(
    work: &mut Work,
    thread: &mut Thread,
    places: &[usize],
    noun: Noun,
    clause: &Clause<'_>,
    old: Option<&str>,
) -> Result<Outcome, Question> {
    let mut removed = false;
    for place in places {
        let Some(entry) = work.board.entries.get(*place) else { continue };
        let mut patch = ScenePatch::default();
        let background_image = matches!(entry.spec.background, Background::Image(_));
        let plural = wish::is_plural(clause) || noun == Noun::Image;
        patch.remove = edit::elements(&entry.spec, noun, old, plural, clause)
            .into_iter()
            .map(|element| element.id.clone())
            .collect();
        if noun == Noun::Background || (noun == Noun::Image && patch.remove.is_empty() && background_image) {
            patch.background = Some(Background::default());
        }
        removed |= !patch.is_empty();
        work.patch(*place, &patch, force(thread, places.len() > 1))?;
    }
    thread.last = places.to_vec();
    // "there is a star that I don't want, remove it"
    thread.gone |= is_unwanted(clause);
    if removed {
        return Ok(Outcome::Done);
    }
    let label = places.first().map_or_else(String::new, |place| work.board.label(*place));
    Err(Question::open(format!("I do not find that in {label}. What should I remove?")))
}
