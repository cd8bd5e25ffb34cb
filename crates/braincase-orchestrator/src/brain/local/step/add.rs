//! Steps that make new scenes.

mod draft;
mod position;
mod preferences;
mod title;

use braincase_core::patch::ScenePatch;

use super::{Clause, Kind, Outcome, Question, Thread, Use, Work, content, edit, image, wish, words};
use crate::brain::local::wish::Length;

pub(super) use draft::Draft;
pub(super) use position::read as position;
pub(in crate::brain::local) use preferences::Preferences;

/// How many scenes one step may ask for; more than a decision can hold are refused by the plan.
const MAX_COPIES: f64 = 40.0;

/// What is known of a new scene from how the step names it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct NewScene {
    /// The word that says what kind of scene it is, as in "intro" or "pricing"; its token.
    noun: usize,
    /// How many of them.
    count: f64,
}

/// Whether a step asks for a new scene.
pub(super) fn reads_as_new_scene(work: &Work, clause: &Clause<'_>) -> Option<NewScene> {
    // Where there is none yet, whoever describes a scene wants one.
    let none = || (work.board.before == 0 && work.board.order.is_empty()).then(|| first_scene(clause)).flatten();
    asked(clause).or_else(none)
}

fn first_scene(clause: &Clause<'_>) -> Option<NewScene> {
    let counted = (1..clause.len())
        .find_map(|at| clause.number(at - 1).filter(|_| clause.word(at) == "scenes").map(|count| (at, count)));
    if let Some((noun, count)) = counted.filter(|_| !clause.has(&["delete", "copy", "change"])) {
        return Some(NewScene { noun, count });
    }
    let noun = clause.find(&["scene", "intro", "opening"]);
    let quote = || (0..clause.len()).find(|at| clause.kind(*at) == Some(Kind::Quote));
    let begins = clause.has(&["start", "begin", "open", "show", "write", "first", "with", "says", "put", "add"]);
    let elsewhere = clause.has(words::SCENE) || clause.has(&["delete", "change", "replace"]);
    if let (None, Some(noun), true, false) = (noun, quote(), begins, elsewhere) {
        return Some(NewScene { noun, count: 1.0 });
    }
    let noun = noun?;
    let refers =
        (0..noun).any(|at| matches!(clause.word(at), "delete" | "copy" | "this" | "that" | "which" | "where" | "how"));
    let described = (0..clause.len()).any(|at| clause.is_quote(at))
        || clause.has(&["should", "with", "says", "called", "about", "is", "from", "out"])
        || clause.kind(noun + 1) == Some(Kind::Colon);
    let numbered = clause.word(noun) == "scene" && clause.number(noun + 1).is_some();
    (described && !refers && !numbered).then_some(NewScene { noun, count: 1.0 })
}

fn asked(clause: &Clause<'_>) -> Option<NewScene> {
    if let Some(noun) =
        clause.find(&["copy"]).filter(|at| clause.len() <= 12 && !matches!(clause.any_word(at.wrapping_sub(1)), "the"))
    {
        return (!clause.has(words::IMAGE) && !clause.has(words::TEXT)).then_some(NewScene { noun, count: 1.0 });
    }
    if clause.has(&["replace", "swap"]) {
        return None;
    }
    // "an outro would be nice": the verb comes last.
    let last = matches!(clause.word(0), "a" | "an") && clause.has(&["add", "suggest", "missing"]);
    let verbs = (0..clause.len()).filter(|at| VERBS.contains(&clause.word(*at))).take(4);
    verbs
        .map(|verb| if last { 0 } else { verb })
        .find_map(|verb| added(clause, verb))
        .or_else(|| fragment(clause))
        .or_else(|| appositive(clause))
}

/// Verbs that can ask for a new scene.
const VERBS: &[&str] = &[
    "add", "make", "put", "need", "want", "give", "prepend", "start", "begin", "end", "finish", "new", "another",
    "open", "close", "build", "have", "turn", "use", "show", "like", "love", "suggest", "get", "see", "prefer",
    "missing", "become", "comes", "follows",
];

