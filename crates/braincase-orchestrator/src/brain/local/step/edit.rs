//! Steps that change scenes that are there.

mod borrow;
mod carry;
mod elements;
mod present;

use braincase_core::{
    bounded::Text,
    patch::ScenePatch,
    scene::{Background, Gradient, SceneDuration, SceneSpec, Tempo, Title},
};

pub(super) use elements::{elements, is_image, new_element, readable_on, with_size_and_place};
pub(in crate::brain::local) use present::element_named;
pub(super) use present::is_there;

use super::{
    Clause, Force, Kind, Outcome, Question, Thread, Use, Work, content, force, has_pronoun, implied, targets, wish,
    words,
};
use crate::brain::local::{
    content::Content,
    numbers,
    target::{How, Named},
    wish::{Change, Length, Noun, Paint, Wish},
};

/// Changes what a step names.
pub(super) fn run(work: &mut Work, thread: &mut Thread, clause: &mut Clause<'_>) -> Result<Outcome, Question> {
    let mut said = Content::default();
    present::replaced(work, clause, &mut said);
    if said.old.is_none() {
        said = content::read(clause, Use::Change);
    }
    let source = borrow::source(work, thread, clause)?;
    let adds_shape = added_shape(clause);
    let named = named(work, thread, clause)?;
    let mut wish = wish::read(clause)?;
    if let Some(source) = source {
        borrow::take(clause, &source, &mut wish);
    }
    carry::on(thread, clause, &mut said, &mut wish);
    present::quoted(work, &mut said, &mut wish, clause);
    thread.about = adds_shape.or(said.text.as_ref().map(|_| Noun::Text));
    thread.written.clone_from(&said.text);
    let named = present::titled(work, &mut said, named);
    if wish.is_empty() && said == Content::default() && adds_shape.is_none() {
        return vague(work, thread, clause, named.as_ref());
    }
    let named = named.or_else(|| present::beside(work, clause).filter(|_| adds_shape.is_some() || said.text.is_some()));
    let named = match named {
        None if said.old.is_none() => present::by_its_words(work, clause, &mut said, &mut wish),
        named => named,
    };
    let named = match named {
        Some(named) => named,
        None => where_else(work, thread, clause, adds_shape, &wish, &said)?,
    };
    let order = Order { said, wish, adds_shape, writes: writes(clause) };
    order.carry_out(work, thread, clause, &named)
}

/// The scenes that a step names; a length such as "a second" is no scene.
fn named(work: &Work, thread: &Thread, clause: &mut Clause<'_>) -> Result<Option<Named>, Question> {
    let spans = numbers::spans(clause);
    let mut reading = clause.clone();
    for span in &spans {
        reading.claim(span.start, span.end);
    }
    let named = targets(work, thread, &mut reading)?;
    let read_as_target: Vec<usize> = (0..clause.len())
        .filter(|at| {
            clause.kind(*at).is_some()
                && reading.kind(*at).is_none()
                && !spans.iter().any(|span| (span.start..span.end).contains(at))
        })
        .collect();
    for at in read_as_target {
        clause.claim(at, at + 1);
    }
    Ok(named)
}

/// Whether new words are written beside the old ones: "add the text …", "it needs a heading that says …".
fn writes(clause: &Clause<'_>) -> bool {
    let fresh = |at: usize| {
        words::TEXT.contains(&clause.any_word(at))
            // Whoever gets a new text gives the old one away.
            && clause.any_word(at.wrapping_sub(1)) != "new"
            && (at.saturating_sub(2)..at).any(|before| matches!(clause.any_word(before), "a" | "another"))
    };
    clause.mentions(&["add", "write", "put", "show", "place"]) || (0..clause.len()).any(fresh)
}

/// What a step orders, apart from where.
struct Order {
    said: Content,
    wish: Wish,
    adds_shape: Option<Noun>,
    /// Whether new words are written beside the old ones.
    writes: bool,
}

impl Order {
    fn carry_out(
        &self,
        work: &mut Work,
        thread: &mut Thread,
        clause: &Clause<'_>,
        named: &Named,
    ) -> Result<Outcome, Question> {
        let total: u32 = work.board.entries[..work.board.before].iter().map(|entry| entry.spec.duration_ms.get()).sum();
        let mut done = false;
        let mut problem = None;
        let titles = self.titles(named.places.len());
        for (index, place) in named.places.iter().enumerate() {
            let Some(entry) = work.board.entries.get(*place) else { continue };
            let spec = entry.spec.clone();
            let mut patch = match self.patch(&spec, clause) {
                Ok(patch) => patch,
                Err(question) => {
                    problem = Some(Question::open(question.replace("{scene}", &work.board.label(*place))));
                    continue;
                }
            };
            if let Some(title) = titles.get(index) {
                patch.title = Some(Title::truncated(title));
            }
            if let (How::Whole, Some(Length::To(millis)), true) = (named.how, self.wish.length, total > 0) {
                patch.duration_ms = Some(duration(f64::from(spec.duration_ms.get()) * millis / f64::from(total)));
            }
            done |= !patch.is_empty();
            work.patch(*place, &patch, force(thread, named.how != How::Each))?;
        }
        thread.last.clone_from(&named.places);
        match problem {
            Some(question) if !done => Err(question),
            _ if done => Ok(Outcome::Done),
            _ => Err(Question::which_scene(&work.board, &work.board.all())),
        }
    }

