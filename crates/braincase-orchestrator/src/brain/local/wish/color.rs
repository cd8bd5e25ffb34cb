//! Wishes for colours, and whether they are for the background or for an element.

use super::{Noun, Paint, Wish, shape};
use crate::brain::local::{clause::Clause, colors, question::Question, token::Kind, words};

pub(super) fn read(clause: &mut Clause<'_>, wish: &mut Wish) -> Result<(), Question> {
    let found = colors::find(clause);
    // "the background should go from blue to purple"
    let blends = clause.mentions(&["background"]) && clause.has(&["from"]) && found.len() == 2;
    let gradient = clause.find(&["gradient", "blend"]).or_else(|| clause.find(&["go", "goes"]).filter(|_| blends));
    match (gradient, found.as_slice()) {
        (Some(_), [from, to, ..]) => {
            wish.background = Some(Paint::Gradient(from.color, to.color));
            return Ok(());
        }
        (Some(_), [only]) => {
            wish.background = Some(Paint::Gradient(
                only.color,
                if colors::is_dark(only.color) { colors::lighter(only.color) } else { colors::darker(only.color) },
            ));
            return Ok(());
        }
        (Some(_), []) => {
            return Err(Question::choice(
                "Which two colours should the gradient have?",
                &["From blue to purple", "From orange to pink", "From white to light gray"],
            ));
        }
        (None, _) => {}
    }
    for one in &found {
        // "from red to blue": the first colour is the old one.
        let old = found.len() > 1
            && (matches!(clause.any_word(one.start.wrapping_sub(1)), "from" | "instead-of" | "not")
                || is_exchanged(clause, one, &found));
        if old {
            continue;
        }
        // "make the red star blue"
        let described = found.len() > 1
            && clause.any_word(one.start.wrapping_sub(1)) == "the"
            && (shape(clause.any_word(one.end)).is_some() || words::TEXT.contains(&clause.any_word(one.end)));
        if described {
            continue;
        }
        let slot = role(clause, one, wish.noun);
        match slot {
            Role::Background => conflict(&mut wish.background, Paint::Plain(one.color), "background")?,
            Role::Element => conflict(&mut wish.color, one.color, "colour")?,
        }
    }
    for one in found {
        clause.claim(one.start, one.end);
    }
    Ok(())
}

/// "swap the blue of the intro for a dark green": the first of two colours, which gives way to the second.
fn is_exchanged(clause: &Clause<'_>, color: &colors::Found, found: &[colors::Found]) -> bool {
    let [first, second] = found else { return false };
    let joint = |at: usize| matches!(clause.any_word(at), "for" | "with" | "by" | "into");
    first.start == color.start
        && clause.mentions(&["swap", "replace", "change", "turn"])
        && (second.start.saturating_sub(2)..second.start).any(joint)
}

fn conflict<T: PartialEq>(slot: &mut Option<T>, value: T, what: &str) -> Result<(), Question> {
    match slot {
        Some(old) if *old != value => {
            Err(Question::open(format!("You name two values for the {what}. Which one do you want?")))
        }
        _ => {
            *slot = Some(value);
            Ok(())
        }
    }
}

enum Role {
    Background,
    Element,
}

/// Whether a colour is meant for the background or for an element: the nearest noun decides.
fn role(clause: &Clause<'_>, color: &colors::Found, noun: Option<Noun>) -> Role {
    let is_element =
        |word: &str| words::TEXT.contains(&word) || shape(word).is_some() || matches!(word, "shape" | "shapes");
    for at in color.end..color.end + 3 {
        if clause.kind(at).is_some_and(|kind| matches!(kind, Kind::Stop | Kind::Newline | Kind::Semicolon)) {
            break;
        }
        match clause.any_word(at) {
            "background" | "scene" => return Role::Background,
            word if words::OPENING.contains(&word) || words::CLOSING.contains(&word) && word != "end" => {
                return Role::Background;
            }
            word if is_element(word) => return Role::Element,
            "and" | "with" | "on" | "in" | "to" | "as" => break,
            _ => {}
        }
    }
    let writes = clause.mentions(&["put", "add", "write", "place"]) && clause.mentions(words::TEXT);
    if writes && clause.any_word(color.start.wrapping_sub(1)) == "in" && color.end >= clause.len() {
        return Role::Element;
    }
    // "white on black"
    if clause.any_word(color.end) == "on"
        && (color.end + 1..color.end + 3).any(|at| colors::color_at(clause, at).is_some())
    {
        return Role::Element;
    }
    // "'Follow us' in white"
    if clause.any_word(color.start.wrapping_sub(1)) == "in" && clause.is_quote(color.start.wrapping_sub(2)) {
        return Role::Element;
    }
    for at in (0..color.start).rev() {
        match clause.any_word(at) {
            "background" => return Role::Background,
            word if is_element(word) => return Role::Element,
            "on" => return Role::Background,
            _ => {}
        }
    }
    if clause.mentions(&["write"]) {
        return Role::Element;
    }
    match noun {
        Some(Noun::Text | Noun::Shape(_) | Noun::AnyShape) => Role::Element,
        Some(Noun::Image | Noun::Background | Noun::Animation) | None => Role::Background,
    }
}