/// "scene with a star", "a red scene saying Hi": a new scene without a verb.
fn fragment(clause: &Clause<'_>) -> Option<NewScene> {
    let listed =
        (1..clause.len().min(6)).find(|at| clause.word(*at) == "scenes" && clause.kind(at + 1) == Some(Kind::Colon));
    if let Some(noun) = listed {
        let known = (0..noun).any(|at| matches!(clause.word(at), "last" | "first" | "other" | "these" | "the" | "all"));
        return clause.number(noun - 1).filter(|_| !known).map(|count| NewScene { noun, count });
    }
    let noun = (0..clause.len().min(8)).find(|at| clause.word(*at) == "scene")?;
    let plain = |at: usize| {
        let word = clause.word(at);
        matches!(word, "a" | "an" | "one" | "maybe" | "now" | "ok" | "hmm" | "long" | "short")
            || words::FILLERS.contains(&word)
            || crate::brain::local::colors::named(word).is_some()
            || clause.number(at).is_some()
            || matches!(word, "seconds" | "second" | "minute")
    };
    let described =
        matches!(clause.word(noun + 1), "with" | "says" | "called" | "about" | "showing" | "where" | "that" | "each")
            || clause.kind(noun + 1) == Some(Kind::Comma);
    let article = (0..noun).any(|at| matches!(clause.word(at), "a" | "an" | "one"));
    let alone =
        clause.number(noun + 1).is_none() && (article || described && clause.kind(noun + 1) != Some(Kind::Comma));
    let changes = clause.has(&["should", "is", "needs", "to", "delete"]);
    ((0..noun).all(plain) && described && alone && !changes).then_some(NewScene { noun, count: 1.0 })
}

/// "we need a break after Beach: an empty black scene": what was asked for is said to be a scene.
fn appositive(clause: &Clause<'_>) -> Option<NewScene> {
    let colon = (1..clause.len()).find(|at| clause.kind(*at) == Some(Kind::Colon))?;
    let article = matches!(clause.word(colon + 1), "a" | "an" | "another");
    let wants = clause.find(&["need", "want", "add", "like", "love", "suggest"]).is_some_and(|verb| verb < colon);
    let noun = (colon + 2..colon + 7).find(|at| is_scene_noun(clause, *at, true))?;
    (article && wants).then_some(NewScene { noun, count: 1.0 })
}

fn added(clause: &Clause<'_>, verb: usize) -> Option<NewScene> {
    let adds = matches!(clause.word(verb), "add" | "prepend" | "new" | "another");
    let mut at = verb;
    while at < clause.len().min(verb + 12) {
        if is_scene_noun(clause, at, adds)
            && let Some(count) = how_many(clause, verb, at, adds)
        {
            return Some(NewScene { noun: at, count });
        }
        let word = clause.word(at);
        let border = matches!(
            word,
            "to" | "in" | "on" | "says" | "called" | "of" | "for" | "from" | "as" | "after" | "before" | "says-that"
        ) || matches!(clause.kind(at), Some(Kind::Quote | Kind::Colon));
        // "end on a scene with …"
        let opens =
            at == verb + 1 && matches!(clause.word(verb), "end" | "start" | "begin" | "open" | "close" | "finish");
        let into =
            opens || matches!(word, "into" | "to" | "with" | "out" | "of" | "as" | "for" | "in" | "from") && !adds;
        if border && !into {
            return None;
        }
        at += 1;
    }
    None
}

/// What came before a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Follows {
    /// A step that made a scene.
    NewScene,
    /// Anything else.
    Other,
}

/// "… and one called B": a step that goes on with what the step before adds.
pub(super) fn goes_on(clause: &Clause<'_>, follows: Follows) -> Option<NewScene> {
    let first = (0..clause.len()).find(|at| {
        !matches!(
            clause.word(*at),
            "and"
                | "then"
                | "also"
                | "plus"
                | "please"
                | "ok"
                | "hi"
                | "hey"
                | "so"
                | "just"
                | "now"
                | "oh"
                | "next"
                | "finally"
        ) && clause.kind(*at) != Some(Kind::Comma)
    })?;
    if !matches!(clause.word(first), "a" | "an" | "another" | "one") || clause.word(first + 1) == "of" {
        return None;
    }
    let noun = (first..clause.len().min(first + 6)).find(|at| is_scene_noun(clause, *at, true));
    let alone = || {
        matches!(clause.word(first + 1), "called" | "says" | "about" | "for" | "with" | "that" | "where")
            .then_some(first)
    };
    let one = || (first + 1..first + 4).find(|at| clause.word(*at) == "one");
    let alone = || alone().or_else(one);
    noun.or_else(|| if follows == Follows::NewScene { alone() } else { None }).map(|noun| NewScene { noun, count: 1.0 })
}

