//! The conversation so far: what "it" may stand for, and what question the user is answering.

use braincase_core::{
    message::Role,
    prompt::{Prompt, PromptMessage},
};

use super::{
    board::Board,
    clause::Clause,
    question::DOUBT,
    target::Lookup,
    token::{self, Token},
    words,
};

/// How far back "it" may reach.
const MAX_MESSAGES: usize = 6;
/// How much of a message is read.
const MAX_BYTES: usize = 2_000;

/// What the conversation so far tells.
#[derive(Debug, Clone, Default)]
pub(super) struct Earlier {
    /// The scene that it was about last.
    pub(super) recent: Option<usize>,
    /// The user's request before this one.
    pub(super) request: Option<String>,
    /// Whether the last thing that was said is a question of ours.
    pub(super) asked: bool,
    /// Whether that question is whether we read the request right.
    pub(super) doubted: bool,
}

impl Earlier {
    /// The earlier request if these words are a yes to our question whether we read it right.
    pub(super) fn confirmed(&self, text: &str, tokens: &[Token]) -> Option<&str> {
        const YES: &[&str] = &["yes", "yeah", "yep", "sure", "ok", "okay", "right", "exactly", "please"];
        let clause = Clause::new(text, tokens);
        let agrees = YES.contains(&clause.word(0)) && tokens.len() <= 5 && !clause.has(words::NEGATION);
        self.request.as_deref().filter(|_| self.doubted && agrees)
    }
}

/// Reads the messages before the last.
pub(super) fn read(prompt: &Prompt, board: &Board) -> Earlier {
    let earlier = prompt.messages.split_last().map_or(&[][..], |(_, earlier)| earlier);
    let chat: Vec<&PromptMessage> =
        earlier.iter().filter(|message| matches!(message.role, Role::User | Role::Assistant)).collect();
    let asked = chat.last().is_some_and(|message| message.role == Role::Assistant && message.content.contains('?'));
    let before = chat.iter().rev().find(|message| message.role == Role::User);
    // What was cut here would be done in part.
    let whole = before.is_some_and(|message| message.content.len() <= MAX_BYTES);
    let doubted = asked && whole && chat.last().is_some_and(|message| message.content.contains(DOUBT));
    let request = before.map(|message| cut(&message.content, MAX_BYTES).to_owned());
    let recent = chat.iter().rev().take(MAX_MESSAGES).find_map(|message| mentioned(message, board));
    Earlier { recent, request, asked, doubted }
}

/// The scene that a message is about. Scenes that were deleted since are no one's "it".
fn mentioned(message: &PromptMessage, board: &Board) -> Option<usize> {
    let text = cut(&message.content, MAX_BYTES);
    if message.role == Role::Assistant && text.trim_end().ends_with('?') || text.contains("Which scene do you mean?") {
        return None;
    }
    let tokens = token::tokenize(text);
    let mut clause = Clause::new(text, &tokens);
    if clause.mentions(&["delete", "deleted"]) {
        return None;
    }
    let adds = clause.mentions(&["add", "added"]);
    let quoted = (0..clause.len())
        .filter(|at| adds && clause.kind(*at) == Some(token::Kind::Quote))
        .find_map(|at| super::target::quoted(board, clause.quoted(at)));
    // "I added scene 2, Pricing."
    let numbered = (0..clause.len())
        .filter(|at| adds && message.role == Role::Assistant && clause.word(*at) == "scene")
        .find_map(|at| {
            board.all().into_iter().find(|place| clause.number(at + 1).is_some_and(|n| board.numbered_as(*place, n)))
        });
    let lookup = Lookup { board, base: None, last: &[] };
    let mut named =
        || lookup.read(&mut clause).ok().flatten().filter(|named| named.places.len() == 1).map(|named| named.places[0]);
    quoted
        .or(numbered)
        .or_else(|| if adds { None } else { named() })
        .or_else(|| adds.then(|| board.before.checked_sub(1)).flatten())
}

/// The start of a text, cut at a character.
pub(super) fn cut(text: &str, max: usize) -> &str {
    let mut end = text.len().min(max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