    /// "name the scenes Morning, Noon and Night": a title for each, if there are as many.
    fn titles(&self, count: usize) -> Vec<&str> {
        let listed = self.said.title.as_deref().unwrap_or("");
        let titles: Vec<&str> = listed.split(", ").flat_map(|part| part.split(" and ")).map(str::trim).collect();
        if count > 1 && titles.len() == count { titles } else { Vec::new() }
    }

    fn patch(&self, spec: &SceneSpec, clause: &Clause<'_>) -> Result<ScenePatch, String> {
        let wish = &self.wish;
        let mut patch = ScenePatch {
            title: self.said.title.as_deref().map(Title::truncated),
            duration_ms: wish.length.map(|length| new_length(spec, length)),
            tempo: wish.tempo.map(|change| new_tempo(spec, change)),
            background: wish.background.map(paint),
            ..ScenePatch::default()
        };
        if let Some(noun) = self.adds_shape {
            patch.add.push(new_element(spec, noun, None, wish));
            return Ok(patch);
        }
        let targets = elements(spec, wish.noun.unwrap_or(Noun::Text), self.said.old.as_deref(), wish.plural, clause);
        if let Some(text) = &self.said.text {
            match targets.first() {
                Some(element) if !self.writes || self.said.old.is_some() => {
                    let mut update = elements::restyled(element, wish);
                    update.text = Some(Text::truncated(text));
                    patch.update.push(update);
                }
                _ => {
                    let mut grown = spec.clone();
                    for words in std::iter::once(text).chain(&self.said.more) {
                        grown.elements.push(new_element(&grown, Noun::Text, Some(words), wish));
                    }
                    patch.add = grown.elements.split_off(spec.elements.len());
                }
            }
            return Ok(patch);
        }
        if wish.is_of_elements() {
            let styled = elements::to_style(spec, wish, self.said.old.as_deref(), clause);
            if styled.is_empty() && patch.is_empty() {
                return Err("There is nothing in {scene} to which that would apply. What should I add?".to_owned());
            }
            patch.update = styled.into_iter().map(|element| with_size_and_place(element, wish)).collect();
        }
        Ok(patch)
    }
}

/// "all texts": wherever there is one.
fn everywhere(work: &Work, noun: Option<Noun>) -> Named {
    let has = |place: &usize| {
        let elements = &work.board.entries[*place].spec.elements;
        noun.is_some_and(|noun| elements.iter().any(|element| elements::is(element, noun)))
    };
    Named { places: work.board.order.iter().copied().filter(has).collect(), how: How::All }
}

/// Where to do what names no scene and no text: everywhere, where "it" is, or where there is only one such thing.
fn where_else(
    work: &Work,
    thread: &Thread,
    clause: &Clause<'_>,
    adds_shape: Option<Noun>,
    wish: &Wish,
    said: &Content,
) -> Result<Named, Question> {
    if wish.plural && clause.mentions(&["all", "every"]) && wish.is_of_elements() && wish.noun.is_some() {
        return Ok(everywhere(work, wish.noun));
    }
    let new = adds_shape.and_then(|_| implied(work, thread));
    let places = new.map_or_else(|| unnamed(work, thread, wish, said), Ok)?;
    Ok(Named { places, how: How::Each })
}

/// "add a star": a figure that is to be made.
fn added_shape(clause: &Clause<'_>) -> Option<Noun> {
    // "maybe a yellow star?" has no verb at all.
    let bare = || {
        let first = clause
            .open()
            .find(|at| clause.kind(*at) == Some(Kind::Word) && !words::FILLERS.contains(&clause.word(*at)))?;
        ((matches!(clause.word(first), "a" | "an") || clause.seq(first, &["the", "same"]))
            && clause.open().all(|at| clause.word(at) == "same" || !words::COMMANDS.contains(&clause.word(at))))
        .then_some(first)
    };
    let verb = clause
        .find(&[
            "add", "put", "place", "show", "draw", "get", "needs", "need", "want", "wants", "give", "come", "comes",
            "gets", "has", "have",
        ])
        .or_else(bare)?;
    let noun_at = (verb..clause.len()).find(|at| wish::shape(clause.word(*at)).is_some())?;
    let indefinite = (verb..noun_at).any(|at| matches!(clause.word(at), "a" | "an" | "another" | "some" | "same"))
        || noun_at == verb + 1;
    indefinite.then(|| wish::shape(clause.word(noun_at)).map(Noun::Shape)).flatten()
}

