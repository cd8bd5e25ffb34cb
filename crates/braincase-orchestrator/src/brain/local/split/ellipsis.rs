//! Ellipsis: "make scene 1 blue and scene 2 red" leaves out a verb, which is put back.

use std::borrow::Cow;

use super::{Names, is_unit, starts_step, target};
use crate::brain::local::{
    finite, numbers,
    token::{Kind, Token},
    wish, words,
};

/// Words that join what is done with where or to what.
const JOINTS: &[&str] = &["to", "into", "with", "in", "on", "for", "as", "by", "at", "from", "of"];
/// How far from the start of a step its object or its joint may be.
const MAX_REACH: usize = 12;

/// Puts back what a step leaves out because the step before it says it.
pub(super) fn complete<'t>(before: Option<&[Token]>, step: &'t [Token], names: &Names) -> Cow<'t, [Token]> {
    let whole = Cow::Borrowed(step);
    let orders = |token: &Token| words::COMMANDS.contains(&token.word.as_str());
    if let Some(step) = before.and_then(|before| with_last_unit(before, step)) {
        return Cow::Owned(step);
    }
    let Some(before) = before.filter(|_| !starts_step(step)) else { return whole };
    let verb = before.iter().take(MAX_REACH).position(orders);
    let step = without_connectives(step);
    if is_other_object(before, step, names) {
        return Cow::Owned(other_object(before, verb, step));
    }
    if let Some(step) = with_unit(before, step) {
        return Cow::Owned(step);
    }
    if is_gapped(before, step) {
        return Cow::Owned(without_gap(before, step));
    }
    if let Some(verb) = verb.filter(|_| is_other_value(before, step, names)) {
        return Cow::Owned([&before[verb..=verb], step].concat());
    }
    if let Some(step) = other_target(before, verb, step, names) {
        return Cow::Owned(step);
    }
    match verb {
        Some(verb) if is_other_part(before, step) => Cow::Owned([&before[verb..=verb], step].concat()),
        _ => whole,
    }
}

fn without_connectives(step: &[Token]) -> &[Token] {
    let skip = step.iter().take_while(|token| matches!(token.word.as_str(), "and" | "then" | "also" | "but")).count();
    &step[skip..]
}

/// "rename the first scene to A / the last one to B": the same is done elsewhere.
fn other_target(before: &[Token], verb: Option<usize>, step: &[Token], names: &Names) -> Option<Vec<Token>> {
    let joined = usize::from(step.first().is_some_and(|token| JOINTS.contains(&token.word.as_str())));
    let rest = &step[joined..];
    let length = target::len(rest, names)?;
    let stays =
        |token: &Token| matches!(token.word.as_str(), "unchanged" | "untouched" | "alone" | "not" | "stays" | "stay");
    let states = |token: &Token| finite::is_verb(token) || stays(token);
    if step.iter().take(MAX_REACH).any(states) {
        return None;
    }
    let (start, old) = target::find(before, verb.map_or(0, |verb| verb + 1), names)?;
    let valued = before.len() > start + old;
    if !valued {
        return None;
    }
    let mut all = verb.map_or(&[][..], |verb| &before[verb..start]).to_vec();
    all.extend_from_slice(&rest[..length]);
    let after = &rest[length..];
    let joint = after.first().filter(|token| JOINTS.contains(&token.word.as_str()));
    let same = joint.and_then(|joint| {
        (start + old..before.len()).find(|at| before[*at].word == joint.word).map(|at| start + old..at)
    });
    all.extend_from_slice(same.map_or(&[], |between| &before[between]));
    all.extend_from_slice(after);
    // "scene 1 to 3 seconds and scene 2 to 5"
    let bare = matches!(all.last().map(|token| token.kind), Some(Kind::Number(_)));
    let unit = before.last().filter(|unit| bare && is_unit(unit));
    all.extend(unit.cloned());
    Some(all)
}

