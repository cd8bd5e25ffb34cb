//! Questions: what to ask instead of guessing.

use super::board::{Board, Entry};

/// The most answers that are offered.
const MAX_OPTIONS: usize = 8;

/// What a question says that offers what was understood; by it an answer is known to be about that.
pub(super) const DOUBT: &str = "The result would be:";
/// What can be done about words that were not understood.
const KNOWN: &str = "I can change titles, texts, colours, backgrounds, shapes, images, animations, lengths and speed.";

/// A question back to the user, with answers to choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Question {
    /// The question.
    pub(super) text: String,
    /// Answers to choose from; may be empty.
    pub(super) options: Vec<String>,
}

impl Question {
    /// A question without answers to choose from.
    pub(super) fn open(text: impl Into<String>) -> Self {
        Self { text: text.into(), options: Vec::new() }
    }

    /// A question with answers to choose from.
    pub(super) fn choice(text: impl Into<String>, options: &[&str]) -> Self {
        Self { text: text.into(), options: options.iter().map(|option| (*option).to_owned()).collect() }
    }

    /// Which of these scenes is meant?
    pub(super) fn which_scene(board: &Board, among: &[usize]) -> Self {
        if board.before == 0 && among.is_empty() {
            return Self::open("There is no scene yet. What should the first one show?");
        }
        let options = among.iter().take(MAX_OPTIONS).filter_map(|at| board.entries.get(*at)).map(option).collect();
        Self { text: "Which scene do you mean?".to_owned(), options }
    }

    /// Which scenes are meant by words that may mean any?
    pub(super) fn which_scenes(board: &Board, said: &str) -> Self {
        let mut question = Self::which_scene(board, &board.all());
        if board.before > 0 {
            question.text = format!("I cannot tell which scenes are “{said}”. Which ones do you mean?");
        }
        question
    }

    /// Was that meant, although some words were not understood?
    pub(super) fn doubt(told: &str, unread: &[&str]) -> Self {
        let words: Vec<String> = unread.iter().map(|word| format!("“{word}”")).collect();
        let missed = match words.as_slice() {
            [] => "I am not sure that I read you right.".to_owned(),
            [word] => format!("I do not know what to do about {word}; {KNOWN}"),
            _ => format!("I do not know what to do about these words: {}; {KNOWN}", words.join(", ")),
        };
        let text = format!("{missed} {DOUBT} {told} Is that what you want?");
        Self { text, options: vec!["Yes, do that".to_owned(), "No, change nothing".to_owned()] }
    }

    /// There is no scene with that number.
    pub(super) fn no_such_scene(board: &Board, number: f64) -> Self {
        let mut question = Self::which_scene(board, &board.all());
        question.text = match board.before {
            0 => "There is no scene yet. What should the first one show?".to_owned(),
            1 => format!("There is no scene {number}; there is only one. Do you mean that one?"),
            count => format!("There is no scene {number}; there are {count}. Which one do you mean?"),
        };
        question
    }
}

fn option(entry: &Entry) -> String {
    match entry.number {
        Some(number) => format!("Scene {number}: {}", entry.spec.title),
        None => entry.spec.title.to_string(),
    }
}
