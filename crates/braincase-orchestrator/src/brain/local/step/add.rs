//! Steps that make new scenes.

mod preferences;

use braincase_core::scene::{SceneSpec, Title};

use super::{Clause, Kind, Outcome, Question, Thread, Use, Work, content, edit, image, lookup, wish, words};
use crate::brain::local::{
    content::Content,
    wish::{Length, Noun, Wish},
};

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
pub(super) fn reads_as_new_scene(clause: &Clause<'_>) -> Option<NewScene> {
    if let Some(noun) =
        clause.find(&["copy"]).filter(|at| clause.len() <= 12 && !matches!(clause.any_word(at.wrapping_sub(1)), "the"))
    {
        return (!clause.has(words::IMAGE) && !clause.has(words::TEXT)).then_some(NewScene { noun, count: 1.0 });
    }
    let verb = clause.find(&[
        "add", "make", "put", "need", "want", "give", "prepend", "start", "begin", "end", "finish", "new", "another",
        "open", "close", "build", "have", "turn", "use", "show", "like",
    ])?;
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
        let into = matches!(word, "into" | "to" | "with" | "out" | "of" | "as" | "for" | "in" | "from") && !adds;
        if border && !into {
            return None;
        }
        at += 1;
    }
    None
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
        && (at.saturating_sub(2)..at)
            .any(|before| matches!(clause.word(before), "another" | "new" | "more" | "blank" | "empty"))
        || word == "one" && clause.word(at + 1) == "more" && clause.word(at + 2).is_empty();
    words::SCENE.contains(&word) && clause.number(at + 1).is_none()
        || kind && !words::SCENE.contains(&clause.word(at + 1))
        || one
}

fn how_many(clause: &Clause<'_>, verb: usize, noun: usize, adds: bool) -> Option<f64> {
    let between = verb..noun;
    let definite = between
        .clone()
        .any(|at| matches!(clause.word(at), "the" | "this" | "every" | "each" | "all" | "these" | "it" | "that"));
    let fresh = between.clone().any(|at| matches!(clause.word(at), "new" | "another"))
        || matches!(clause.word(verb), "new" | "another");
    if let Some(count) = between
        .clone()
        .find_map(|at| clause.number(at))
        .filter(|_| clause.word(noun).ends_with('s') && clause.word(noun) != "credits")
    {
        return (adds || fresh || clause.has(&["more"])).then_some(count);
    }
    let closing = matches!(clause.word(noun), "credits");
    let the_kind = adds && !words::SCENE.contains(&clause.word(noun)) && !clause.has(&["it", "every", "each", "all"]);
    let indefinite = between.clone().any(|at| matches!(clause.word(at), "a" | "an"));
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
    let kind = kind_title(clause, new.noun);
    let topic = described(clause, new.noun);
    let mut said = content::read(clause, Use::NewScene);
    let noun = clause.word(new.noun);
    let at = place(work, thread, clause, noun)?;
    let mut reading = clause.clone();
    reading.claim(new.noun, new.noun + 1);
    let mut wish = wish::read(&mut reading)?;
    if let Some(Length::By(millis)) = wish.length {
        wish.length = Some(Length::To(millis.abs()));
    }
    if said.text.is_none() && said.topic.as_deref().is_some_and(is_no_topic) {
        said.topic = None;
    }
    let title = kind.clone().or(topic);
    let draft = Draft { said, wish, title };
    if let Some(images) = image::wanted(work, thread, clause)? {
        return image::scenes(work, thread, clause, &draft, at, &images);
    }
    let mut places = Vec::new();
    let mut next = at;
    for _ in 0..edit::whole(new.count.clamp(1.0, MAX_COPIES)) {
        let spec = draft.spec(work, clause);
        places.extend(work.add(spec, next));
        next = next.map(|at| at + 1);
    }
    thread.last = places;
    Ok(Outcome::Done)
}

/// What a new scene is to be, before it has a place.
pub(super) struct Draft {
    /// Its words.
    pub(super) said: Content,
    /// Its looks.
    pub(super) wish: Wish,
    /// What it is called unless its words say otherwise.
    pub(super) title: Option<String>,
}