/// "make the price and the star black": the same for one and for the other.
pub(super) fn distribute<'t>(step: Cow<'t, [Token]>, names: &Names) -> Vec<Cow<'t, [Token]>> {
    let the = |at: usize| step.get(at).is_some_and(|token| token.word == "the");
    let part = |at: usize| step.get(at).is_some_and(|token| token.kind == Kind::Word && token.word != "scene");
    let shape = |at: usize| wish::shape(&step[at].word).is_some() || words::IMAGE.contains(&step[at].word.as_str());
    let named = |at: usize| target::len(&step[at..], names).is_some();
    let found = (0..step.len().min(MAX_REACH)).find(|at| {
        the(*at)
            && part(at + 1)
            && step.get(at + 2).is_some_and(|token| token.word == "and")
            && the(at + 3)
            && part(at + 4)
            && (shape(at + 1) || shape(at + 4))
            && !named(*at)
            && !named(at + 3)
    });
    let Some(at) = found else { return vec![step] };
    let acts = step[..at].iter().any(|token| words::COMMANDS.contains(&token.word.as_str()));
    if !acts && !step.iter().any(super::is_modal) {
        return vec![step];
    }
    let plural = |token: &&Token| token.word != "both";
    let head: Vec<Token> = step[..at].iter().filter(plural).cloned().collect();
    let one = [&head, &step[at..at + 2], &step[at + 5..]].concat();
    let other = [&head, &step[at + 3..]].concat();
    vec![Cow::Owned(one), Cow::Owned(other)]
}

/// "Sunrise to 5 and Beach to 6 seconds": the unit is said only once, at the end.
pub(super) fn lend_unit(before: &mut Cow<'_, [Token]>, after: &[Token]) {
    let spoken = after.iter().rposition(|token| token.kind != Kind::Stop).map_or(0, |last| last + 1);
    let [.., number, unit] = &after[..spoken] else { return };
    let counts = |token: &Token| matches!(token.kind, Kind::Number(_));
    let bare = before.last().is_some_and(counts) && before.iter().any(|token| token.word == "to");
    if bare && counts(number) && is_unit(unit) {
        before.to_mut().push(unit.clone());
    }
}

/// Whether a step changes another part to another value: "… and the text in scene 3 to 'Call us'".
pub(super) fn is_other_part(before: &[Token], step: &[Token]) -> bool {
    let determined = step.first().is_some_and(|token| matches!(token.word.as_str(), "the" | "its" | "our" | "my"));
    let to = |tokens: &[Token]| {
        (1..tokens.len().min(MAX_REACH)).find(|at| matches!(tokens[*at].word.as_str(), "to" | "into"))
    };
    let changes =
        before.iter().take(MAX_REACH).any(|token| matches!(token.word.as_str(), "change" | "set" | "turn" | "make"));
    let value = to(step)
        .and_then(|to| step.get(to + 1))
        .is_some_and(|next| super::is_value(next) || matches!(next.kind, Kind::Quote | Kind::Number(_)));
    determined && changes && value && to(before).is_some()
}

/// "5 seconds for Dinner, 3 for Goodbye": the unit is said only once, at the beginning.
fn with_unit(before: &[Token], step: &[Token]) -> Option<Vec<Token>> {
    let [number, joint, ..] = step else { return None };
    let counts = matches!(number.kind, Kind::Number(_)) && matches!(joint.word.as_str(), "for" | "more" | "less");
    let unit = before.iter().take(MAX_REACH).find(|token| is_unit(token)).filter(|_| counts)?;
    Some([std::slice::from_ref(number), std::slice::from_ref(unit), &step[1..]].concat())
}

/// "shorten the intro to two seconds, lengthen pricing to seven": the unit is said only once, at the beginning.
fn with_last_unit(before: &[Token], step: &[Token]) -> Option<Vec<Token>> {
    let [rest @ .., to, number] = step else { return None };
    let unit = before.last().filter(|unit| is_unit(unit))?;
    let compares = |token: &Token| matches!(token.word.as_str(), "longer" | "shorter" | "cut" | "set" | "last-for");
    let counts = to.word == "to" && matches!(number.kind, Kind::Number(_)) && rest.iter().take(MAX_REACH).any(compares);
    counts.then(|| [step, std::slice::from_ref(unit)].concat())
}

/// Whether a step leaves out the verb of a statement: "the price should sit at the top and the star at the bottom".
pub(super) fn is_gapped(before: &[Token], step: &[Token]) -> bool {
    gap(before, step).is_some()
}

/// Where the statement before has its verb and its joint, and where this one has the same joint.
fn gap(before: &[Token], step: &[Token]) -> Option<(usize, usize, usize)> {
    let determined = step.first().is_some_and(|token| matches!(token.word.as_str(), "the" | "its" | "our" | "my"));
    let verb = before.iter().take(MAX_REACH).position(finite::is_verb)?;
    let at = (2..step.len().min(5)).find(|at| JOINTS.contains(&step[*at].word.as_str()))?;
    let nominal = step[..at].iter().all(|token| token.kind == Kind::Word && !finite::is_verb(token));
    let joint = (verb + 1..before.len()).find(|old| before[*old].word == step[at].word)?;
    let acts = step.iter().any(|token| finite::is_verb(token) || words::COMMANDS.contains(&token.word.as_str()));
    let named = before[..verb].iter().any(|token| token.word == "the");
    (determined && nominal && named && !acts).then_some((verb, joint, at))
}

