//! Wishes for lengths and speeds.

use super::{Change, Length, Move};
use crate::brain::local::{clause::Clause, numbers, question::Question, token::Kind};

/// The shortest scene.
const MIN_MILLIS: f64 = 100.0;
/// The longest scene.
const MAX_MILLIS: f64 = 600_000.0;

pub(super) fn length(
    clause: &mut Clause<'_>,
    spans: &[numbers::Span],
    motion: Option<&Move>,
) -> Result<Option<Length>, Question> {
    let taken = |span: &&numbers::Span| {
        motion.is_none_or(|motion| motion.millis != Some(span.millis) && motion.delay != Some(span.millis))
    };
    let spans: Vec<_> = spans.iter().filter(taken).collect();
    for span in &spans {
        clause.claim(span.start, span.end);
    }
    let (refused, spans): (Vec<&numbers::Span>, Vec<_>) = spans.into_iter().partition(|span| is_refused(clause, span));
    if let ([_], [], Some(number)) = (refused.as_slice(), spans.as_slice(), numbers::bare(clause)) {
        return Ok(Some(Length::To(number * 1_000.0)));
    }
    let from_to = clause.has(&["from"]) && clause.has(&["to"]) && spans.len() == 2;
    let span = match spans.as_slice() {
        [] => {
            let length = unitless_length(clause);
            let absurd = matches!(length, Some(Length::To(millis)) if !(MIN_MILLIS..=MAX_MILLIS).contains(&millis));
            return if absurd { Err(out_of_range()) } else { Ok(length) };
        }
        [_, to] if from_to => to,
        [one] => one,
        [first, rest @ ..] if rest.iter().all(|span| span.millis == first.millis) => first,
        _ => return Err(Question::open("You name two lengths. How long should it be?")),
    };
    let compared = (span.end..span.end + 2).any(|at| matches!(clause.any_word(at), "shorter" | "longer"));
    let to = !compared
        && span.start > 0
        && matches!(clause.any_word(span.start - 1), "to" | "at" | "exactly" | "only" | "just")
        || !compared && clause.any_word(span.start.wrapping_sub(2)) == "to"
        || follows_judgement(clause, span);
    let longer = clause.has(&["longer", "more", "increase", "extra"])
        || clause.has(&["add"]) && !clause.mentions(&["says", "called"])
        || clause.any_word(span.start) == "another"
        || clause.any_word(span.start.wrapping_sub(1)) == "another"
        || matches!(clause.any_word(span.start + 1), "more" | "extra");
    let shorter =
        clause.has(&["shorter", "less", "decrease", "reduce", "off", "cut"]) || clause.has(&["delete", "take"]);
    let sum = clause.mentions(&["video", "whole", "entire", "total", "overall"]);
    let scene = MIN_MILLIS..=MAX_MILLIS;
    if span.millis < 0.0 || !(sum || longer || shorter || scene.contains(&span.millis)) {
        return Err(out_of_range());
    }
    let relative = !(to || clause.has(&["make"]) && clause.has(&["slower", "faster"]));
    Ok(Some(if relative && shorter {
        Length::By(-span.millis)
    } else if relative && longer {
        Length::By(span.millis)
    } else {
        Length::To(span.millis)
    }))
}

/// "it doesn't need 6 seconds, 3 are plenty": the length that it is not to have.
fn is_refused(clause: &Clause<'_>, span: &numbers::Span) -> bool {
    (span.start.saturating_sub(3)..span.start)
        .any(|at| matches!(clause.any_word(at), "not" | "doesnt" | "isnt" | "instead-of" | "than" | "dont"))
}

/// "a bit shorter, 4 seconds": the length comes after what it makes of the old one.
fn follows_judgement(clause: &Clause<'_>, span: &numbers::Span) -> bool {
    let compares = |at: usize| matches!(clause.any_word(at), "shorter" | "longer");
    let apart = |at: usize| matches!(clause.kind(at), Some(Kind::Comma | Kind::Stop));
    span.start > 0
        && (span.start.saturating_sub(3)..span.start).any(apart)
        && clause.any_word(span.start - 1) != "by"
        && (0..span.start).any(compares)
        && !(span.end..span.end + 2).any(compares)
}

/// Nobody means a length that a scene cannot have.
pub(in crate::brain::local) fn out_of_range() -> Question {
    Question::open("A scene lasts between 0.1 seconds and 10 minutes. How long should it be?")
}

fn unitless_length(clause: &Clause<'_>) -> Option<Length> {
    let about = clause.has(&["duration", "long", "longer", "shorter", "last-for", "short", "time"]);
    // "cut Goodbye in half"
    let halves = clause.has(&["cut", "halve"]) && numbers::multiple(clause).is_some() && super::noun(clause).is_none();
    let about = about || halves;
    let about_text = clause.mentions(&["text", "texts", "title", "heading"]);
    if !about || about_text && !clause.has(&["duration"]) {
        return None;
    }
    let little = clause.has(&["bit", "slightly", "little", "tad", "somewhat"]);
    let much = clause.has(&["much"]);
    if let Some(times) = numbers::multiple(clause) {
        return Some(Length::Times(times));
    }
    if let Some(share) = numbers::percent(clause) {
        return Some(Length::Times(if clause.has(&["shorter"]) { 1.0 - share } else { 1.0 + share }));
    }
    if let Some(number) = numbers::bare(clause) {
        return Some(Length::To(number * 1_000.0));
    }
    let factor = if little {
        1.25
    } else if much {
        2.0
    } else {
        1.5
    };
    if clause.has(&["longer", "increase"]) {
        return Some(Length::Times(factor));
    }
    clause.has(&["shorter", "decrease", "reduce", "short"]).then_some(Length::Times(1.0 / factor))
}

pub(super) fn tempo(clause: &Clause<'_>) -> Result<Option<Change>, Question> {
    let faster = clause.has(&["faster", "fast", "much-faster"])
        || clause.has(&["speed", "hurry", "pick"]) && clause.has(&["up"])
        || clause.has(&["increase", "raise", "higher"]) && clause.has(&["speed", "tempo"]);
    if clause.has(&["too"]) && clause.has(&["slow"]) {
        return Ok(Some(Change::Times(1.5)));
    }
    let slower = clause.has(&["slower", "slow", "slowly"])
        || clause.has(&["reduce", "decrease", "lower"]) && clause.has(&["speed", "tempo"]);
    let about = clause.has(&["speed", "tempo"]);
    if faster && slower {
        return Err(Question::choice("Faster or slower?", &["Make it faster", "Make it slower"]));
    }
    if about && clause.has(&["normal", "original", "default", "regular"]) {
        return Ok(Some(Change::To(1.0)));
    }
    let step = if clause.has(&["bit", "slightly", "little", "tad", "somewhat"]) {
        1.25
    } else if clause.has(&["much", "much-faster", "way", "lot"]) {
        2.0
    } else {
        1.5
    };
    let times = numbers::multiple(clause);
    let share = numbers::percent(clause);
    Ok(match (faster, slower, about) {
        (true, _, _) => Some(Change::Times(times.or(share.map(|share| 1.0 + share)).unwrap_or(step))),
        (_, true, _) => Some(Change::Times(
            times
                .map(|times| if times >= 1.0 { 1.0 / times } else { times })
                .or(share.map(|share| 1.0 - share))
                .unwrap_or(1.0 / step),
        )),
        (_, _, true) => {
            times.map(Change::Times).or(share.map(Change::To)).or_else(|| numbers::bare(clause).map(Change::To))
        }
        _ => None,
    })
}