impl Draft {
    /// The title, if one was given or follows from how the scene was named.
    pub(super) fn title(&self) -> Option<String> {
        self.said
            .title
            .clone()
            .or_else(|| self.title.clone())
            .or_else(|| self.said.topic.as_deref().map(as_title))
            .filter(|title| !title.trim().is_empty())
    }

    fn spec(&self, work: &Work, clause: &Clause<'_>) -> SceneSpec {
        let from_text = || {
            self.said
                .text
                .as_deref()
                .map(|text| text.chars().take(40).collect::<String>())
                .filter(|text| !text.trim().is_empty())
        };
        let title = self.title().or_else(from_text).unwrap_or_else(|| format!("Scene {}", work.board.order.len() + 1));
        let mut spec = SceneSpec::titled(Title::truncated(&title));
        work.preferences.apply(&mut spec);
        self.dress(&mut spec);
        let text = self.said.text.clone().or_else(|| self.said.topic.as_deref().map(as_title));
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            let mut element = edit::new_element(&spec, Noun::Text, Some(&text), &self.wish);
            work.preferences.apply_text(&mut element);
            element.color = self.wish.color.or(element.color).or_else(|| edit::readable_on(&spec.background));
            element.animation = self.wish.motion.and(element.animation.clone()).or(element.animation);
            spec.elements.push(element);
        } else if let Some(shape @ Noun::Shape(_)) = wish::noun(clause) {
            spec.elements.push(edit::new_element(&spec, shape, None, &self.wish));
        }
        spec
    }

    /// Puts length, tempo and background on.
    pub(super) fn dress(&self, spec: &mut SceneSpec) {
        match self.wish.length {
            Some(Length::To(millis)) => spec.duration_ms = edit::duration(millis),
            Some(Length::Times(times)) => spec.duration_ms = edit::duration(f64::from(spec.duration_ms.get()) * times),
            Some(Length::By(_)) | None => {}
        }
        if let Some(paint) = self.wish.background {
            spec.background = edit::paint(paint);
        }
    }
}

fn kind_title(clause: &Clause<'_>, noun: usize) -> Option<String> {
    let of = |word: &str| {
        Some(match word {
            "intro" => "Intro",
            "outro" => "Outro",
            "opening" => "Opening",
            "closing" | "end" | "final" => "Closing",
            "credits" => "Credits",
            "title-scene" | "cover" => "Title",
            "transition" => "Transition",
            "thank-you" => "Thank you",
            _ => return None,
        })
    };
    let before = noun.checked_sub(1).map_or("", |before| clause.word(before));
    of(clause.word(noun)).or_else(|| of(before)).map(str::to_owned)
}

/// "a pricing scene" is called "Pricing".
fn described(clause: &Clause<'_>, noun: usize) -> Option<String> {
    let from = (noun.saturating_sub(4)..noun)
        .rev()
        .find(|at| matches!(clause.word(*at), "a" | "an" | "another" | "new" | "the" | "our" | "add"))?;
    let telling = |at: &usize| {
        let word = clause.word(*at);
        !word.is_empty() && !is_plain_adjective(word) && clause.number(*at).is_none()
    };
    let start = (from + 1..noun).find(telling)?;
    let words = clause.raw(start, noun);
    ((start..noun).all(|at| telling(&at)) && !words.is_empty()).then(|| as_title(words))
}

fn is_plain_adjective(word: &str) -> bool {
    crate::brain::local::colors::named(word).is_some()
        || matches!(
            word,
            "new"
                | "short"
                | "long"
                | "quick"
                | "blank"
                | "empty"
                | "more"
                | "simple"
                | "nice"
                | "extra"
                | "additional"
                | "first"
                | "last"
                | "second"
                | "third"
                | "seconds"
                | "minute"
                | "plain"
                | "big"
                | "small"
                | "dark"
                | "light"
                | "little"
                | "cool"
                | "another"
                | "single"
                | "different"
                | "fast"
                | "slow"
                | "very"
                | "of"
                | "my"
                | "our"
                | "gradient"
                | "final"
                | "more-or-less"
                | "half"
                | "white"
                | "bold"
                | "brief"
                | "fresh"
                | "bright"
                | "image"
                | "images"
                | "ms"
        )
}

fn is_no_topic(topic: &str) -> bool {
    matches!(
        topic.to_lowercase().as_str(),
        "that"
            | "it"
            | "me"
            | "us"
            | "this"
            | "now"
            | "the video"
            | "the project"
            | "the end"
            | "the beginning"
            | "the start"
    )
}