fn is_scene_noun(clause: &Clause<'_>, at: usize, adds: bool) -> bool {
    let word = clause.word(at);
    let kind = matches!(
        word,
        "intro"
            | "outro"
            | "opening"
            | "closing"
            | "credits"
            | "title-scene"
            | "transition"
            | "page"
            | "cover"
            | "thank-you"
            | "card"
            | "frame"
    );
    let one = matches!(word, "one" | "ones")
        && adds
        && !clause.seq(at + 1, &["and", "a", "half"])
        && (at.saturating_sub(2)..at)
            .any(|before| matches!(clause.word(before), "another" | "new" | "more" | "blank" | "empty"))
        || word == "one"
            && clause.any_word(at.wrapping_sub(1)) == "add"
            && matches!(clause.word(at + 1), "called" | "that" | "with" | "says" | "at")
        || word == "one"
            && clause.word(at + 1) == "more"
            && matches!(clause.word(at + 2), "" | "called" | "with" | "says" | "that" | "about" | "for");
    words::SCENE.contains(&word) && clause.number(at + 1).is_none()
        || kind && !words::SCENE.contains(&clause.word(at + 1))
        || one
}

fn how_many(clause: &Clause<'_>, verb: usize, noun: usize, adds: bool) -> Option<f64> {
    // "turn this photo into an intro": what is turned is definite, what it becomes is not.
    let start = (verb..noun).rev().find(|at| {
        clause.word(*at) == "into"
            || matches!(clause.word(*at), "with" | "on") && !matches!(clause.word(verb), "add" | "new")
    });
    let start = start.unwrap_or(verb);
    let between = start..noun;
    let definite = between
        .clone()
        .any(|at| matches!(clause.word(at), "the" | "this" | "every" | "each" | "all" | "these" | "it" | "that"));
    let listed = clause.word(noun) == "scenes" && clause.kind(noun + 1) == Some(Kind::Colon);
    let fresh = between.clone().any(|at| matches!(clause.word(at), "new" | "another"))
        || listed
        || clause.seq(noun, &["one", "more"])
        || clause.word(noun) == "scene" && clause.word(noun.wrapping_sub(1)) == "one"
        || matches!(clause.word(verb), "new" | "another");
    if let Some(count) = between
        .clone()
        .find_map(|at| clause.number(at))
        .filter(|_| clause.word(noun).ends_with('s') && clause.word(noun) != "credits")
    {
        let wants = matches!(
            clause.word(verb),
            "need" | "want" | "like" | "love" | "suggest" | "make" | "have" | "get" | "give"
        );
        return (adds || fresh || clause.has(&["more"]) || wants && !definite).then_some(count);
    }
    let closing = matches!(clause.word(noun), "credits");
    let the_kind = adds && !words::SCENE.contains(&clause.word(noun)) && !clause.has(&["it", "every", "each", "all"]);
    let indefinite = between.clone().any(|at| {
        matches!(clause.word(at), "a" | "an") || clause.seq(at, &["one", "more"]) || clause.seq(at, &["some", "kind"])
    });
    let bare = adds && !definite;
    let from_image = clause.has(words::IMAGE) && clause.has(&["into"]);
    (fresh || bare && !definite || indefinite && !definite || the_kind || closing && adds || from_image && indefinite)
        .then_some(1.0)
}