/// Where to do what names no scene.
fn unnamed(work: &Work, thread: &Thread, wish: &Wish, said: &Content) -> Result<Vec<usize>, Question> {
    if let Some(old) = &said.old {
        let places: Vec<usize> = work
            .board
            .order
            .iter()
            .copied()
            .filter(|place| elements::says(&work.board.entries[*place].spec, old))
            .collect();
        if places.len() == 1 {
            return Ok(places);
        }
    }
    let found = match wish.noun {
        Some(noun) if wish.is_of_elements() => implied_with(work, thread, noun),
        noun => implied(work, thread).or_else(|| noun.and_then(|noun| only_scene_with(work, noun))),
    };
    found.ok_or_else(|| Question::which_scene(&work.board, &work.board.order))
}

/// What "it" is for something with such an element: "the star" means the only star, even if another scene was spoken
/// of before.
pub(super) fn implied_with(work: &Work, thread: &Thread, noun: Noun) -> Option<Vec<usize>> {
    let only = only_scene_with(work, noun);
    let Some(places) = implied(work, thread) else { return only };
    let has =
        |place: &usize| work.board.entries[*place].spec.elements.iter().any(|element| elements::is(element, noun));
    let there = places.iter().any(has);
    Some(only.filter(|_| !there).unwrap_or(places))
}

/// The only scene that has such an element.
pub(in crate::brain::local) fn only_scene_with(work: &Work, noun: Noun) -> Option<Vec<usize>> {
    let has = |place: &usize| {
        let spec = &work.board.entries[*place].spec;
        spec.elements.iter().any(|element| elements::is(element, noun))
    };
    if matches!(noun, Noun::Background | Noun::Animation) {
        return None;
    }
    let places: Vec<usize> = work.board.order.iter().copied().filter(has).collect();
    (places.len() == 1).then_some(places)
}

/// A step that wants something, but does not say what.
fn vague(work: &Work, thread: &mut Thread, clause: &Clause<'_>, named: Option<&Named>) -> Result<Outcome, Question> {
    let wants = clause.has(words::COMMANDS)
        || clause.has(&[
            "better",
            "nicer",
            "improve",
            "fix",
            "cooler",
            "pop",
            "polish",
            "prettier",
            "different",
            "enhance",
            "modern",
            "professional",
            "work",
            "redo",
            "needs",
            "want",
        ]);
    if let (Some(named), true, true) = (named, thread.one_of_many, !wants || thread.followed) {
        // "The contact scene matters most, so copy it": the next step says what to do.
        thread.last.clone_from(&named.places);
        return Ok(Outcome::Nothing);
    }
    // "can you change the headline? it should say 'Hi'"
    if thread.followed && named.is_none() && element_named(work, clause).is_some() {
        crate::brain::local::complaint::remember(work, thread, clause)?;
        return Ok(Outcome::Nothing);
    }
    if named.is_none() && (!wants || thread.one_of_many && !has_pronoun(clause)) {
        return Ok(Outcome::Unknown);
    }
    if work.board.order.is_empty() {
        return Err(Question::which_scene(&work.board, &[]));
    }
    let what =
        named.and_then(|named| named.places.first()).map_or_else(|| "it".to_owned(), |place| work.board.label(*place));
    let options = [
        "Make it faster".to_owned(),
        "Make the text bigger".to_owned(),
        "Change the background".to_owned(),
        "Add an animation".to_owned(),
    ];
    Err(Question { text: format!("What should I change about {what}?"), options: options.into() })
}

fn new_length(spec: &SceneSpec, length: Length) -> SceneDuration {
    let now = f64::from(spec.duration_ms.get());
    match length {
        Length::To(millis) => duration(millis),
        Length::By(millis) => duration(now + millis),
        // Tenths of a second are as fine as anyone means it.
        Length::Times(times) => duration((now * times / 100.0).round() * 100.0),
    }
}

/// A length in whole milliseconds within bounds.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the range first")]
pub(super) fn duration(millis: f64) -> SceneDuration {
    SceneDuration::clamped(millis.clamp(0.0, 600_000.0).round() as u32)
}

fn new_tempo(spec: &SceneSpec, change: Change) -> Tempo {
    match change {
        Change::To(value) => Tempo::nearest(value),
        Change::Times(times) => Tempo::nearest(spec.tempo.get() * times),
    }
}

/// A whole number of things within reason.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the range first")]
pub(in crate::brain::local) fn whole(number: f64) -> u32 {
    number.clamp(0.0, 10_000.0) as u32
}

/// The background that a paint makes.
pub(super) fn paint(paint: Paint) -> Background {
    match paint {
        Paint::Plain(color) => Background::Color(color),
        Paint::Gradient(from, to) => Background::Gradient(Gradient { from, to }),
    }
}

/// Used where a step may always overrule.
pub(super) const OVERRULE: Force = Force::Overrule;