/// "our new prices" becomes "New prices".
fn as_title(words: &str) -> String {
    let words = words.trim();
    let bare = ["our ", "the ", "my ", "your ", "a ", "an "]
        .iter()
        .find_map(|article| {
            words
                .get(..article.len())
                .filter(|head| head.eq_ignore_ascii_case(article))
                .map(|_| &words[article.len()..])
        })
        .unwrap_or(words);
    let mut chars = bare.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// Where the new scene goes, counted from 1; at the end if none.
fn place(work: &Work, thread: &Thread, clause: &mut Clause<'_>, noun: &str) -> Result<Option<u32>, Question> {
    let lookup = lookup(work, thread);
    let number = |place: usize, plus: usize| {
        let index = work.board.order.iter().position(|at| *at == place);
        index.map_or(Ok(None), |index| Ok(u32::try_from(index + 1 + plus).ok()))
    };
    for (word, plus) in [("after", 1), ("following", 1), ("before", 0)] {
        if let Some(at) = clause.find(&[word])
            && let Some(anchor) = lookup.anchor(clause, at + 1)?
        {
            clause.claim(at, at + 1);
            return number(anchor, plus);
        }
    }
    if let Some(at) = clause.find(&["between"]) {
        let mut rest = clause.clone();
        rest.claim(0, at + 1);
        let named = if let (Some(first), Some(_)) = (rest.number(at + 1), rest.number(at + 3)) {
            work.board.all().into_iter().find(|place| work.board.numbered_as(*place, first))
        } else {
            lookup.read(&mut rest)?.and_then(|named| named.places.into_iter().min())
        };
        clause.claim(at, at + 7);
        if let Some(anchor) = named {
            return number(anchor, 1);
        }
    }
    if let Some(at) = clause.find(&["position", "number", "place", "as", "slot"]) {
        let counted = (at + 1..at + 5).find_map(|next| {
            clause.number(next).or_else(|| {
                crate::brain::local::numbers::ordinal(clause.word(next))
                    .and_then(|n| u32::try_from(n).ok())
                    .map(f64::from)
            })
        });
        if let Some(wanted) = counted {
            clause.claim(at, at + 5);
            return Ok(Some(edit::whole(wanted).max(1)));
        }
    }
    Ok(edge(work, clause, noun))
}

/// The beginning, the end, the middle; an intro goes first unless it is told where.
fn edge(work: &Work, clause: &Clause<'_>, noun: &str) -> Option<u32> {
    let at_the = |words: &[&str]| {
        clause.find(words).is_some_and(|at| {
            (at.saturating_sub(3)..at)
                .any(|before| matches!(clause.any_word(before), "at" | "to" | "in" | "as" | "from" | "with" | "very"))
        })
    };
    if at_the(&["end", "last", "back"]) || clause.mentions(&["outro", "closing"]) {
        return None;
    }
    let starts = at_the(&["beginning", "start", "front", "first"])
        || clause.has(&["beginning", "prepend"])
        || clause.find(&["start", "begin", "open"]).is_some_and(|at| clause.word(at + 1) == "with");
    let opening = matches!(noun, "intro" | "opening" | "title-scene" | "cover") || clause.has(words::OPENING);
    if starts || opening || (clause.has(&["first"]) && clause.mentions(&["put"])) {
        return Some(1);
    }
    at_the(&["middle"]).then(|| u32::try_from(work.board.order.len() / 2 + 1).unwrap_or(1))
}

fn copy(work: &mut Work, thread: &mut Thread, clause: &mut Clause<'_>) -> Result<Outcome, Question> {
    let named =
        super::targets(work, thread, clause)?.map(|named| named.places).or_else(|| super::implied(work, thread));
    let Some(places) = named else { return Err(Question::which_scene(&work.board, &work.board.all())) };
    let mut made = Vec::new();
    for place in places {
        let Some(entry) = work.board.entries.get(place) else { continue };
        let spec = entry.spec.clone();
        let after = work.board.order.iter().position(|at| *at == place).and_then(|index| u32::try_from(index + 2).ok());
        made.extend(work.add(spec, after));
    }
    thread.last = made;
    Ok(Outcome::Done)
}
