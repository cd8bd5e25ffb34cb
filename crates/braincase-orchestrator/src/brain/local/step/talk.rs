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
    let rest = clause.has(&["rest", "others"]) || (0..clause.len()).any(|at| clause.seq(at, &["everything", "else"]));
    let blank = clause.has(&["leave"]) && clause.has(&["empty", "blank"]) && super::has_pronoun(clause);
    let keep = keep || blank || rest && clause.has(&["keep", "leave"]) && !clause.has(&["only", "just", "delete"]);
    // "it can stay"
    let stays = clause.find(&["stay", "stays", "remain", "remains"]).is_some_and(|at| {
        !clause.has(&["only", "just", "for", "seconds", "second", "until", "on", "longer", "shorter"]) && at > 0
    });
    let last = (0..clause.len()).rev().map(|at| clause.word(at)).find(|word| !word.is_empty());
    let left = clause.has(&["leave"]) && matches!(last, Some("it" | "them" | "that"));
    let keep = keep || left || stays || clause.has(&["unwanted"]) && clause.has(&["to", "change", "changes"]);
    let nothing = clause.has(&["nothing", "nevermind"]);
    before_verb || keep || nothing
}

/// Whether a step wants scenes in another order, for which there is no tool.
pub(super) fn is_reorder(clause: &Clause<'_>) -> bool {
    let any = |words: &[&str]| clause.has(words);
    if any(&["order"]) && any(&["wrong", "swap"])
        || any(&["reorder", "rearrange", "shuffle"])
        || any(&["reverse"]) && any(&["order", "scenes"])
    {
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
        let this = matches!(clause.word(verb + 1), "this" | "these") && !words::SCENE.contains(&clause.word(verb + 2));
        let other = this
            || (verb + 1..verb + 4).any(|at| matches!(clause.word(at), "a" | "an" | "one" | "new" | "another" | "it"));
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
    let small = words.len() <= 6
        && !super::delete::reads_as_delete(clause)
        && GREETINGS.contains(&first)
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
    let asks = asks_state(clause, &words);
    if asks {
        work.plan.remarks.push(summary(work));
    }
    if words.contains(&"undo") || words.contains(&"revert") {
        work.plan.remarks.push("I cannot take a change back from here; every earlier iteration of a scene can be restored from its history.".to_owned());
        return true;
    }
    asks
}

/// Words that open small talk.
const GREETINGS: &[&str] = &[
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

/// "how long is it?", "tell me how many scenes there are": a question about what is there.
fn asks_state(clause: &Clause<'_>, words: &[&str]) -> bool {
    let told = words.iter().skip_while(|word| words::FILLERS.contains(*word) || matches!(**word, "tell" | "know"));
    let asked = words.contains(&"tell") || words.contains(&"know");
    let first = told.into_iter().next().filter(|_| asked).or_else(|| words.first()).copied().unwrap_or("");
    let second = words.get(1).copied().unwrap_or("");
    let request = matches!((clause.word(0), second), ("what" | "how", "about" | "if"));
    let question = matches!(first, "what" | "whats" | "how" | "which" | "why" | "who" | "when" | "where") && !request;
    // "could you check that pricing comes after the intro?"
    let checks = words.iter().take(5).any(|word| matches!(*word, "check" | "verify" | "confirm"));
    checks || question || matches!(first, "is" | "are" | "does" | "did") || first == "do" && second == "you"
}

/// "wow, I didn't expect it to be that easy": words of joy or thanks, and nothing that is to be done.
fn praises(clause: &Clause<'_>) -> bool {
    let joy = clause.has(&[
        "wow",
        "thanks",
        "thank-you",
        "cheers",
        "perfect",
        "awesome",
        "great",
        "nice",
        "lovely",
        "amazing",
        "brilliant",
        "cool",
        "wonderful",
        "super",
        "fantastic",
        "excellent",
        "beautiful",
        "haha",
        "sweet",
        "neat",
        "best",
        "happy",
        "impressive",
        "impressed",
        "love",
        "good",
    ]);
    let asks = clause.has(words::COMMANDS)
        || clause.has(&["says", "let"])
        || clause.has(words::SCENE)
        || clause
            .has(&["should", "need", "needs", "want", "suggest", "would", "could", "can", "too", "unwanted", "but"]);
    let value = super::wish::read(&mut clause.clone()).map_or(true, |wish| !wish.is_empty());
    let quote = clause.open().any(|at| clause.kind(at) == Some(Kind::Quote));
    joy && !asks && !value && !quote
}

/// What there is to be had.
pub(in crate::brain::local) const ABILITIES: &str = "I can add, copy, change and delete scenes: titles, texts, colours, backgrounds, shapes, \
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
    // "2 scenes please, we'll fill them later"
    if clause.any_word(0) == "well" && clause.has(&["later", "tomorrow"]) {
        return thread.one_of_many;
    }
    let Some(start) = start.filter(|_| thread.one_of_many) else { return false };
    let head = (0..start)
        .all(|before| words::FILLERS.contains(&clause.word(before)) || clause.kind(before) != Some(Kind::Word));
    let verb = clause.any_word(start + 1);
    let tells = match clause.any_word(start) {
        "im" | "were" => {
            matches!(verb, "a" | "an")
                || verb.ends_with("ing") && !matches!(verb, "thinking" | "looking" | "missing" | "asking")
        }
        "my" => false,
        "ill" => !matches!(verb, "have" | "take" | "need" | "like" | "want"),
        // "I will show it to my colleagues tomorrow"
        _ if verb == "will" => !matches!(clause.any_word(start + 2), "have" | "take" | "need" | "like" | "want"),
        _ => matches!(verb, "am" | "are" | "run" | "own" | "work") || clause.seq(start + 1, &["have", "no"]),
    };
    let quote = clause.open().any(|at| clause.kind(at) == Some(Kind::Quote));
    head && tells && !quote
}

/// "here's our logo", "remember the picture I sent?": an image, before what is to be done with it.
pub(super) fn presents_image(work: &Work, thread: &super::Thread, clause: &Clause<'_>) -> bool {
    let shows = clause.find(&["here", "heres", "attached", "uploaded", "sent", "remember", "got", "this", "these"]);
    let states = |at: usize| match clause.word(at) {
        "this" => {
            at <= 3
                && (clause.word(at + 1) == "is"
                    || words::IMAGE.contains(&clause.word(at + 1))
                        && matches!(clause.word(at + 2), "shows" | "is" | "was"))
        }
        "these" => at == 0 && clause.len() <= 4,
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

/// "we have a new slogan: 'Always fresh'": words, before what is to be done with them.
pub(super) fn presented_text(thread: &super::Thread, clause: &Clause<'_>) -> Option<String> {
    let quote = clause.open().find(|at| clause.kind(*at) == Some(Kind::Quote))?;
    let tells = matches!(clause.any_word(0), "we" | "weve" | "ive" | "i" | "our" | "here" | "heres" | "new" | "my");
    let orders = clause
        .open()
        .any(|at| words::COMMANDS.contains(&clause.word(at)) && !matches!(clause.word(at), "have" | "title"))
        || clause.has(&["should", "want", "need", "like", "love", "suggest", "says"])
        || clause.has(words::SCENE);
    (thread.followed && tells && !orders).then(|| clause.quoted(quote).to_owned())
}

/// "can you change that?": asks for what the steps before have said already.
pub(super) fn asks_again(thread: &super::Thread, clause: &Clause<'_>) -> bool {
    let told = thread.pending.is_none() && !thread.presents;
    let said_before = thread.one_of_many && !thread.followed && !thread.last.is_empty() && told;
    let empty = |at: usize| {
        let word = clause.word(at);
        if matches!(clause.kind(at), Some(Kind::Quote | Kind::Number(_) | Kind::Hex(_))) {
            return false;
        }
        matches!(
            word,
            "" | "change"
                | "make"
                | "that"
                | "it"
                | "this"
                | "for"
                | "happen"
                | "fix"
                | "these"
                | "give"
                | "him"
                | "her"
                | "them"
                | "one"
                | "have"
                | "add"
        ) || words::FILLERS.contains(&word)
    };
    said_before
        && super::has_pronoun(clause)
        && clause.has(&["change", "fix", "do", "make", "give", "have", "add"])
        && clause.open().all(empty)
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