/// Makes the scene that a step asks for.
pub(super) fn scene(
    work: &mut Work,
    thread: &mut Thread,
    clause: &mut Clause<'_>,
    new: NewScene,
) -> Result<Outcome, Question> {
    if clause.word(new.noun) == "copy" {
        return copy(work, thread, clause);
    }
    let kind = title::of_kind(clause, new.noun);
    let topic = title::described(clause, new.noun);
    let announced = clause.word(new.noun) == "scenes"
        && (clause.kind(new.noun + 1) == Some(Kind::Colon) || clause.word(new.noun + 1) == "called");
    let count = (!announced || new.count > 1.0).then(|| edit::whole(new.count));
    let titles = title::listed(clause, new.noun, count);
    let count = new.count.max(f64::from(u32::try_from(titles.len()).unwrap_or(0)));
    if let Some(border) = place_after_title(work, clause) {
        clause.set_border(border);
    }
    let mut said = content::read(clause, Use::NewScene);
    let noun = clause.word(new.noun);
    let at = position::read(work, thread, clause, noun)?;
    let mut reading = clause.clone();
    reading.claim(new.noun, new.noun + 1);
    let figure = said.text.as_ref().and_then(|_| draft::figure(&mut reading));
    let mut wish = wish::read(&mut reading)?;
    if let Some(Length::By(millis)) = wish.length {
        wish.length = Some(Length::To(millis.abs()));
    }
    if said.text.is_none() && said.topic.as_deref().is_some_and(title::is_none) {
        said.topic = None;
    }
    let title = kind.clone().or(topic);
    let mut draft = Draft { said, wish, title, figure };
    if let Some(images) = image::wanted(work, thread, clause)? {
        return image::scenes(work, thread, clause, &draft, at, &images);
    }
    let mut places = Vec::new();
    let mut next = at;
    for _ in 0..edit::whole(count.clamp(1.0, MAX_COPIES)) {
        if let Some(title) = titles.get(places.len()) {
            draft.said.title = Some(title.clone());
        } else if let (true, Some(topic)) = (count > 1.0, &draft.said.topic) {
            draft.title = Some(format!("{} {}", title::capitalized(topic), places.len() + 1));
        }
        let spec = draft.spec(work, clause);
        places.extend(work.add(spec, next));
        next = next.map(|at| at + 1);
    }
    thread.last = places;
    thread.about = None;
    Ok(Outcome::Done)
}

/// Where "before contact" begins in "called Reviews before contact", if a scene is called so.
fn place_after_title(work: &Work, clause: &Clause<'_>) -> Option<usize> {
    let titled = |at: usize| {
        let words = clause.raw(at + 1, clause.len());
        let words = words.trim_end_matches(['.', '!', '?', ' ']);
        let words = words.strip_prefix("the ").unwrap_or(words).to_lowercase();
        work.board.entries.iter().any(|entry| entry.spec.title.as_str().to_lowercase() == words)
    };
    (1..clause.len()).rev().take(8).find(|at| matches!(clause.word(*at), "before" | "after") && titled(*at))
}

fn copy(work: &mut Work, thread: &mut Thread, clause: &mut Clause<'_>) -> Result<Outcome, Question> {
    let wanted = position(work, thread, clause, "")?;
    let named =
        super::targets(work, thread, clause)?.map(|named| named.places).or_else(|| super::implied(work, thread));
    let Some(places) = named else { return Err(Question::which_scene(&work.board, &work.board.all())) };
    let told = wanted.is_some() || clause.mentions(&["end"]);
    let mut made = Vec::new();
    let count = clause.find(&["copy"]).and_then(|at| clause.number(at.checked_sub(1)?)).unwrap_or(1.0);
    let repeated = places.iter().flat_map(|place| (0..edit::whole(count.clamp(1.0, MAX_COPIES))).map(move |_| *place));
    for place in repeated.collect::<Vec<_>>() {
        let Some(entry) = work.board.entries.get(place) else { continue };
        let spec = entry.spec.clone();
        let after = work.board.order.iter().position(|at| *at == place).and_then(|index| u32::try_from(index + 2).ok());
        made.extend(work.add(spec, if told { wanted } else { after }));
    }
    let wish = wish::read(clause)?;
    let change = ScenePatch {
        background: wish.background.map(edit::paint),
        duration_ms: wish.length.and_then(|length| match length {
            Length::To(millis) => Some(edit::duration(millis)),
            Length::By(_) | Length::Times(_) => None,
        }),
        ..ScenePatch::default()
    };
    for place in &made {
        work.patch(*place, &change, edit::OVERRULE)?;
    }
    thread.last = made;
    Ok(Outcome::Done)
}
