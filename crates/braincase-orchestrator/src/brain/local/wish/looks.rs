//! Wishes for size, weight, place and motion.

use braincase_core::scene::Motion;

use super::{Change, Move, Place, Spot, Wish};
use crate::brain::local::{clause::Clause, numbers};

pub(super) fn size(clause: &Clause<'_>, wish: &Wish) -> Option<Change> {
    let much = clause.has(&["much", "way"]);
    let little = clause.has(&["bit", "slightly", "little", "tad"]);
    let step = if much {
        1.5
    } else if little {
        1.1
    } else {
        1.25
    };
    let times = numbers::multiple(clause);
    let share = numbers::percent(clause);
    let sized = clause.has(&["size", "big", "large"]);
    if clause.has(&["bigger"]) || sized && clause.has(&["increase", "up"]) {
        return Some(Change::Times(times.or(share.map(|share| 1.0 + share)).unwrap_or(step)));
    }
    if clause.has(&["smaller"]) || sized && clause.has(&["decrease", "reduce"]) {
        return Some(Change::Times(
            times
                .map(|times| if times > 1.0 { 1.0 / times } else { times })
                .or(share.map(|share| 1.0 - share))
                .unwrap_or(1.0 / step),
        ));
    }
    let on_element = wish.noun.is_some() && wish.tempo.is_none() && wish.length.is_none();
    match clause.find(&["huge", "giant", "enormous", "big", "large", "tiny", "small", "size"]).map(|at| clause.word(at))
    {
        Some("size") => times.map(Change::Times),
        Some("huge" | "giant" | "enormous") => Some(Change::Times(2.0)),
        Some("big" | "large") => times.map(Change::Times).or(on_element.then_some(Change::Times(1.5))),
        Some("tiny") => Some(Change::Times(0.5)),
        Some("small") => on_element.then_some(Change::Times(0.67)),
        _ => None,
    }
}

pub(super) fn bold(clause: &Clause<'_>) -> Option<bool> {
    if clause.has(&["unbold", "thin", "thinner"]) {
        return Some(false);
    }
    let at = clause.find(&["bold"])?;
    let off = (at.saturating_sub(3)..at).any(|before| {
        matches!(clause.any_word(before), "not" | "no" | "without" | "less" | "delete" | "isnt" | "dont")
    });
    Some(!off)
}

pub(super) fn place(clause: &Clause<'_>, wish: &Wish) -> Option<Place> {
    let nudge = clause.has(&["bit", "slightly", "little", "tad"]);
    let mut place = Place::default();
    let pick = |at: i64, by: i64| if nudge { Spot::By(by) } else { Spot::At(at) };
    let moved = clause.has(&[
        "move", "put", "place", "align", "center", "add", "position", "write", "show", "set", "make", "corner", "sit",
        "sits", "stand", "goes", "belongs",
    ]) || wish.noun.is_some();
    if !moved {
        return None;
    }
    for at in clause.open() {
        match clause.word(at) {
            "left" => place.x = Some(pick(250, -100)),
            "right" if clause.any_word(at + 1) != "after" => place.x = Some(pick(750, 100)),
            "top" => place.y = Some(pick(200, -100)),
            "lower" if matches!(clause.any_word(at + 1), "left" | "right" | "corner") => place.y = Some(pick(800, 100)),
            "bottom" => place.y = Some(pick(800, 100)),
            "up" | "higher" if wish.tempo.is_none() => place.y = Some(Spot::By(-100)),
            "down" | "lower" if wish.tempo.is_none() => place.y = Some(Spot::By(100)),
            "center" | "middle" => {
                place.x = place.x.or(Some(Spot::At(500)));
                place.y = place.y.or(Some(Spot::At(500)));
            }
            _ => {}
        }
    }
    (place != Place::default()).then_some(place)
}

pub(super) fn motion(clause: &mut Clause<'_>, spans: &[numbers::Span]) -> Option<Move> {
    let off = clause.find(&["animation", "animate", "animating"]).filter(|at| {
        (at.saturating_sub(4)..*at)
            .any(|before| matches!(clause.any_word(before), "no" | "without" | "delete" | "stop"))
    });
    let (kind, at) = match off {
        Some(at) => (Motion::None, at),
        None => (0..clause.len()).find_map(|at| motion_at(clause, at).map(|kind| (kind, at)))?,
    };
    // "slides in from the left": the side is no place.
    let sided = clause.word(at) == "slide-in";
    clause.claim(at, at + if sided { 4 } else { 1 });
    if matches!(clause.word(at + 1), "in" | "out" | "from" | "up") {
        let sides = clause.word(at + 1) == "from" || clause.word(at + 2) == "from";
        clause.claim(at + 1, at + if sides { 6 } else { 2 });
    }
    let with = |words: &[&str]| {
        spans
            .iter()
            .find(|span| {
                (span.start.saturating_sub(2)..span.start).any(|before| words.contains(&clause.any_word(before)))
            })
            .map(|span| span.millis)
    };
    let delayed = spans.iter().find(|span| clause.word(span.end) == "delay").map(|span| span.millis);
    Some(Move {
        kind,
        millis: with(&["over", "within", "take", "takes", "taking"]),
        delay: delayed.or_else(|| with(&["after"])),
    })
}

fn motion_at(clause: &Clause<'_>, at: usize) -> Option<Motion> {
    let next = clause.word(at + 1);
    let out = next != "in" && (at + 1..at + 6).any(|particle| clause.word(particle) == "out");
    Some(match clause.word(at) {
        "fade" if out => Motion::FadeOut,
        "fade" => Motion::FadeIn,
        "slide" | "slides" if out => Motion::SlideOut,
        "slide" | "slides" | "fly" | "flies" | "slide-in" => Motion::SlideIn,
        "zoom" if out => Motion::ZoomOut,
        "zoom" => Motion::ZoomIn,
        "bounce" => Motion::Bounce,
        "spin" => Motion::Spin,
        "pulse" => Motion::Pulse,
        "typewriter" => Motion::Typewriter,
        _ => return None,
    })
}