fn without_gap(before: &[Token], step: &[Token]) -> Vec<Token> {
    let Some((verb, joint, at)) = gap(before, step) else { return step.to_vec() };
    [&step[..at], &before[verb..joint], &step[at..]].concat()
}

/// Whether a step gives another value to something else: "use white for the intro and black for its text".
pub(super) fn is_other_value(before: &[Token], step: &[Token], names: &Names) -> bool {
    let valued = |tokens: &[Token]| {
        let value = tokens.iter().take(4).position(super::is_value);
        value.and_then(|value| {
            (value + 1..tokens.len().min(value + 3)).find(|at| matches!(tokens[*at].word.as_str(), "for" | "in" | "on"))
        })
    };
    let acts = |token: &Token| words::COMMANDS.contains(&token.word.as_str());
    let Some(verb) = before.iter().take(MAX_REACH).position(acts) else { return false };
    let part = |rest: &[Token]| {
        target::len(rest, names).is_some()
            || rest.first().is_some_and(|token| matches!(token.word.as_str(), "the" | "its" | "our" | "my"))
    };
    valued(&before[verb + 1..]).is_some() && valued(step).is_some_and(|joint| joint <= 3 && part(&step[joint + 1..]))
}

/// Whether a step has the verb of the step before, but does something else somewhere else: "and a circle to scene 2".
pub(super) fn is_other_object(before: &[Token], step: &[Token], names: &Names) -> bool {
    let Some(joint) = object(step).and_then(|object| joint_to_target(step, object, names)) else { return false };
    let acts = |token: &Token| {
        matches!(
            token.word.as_str(),
            "put"
                | "add"
                | "write"
                | "use"
                | "delete"
                | "place"
                | "show"
                | "set"
                | "have"
                | "change"
                | "make"
                | "move"
                | "replace"
                | "color"
                | "turn"
                | "goes"
                | "belongs"
                | "is"
        )
    };
    let verb = before.iter().take(MAX_REACH).position(acts);
    // "first picture into the intro": the object comes first, with its verb after it or with none.
    let old = object(before).filter(|object| verb.map_or(*object <= 2, |verb| *object < verb));
    let old = old.or_else(|| verb.and_then(|verb| object(&before[verb + 1..]).map(|object| verb + 1 + object)));
    old.and_then(|old| joint_to_target(before, old, names)).is_some_and(|at| before[at].word == step[joint].word)
}

/// Where the thing is that a step is about: an image, a figure, quoted words, "the second one".
fn object(tokens: &[Token]) -> Option<usize> {
    (0..tokens.len().min(6)).find(|at| {
        let word = tokens[*at].word.as_str();
        let counted = |before: usize| {
            numbers::ordinal(&tokens[before].word).is_some() || matches!(tokens[before].word.as_str(), "other" | "last")
        };
        tokens[*at].kind == Kind::Quote
            || wish::noun_of(word).is_some()
            || word == "one" && at.checked_sub(1).is_some_and(|the| counted(the) || tokens[the].word == "the")
    })
}

fn joint_to_target(tokens: &[Token], object: usize, names: &Names) -> Option<usize> {
    (object + 1..tokens.len().min(object + 7))
        .find(|at| JOINTS.contains(&tokens[*at].word.as_str()) && target::len(&tokens[at + 1..], names).is_some())
}

fn other_object(before: &[Token], verb: Option<usize>, step: &[Token]) -> Vec<Token> {
    let mut all: Vec<Token> = verb.map(|verb| before[verb].clone()).into_iter().collect();
    let from = verb.map_or(0, |verb| verb + 1);
    // "the logo goes on the intro with a fade": what looks like the order may stand behind the object.
    let behind = object(&before[from..]).map(|found| from + found);
    let old = behind.or_else(|| object(before)).unwrap_or(0);
    for (at, token) in step.iter().enumerate() {
        let new = object(step) == Some(at);
        let word = match token.word.as_str() {
            "one" if new => before[old].word.clone(),
            // Of two, "the other one" is the last.
            "other" if object(step) == Some(at + 1) => "last".to_owned(),
            word => word.to_owned(),
        };
        all.push(Token { word, ..token.clone() });
        let role = &before[(old + 1).min(before.len())..(old + 3).min(before.len())];
        if new && role.first().is_some_and(|joint| joint.word == "as") {
            all.extend_from_slice(role);
        }
    }
    all
}
