//! Steps that change scenes that are there.

mod elements;

use braincase_core::{
    bounded::Text,
    patch::ScenePatch,
    scene::{Background, Gradient, SceneDuration, SceneSpec, Tempo, Title},
};

pub(super) use elements::{elements, is_image, new_element, readable_on, with_size_and_place};

use super::{
    Clause, Force, Outcome, Question, Thread, Use, Work, content, force, has_pronoun, implied, targets, wish, words,
};
use crate::brain::local::{
    content::Content,
    target::{How, Named},
    wish::{Change, Length, Noun, Paint, Wish},
};

/// Changes what a step names.
pub(super) fn run(work: &mut Work, thread: &mut Thread, clause: &mut Clause<'_>) -> Result<Outcome, Question> {
    let mut said = Content::default();
    old_words(work, clause, &mut said);
    if said.old.is_none() {
        said = content::read(clause, Use::Change);
    }
    let spans = crate::brain::local::numbers::spans(clause);
    let adds_shape = added_shape(clause);
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
    let mut wish = wish::read(clause)?;
    carry_on(thread, clause, &mut said, &mut wish);
    thread.about = adds_shape.or(said.text.as_ref().map(|_| Noun::Text));
    thread.written.clone_from(&said.text);
    let named = titled_target(work, &mut said, named);
    if wish.is_empty() && said == Content::default() && adds_shape.is_none() {
        return vague(work, thread, clause, named.as_ref());
    }
    let named = match named {
        None if said.old.is_none() => by_its_words(work, clause, &mut said, &mut wish),
        named => named,
    };
    let named = match named {
        Some(named) => named,
        None => {
            let places = unnamed(work, thread, &wish, &said)?;
            Named { places, how: How::Each }
        }
    };
    let order = Order { said, wish, adds_shape, writes: clause.has(&["add", "write", "put", "show", "place"]) };
    order.carry_out(work, thread, clause, &named)
}

/// Takes over from the step before what this one leaves out: its verb, and what was complained about.
fn carry_on(thread: &mut Thread, clause: &Clause<'_>, said: &mut Content, wish: &mut Wish) {
    if thread.renames && said.title.is_none() && wish.noun.is_none() && !clause.mentions(words::COMMANDS) {
        said.title = said.text.take();
    }
    thread.renames = said.title.is_some();
    if let Some(noun) = thread.about.take().filter(|_| wish.noun.is_none() && has_pronoun(clause)) {
        wish.noun = Some(noun);
        color_of_text(wish);
        said.old = said.old.take().or(thread.written.take());
    }
}

/// A colour that was read as the background's is the text's.
const fn color_of_text(wish: &mut Wish) {
    if let (Some(Paint::Plain(color)), None) = (wish.background, wish.color) {
        wish.color = Some(color);
        wish.background = None;
    }
}

