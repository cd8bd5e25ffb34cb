//! Steps that ask for nothing: greetings, thanks, questions, "don't touch scene 2".

use super::{Clause, Kind, Work, words};

/// Whether a step says what not to do.
pub(super) fn is_negated(clause: &Clause<'_>) -> bool {
    let head = (0..clause.len().min(7)).find(|at| words::NEGATION.contains(&clause.word(*at)));
    let before_verb = head.is_some_and(|at| {
        (0..at).all(|before| {
            words::FILLERS.contains(&clause.word(before))
                || matches!(clause.kind(before), Some(Kind::Comma))
                || clause.word(before) == "scene"
                || clause.number(before).is_some()
        }) && clause.word(at) != "not"
    });
    let before_verb = before_verb && !clause.has(&["unwanted"]);
    let keep = clause.has(&["leave", "keep"]) && clause.has(&["alone", "is", "untouched", "unchanged", "are", "be"]);
    let keep = keep || clause.has(&["unwanted"]) && clause.has(&["to", "change", "changes"]);
    let nothing = clause.has(&["nothing", "nevermind"]);
    before_verb || keep || nothing
}

/// Whether a step wants scenes in another order, for which there is no tool.
pub(super) fn is_reorder(clause: &Clause<'_>) -> bool {
    let any = |words: &[&str]| clause.has(words);
    if any(&["reorder", "rearrange", "shuffle"]) || any(&["reverse"]) && any(&["order", "scenes"]) {
        return true;
    }
    let part = any(words::TEXT)
        || any(words::IMAGE)
        || any(&["star", "circle", "shape", "add", "copy", "background", "faster", "slower"]);
    let quote = clause.open().any(|at| clause.kind(at) == Some(Kind::Quote));
    let exchanged = |at: usize| !matches!(clause.word(at + 1), "it" | "this" | "that" | "them");
    let swaps = clause.find(&["swap", "flip"]).is_some_and(exchanged) || any(&["change"]) && any(&["places", "order"]);
    let moves = clause.find(&["move", "put", "bring"]).is_some_and(|verb| {
        let elsewhere = |at: usize| {
            matches!(
                clause.word(at),
                "before" | "after" | "end" | "start" | "beginning" | "front" | "first" | "position" | "between"
            )
        };
        let other = (verb + 1..verb + 4).any(|at| matches!(clause.word(at), "a" | "an" | "new" | "another" | "it"));
        any(words::SCENE) && (verb + 2..clause.len()).any(elsewhere) && !other
    });
    let first = clause.len() > 2
        && matches!(clause.word(clause.len() - 1), "first" | "last")
        && any(&["should", "be", "go", "come"])
        && !any(words::COMMANDS);
    !part && !quote && (first || swaps && any(words::SCENE) || moves)
}

/// Whether a step is conversation; the reply is left as a remark.
pub(super) fn is_talk(work: &mut Work, clause: &Clause<'_>) -> bool {
    let words: Vec<&str> = (0..clause.len()).map(|at| clause.word(at)).filter(|word| !word.is_empty()).collect();
    let first = words.first().copied().unwrap_or("");
    let greeting = [
        "hello",
        "hi",
        "hey",
        "thanks",
        "thank-you",
        "cool",
        "great",
        "nice",
        "perfect",
        "awesome",
        "ok",
        "okay",
        "good",
        "no",
        "wow",
        "lovely",
        "cheers",
        "bye",
        "morning",
    ];
    let small = words.len() <= 6
        && greeting.contains(&first)
        && !clause.has(words::COMMANDS)
        && !clause.has(&["scene", "scenes"])
        && clause.len() <= 7;
    if small {
        work.plan.remarks.push(
            "Tell me what to add or change, for example “add an intro saying Hello” or “make scene 2 faster”."
                .to_owned(),
        );
        return true;
    }
    if praises(clause) {
        work.plan.remarks.push("You are welcome. Tell me what to add or change next.".to_owned());
        return true;
    }
    let request = matches!((first, words.get(1).copied().unwrap_or("")), ("what" | "how", "about" | "if"));
    if is_note(clause) {
        work.plan
            .remarks
            .push("Noted as a wish; I change nothing for it. Name it again when a scene should follow it.".to_owned());
        return true;
    }
    if asks_abilities(clause) {
        work.plan.remarks.push(ABILITIES.to_owned());
        return true;
    }
    let question = matches!(first, "what" | "whats" | "how" | "which" | "why" | "who" | "when" | "where") && !request;
    let state = matches!(first, "is" | "are" | "does" | "did") || (first == "do" && words.get(1) == Some(&"you"));
    if question || state {
        work.plan.remarks.push(summary(work));
    }
    if first == "undo" || words.contains(&"undo") || words.contains(&"revert") {
        work.plan.remarks.push("I cannot take a change back from here; every earlier iteration of a scene can be restored from its history.".to_owned());
        return true;
    }
    question || state
}

/// "wow, I didn't expect it to be that easy": words of joy or thanks, and nothing that is to be done.
fn praises(clause: &Clause<'_>) -> bool {
    let joy = clause.has(&[
        "wow", "thanks", "thank-you", "cheers", "perfect", "awesome", "great", "nice", "lovely", "amazing", "brilliant", "cool", "wonderful",
        "super", "fantastic", "excellent", "beautiful", "haha", "sweet", "neat", "best", "happy", "impressive", "impressed", "love", "good",
    ]);
    let asks = clause.has(words::COMMANDS)
        || clause.has(words::SCENE)
        || clause.has(&["should", "need", "needs", "want", "suggest", "would", "could", "can", "too", "unwanted", "but"]);
    let value = super::wish::read(&mut clause.clone()).map_or(true, |wish| !wish.is_empty());
    let quote = clause.open().any(|at| clause.kind(at) == Some(Kind::Quote));
    joy && !asks && !value && !quote
}

/// What there is to be had.
const ABILITIES: &str = "I can add, copy, change and delete scenes: titles, texts, colours, backgrounds, shapes, \
    animations, lengths and speed. I can put your images into scenes, make scenes of them, and describe them.";

/// "remember that our brand colour is #ff8800": something to know, nothing to do.
fn is_note(clause: &Clause<'_>) -> bool {
    let Some(at) = clause.find(&["remember", "note", "fyi"]) else { return false };
    let head = (0..at).all(|before| words::FILLERS.contains(&clause.word(before)));
    let fact = (at + 1..clause.len().min(at + 4))
        .any(|next| matches!(clause.word(next), "that" | "our" | "my" | "we" | "i"))
        && !clause.has(words::IMAGE);
    head && fact
}

/// "I'm putting together a clip for a party": why somebody asks, before what is asked.
pub(super) fn is_background(thread: &super::Thread, clause: &Clause<'_>) -> bool {
    let video = clause.find(&["video"]).filter(|_| thread.one_of_many);
    // "I'd like to make a film about volcanoes": what all this is for.
    if video.is_some_and(|at| (at.saturating_sub(4)..at).any(|before| matches!(clause.any_word(before), "a" | "an"))) {
        return true;
    }
    let start = (0..clause.len()).find(|at| matches!(clause.any_word(*at), "im" | "ill" | "i" | "we" | "were" | "my"));
    let Some(start) = start.filter(|_| thread.one_of_many) else { return false };
    let head = (0..start)
        .all(|before| words::FILLERS.contains(&clause.word(before)) || clause.kind(before) != Some(Kind::Word));
    let verb = clause.any_word(start + 1);
    let tells = match clause.any_word(start) {
        "im" | "were" => matches!(verb, "a" | "an") || verb.ends_with("ing") && !matches!(verb, "thinking" | "looking" | "missing" | "asking"),
        "my" => false,
        "ill" => !matches!(verb, "have" | "take" | "need" | "like" | "want"),
        _ => matches!(verb, "am" | "are" | "run" | "own" | "work") || clause.seq(start + 1, &["have", "no"]),
    };
    let quote = clause.open().any(|at| clause.kind(at) == Some(Kind::Quote));
    head && tells && !quote
}

/// "here's our logo", "remember the picture I sent?": an image, before what is to be done with it.
pub(super) fn presents_image(work: &Work, thread: &super::Thread, clause: &Clause<'_>) -> bool {
    let shows = clause.find(&["here", "heres", "attached", "uploaded", "sent", "remember", "got", "this"]);
    let states = |at: usize| match clause.word(at) {
        "this" => at <= 3 && clause.word(at + 1) == "is",
        "attached" | "uploaded" | "sent" => true,
        _ => at <= 3,
    };
    let verb = clause.open().find(|at| words::COMMANDS.contains(&clause.word(*at)) && clause.word(*at) != "have");
    let orders = verb.is_some_and(|at| at > 0 || clause.word(at) != "take");
    let head = shows.is_some_and(states) && !words::QUESTION.contains(&clause.word(0));
    let image = clause.has(words::IMAGE) || !work.board.attached().is_empty();
    let somewhere = super::targets(work, thread, &mut clause.clone()) != Ok(None);
    thread.one_of_many && head && image && !orders && !somewhere
}

fn asks_abilities(clause: &Clause<'_>) -> bool {
    (0..clause.len()).any(|at| {
        clause.seq(at, &["what", "can", "you"])
            || clause.seq(at, &["what", "do", "you", "do"])
            || clause.seq(at, &["what", "are", "you", "able"])
            || clause.seq(at, &["how", "can", "you", "help"])
    }) && !clause.has(words::IMAGE)
        && !clause.has(&["see"])
}

fn summary(work: &Work) -> String {
    let titles: Vec<String> = work
        .board
        .order
        .iter()
        .take(20)
        .filter_map(|place| work.board.entries.get(*place))
        .map(|entry| format!("“{}”", entry.spec.title))
        .collect();
    match titles.len() {
        1 => format!("The storyboard has 1 scene: {}.", titles.join(", ")),
        0 => "The storyboard is empty. Tell me what the first scene should show.".to_owned(),
        _ => format!("The storyboard has {} scenes: {}.", work.board.order.len(), titles.join(", ")),
    }
}