/// The scene of the text that the step names by its words.
fn by_its_words(work: &Work, clause: &Clause<'_>, said: &mut Content, wish: &mut Wish) -> Option<Named> {
    let (place, words) = element_named(work, clause)?;
    said.old = Some(words);
    if wish.noun != Some(Noun::Background) {
        wish.noun = Some(Noun::Text);
    }
    if !clause.mentions(&["background", "scene"]) {
        color_of_text(wish);
    }
    Some(Named { places: vec![place], how: How::Each })
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
        for place in &named.places {
            let Some(entry) = work.board.entries.get(*place) else { continue };
            let spec = entry.spec.clone();
            let mut patch = match self.patch(&spec, clause) {
                Ok(patch) => patch,
                Err(question) => {
                    problem = Some(Question::open(question.replace("{scene}", &work.board.label(*place))));
                    continue;
                }
            };
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
                _ => patch.add.push(new_element(spec, Noun::Text, Some(text), wish)),
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

/// "add a star": a figure that is to be made.
fn added_shape(clause: &Clause<'_>) -> Option<Noun> {
    let verb = clause.find(&["add", "put", "place", "show", "draw", "needs", "need", "want", "give"])?;
    let noun_at = (verb..clause.len()).find(|at| wish::shape(clause.word(*at)).is_some())?;
    let indefinite =
        (verb..noun_at).any(|at| matches!(clause.word(at), "a" | "an" | "another" | "some")) || noun_at == verb + 1;
    indefinite.then(|| wish::shape(clause.word(noun_at)).map(Noun::Shape)).flatten()
}

/// "change Hello to Goodbye": free words that are there in some scene are what is replaced.
fn old_words(work: &Work, clause: &mut Clause<'_>, said: &mut Content) {
    if let Some((at, end)) = instead_of(work, clause) {
        said.old = Some(clause.raw(at + 1, end).to_owned());
        clause.claim(at, end);
        let new = content::read(clause, Use::Change);
        said.text = new.text.or(new.title);
        return;
    }
    if said.old.is_some() || said.text.is_some() || !clause.has(&["change", "replace", "swap"]) {
        return;
    }
    let Some(verb) = clause.find(&["change", "replace", "swap"]) else { return };
    let first = (verb + 1..clause.len())
        .find(|at| {
            let word = clause.word(*at);
            !(matches!(word, "the" | "where" | "it" | "says") || words::TEXT.contains(&word))
        })
        .unwrap_or(verb + 1);
    let is_joint = |at: &usize| matches!(clause.word(*at), "to" | "with" | "by" | "into" | "for");
    let end = (verb..clause.len())
        .find(|at| clause.word(*at) == "in" && words::SCENE.contains(&clause.word(at + 1)))
        .unwrap_or(clause.len());
    let Some(joint) = (first + 1..end).filter(is_joint).find(|joint| is_there(work, clause.raw(first, *joint))) else { return };
    let new = clause.raw(joint + 1, end);
    if !new.is_empty() {
        said.old = Some(clause.raw(first, joint).to_owned());
        said.text = Some(new.to_owned());
        clause.claim(verb + 1, end);
    }
}

/// "instead of Welcome it should say Hi": where the free words begin that are there, and where they end.
fn instead_of(work: &Work, clause: &Clause<'_>) -> Option<(usize, usize)> {
    let at = clause.find(&["instead-of"])?;
    let end = (at + 2..=clause.len().min(at + 10)).find(|end| is_there(work, clause.raw(at + 1, *end)))?;
    Some((at, end))
}

/// Whether some scene shows exactly these words.
fn is_there(work: &Work, words: &str) -> bool {
    let lower = words.to_lowercase();
    let same = |entry: &crate::brain::local::board::Entry| {
        crate::brain::local::board::texts(&entry.spec).any(|(_, text)| text.text.as_str().to_lowercase() == lower)
    };
    !lower.is_empty() && work.board.entries.iter().any(same)
}

/// "rename 'Intro' to 'Opening'": the first quote names the scene.
fn titled_target(work: &Work, said: &mut Content, named: Option<Named>) -> Option<Named> {
    if named.is_some() {
        return named;
    }
    let old = said.old.as_deref()?;
    let is_text = work.board.entries.iter().any(|entry| elements::says(&entry.spec, old));
    let place = crate::brain::local::target::quoted(&work.board, old).filter(|_| !is_text)?;
    said.old = None;
    if said.title.is_none() {
        said.title = said.text.take();
    }
    Some(Named { places: vec![place], how: How::Each })
}

/// "the price", "the welcome text": the one text that is called so, and its scene.
pub(in crate::brain::local) fn element_named(work: &Work, clause: &Clause<'_>) -> Option<(usize, String)> {
    let telling = clause.open().filter(|at| {
        let word = clause.word(*at);
        word.chars().count() >= 4
            && (!words::is_reserved(word) || words::typos::is_innocent(word))
            && (at.saturating_sub(2)..*at).any(|before| matches!(clause.any_word(before), "the" | "our" | "my"))
    });
    for at in telling.take(8) {
        let word = clause.word(at);
        let mut found = Vec::new();
        for place in work.board.order.iter().copied() {
            let texts = crate::brain::local::board::texts(&work.board.entries[place].spec);
            let named = texts.filter(|(element, text)| {
                let said = text.text.as_str().to_lowercase();
                element.id.as_str().split('-').any(|part| part == word)
                    || said.split(|c: char| !c.is_alphanumeric()).any(|part| part == word)
            });
            found.extend(named.map(|(_, text)| (place, text.text.as_str().to_owned())));
        }
        if found.len() == 1 {
            return found.pop();
        }
    }
    None
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
    if let Some(places) = implied(work, thread) {
        return Ok(places);
    }
    let found = wish.noun.and_then(|noun| only_scene_with(work, noun));
    found.ok_or_else(|| Question::which_scene(&work.board, &work.board.order))
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
    if let (Some(named), true, false) = (named, thread.one_of_many, wants) {
        // "The contact scene matters most, so copy it": the next step says what to do.
        thread.last.clone_from(&named.places);
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
pub(super) fn whole(number: f64) -> u32 {
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
