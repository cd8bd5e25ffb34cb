//! Learn: what a turn adds to the project's memory — wishes that the user stated, and a summary of what leaves the prompt.

use braincase_core::{
    Timestamp,
    memory::{Memory, MemoryKind},
    message::{Message, Role},
};

use super::{progress::Request, recall::Context};

/// The summary of a conversation is one memory with this key.
pub(super) const SUMMARY_KEY: &str = "conversation";
/// The longest summary, in bytes; its oldest lines go first.
const MAX_SUMMARY_BYTES: usize = 4_096;
/// The longest line of a summary, in characters.
const MAX_LINE_CHARS: usize = 160;
/// The longest preference, in characters.
const MAX_PREFERENCE_CHARS: usize = 200;
/// The longest key, in characters, as users may write it, too.
const MAX_KEY_CHARS: usize = 100;
/// The most preferences that are learnt by listening; users can state more themselves.
const MAX_PREFERENCES: usize = 50;
/// How a sentence begins that states a lasting wish.
const OPENINGS: [&str; 7] =
    ["i prefer ", "i always want ", "i like ", "always use ", "from now on ", "never use ", "by default "];

/// What this turn adds to memory.
pub(super) fn learn(request: &Request, context: &Context, at: Timestamp) -> Vec<Memory> {
    if context.degraded.iter().any(|part| matches!(*part, "memories" | "messages")) {
        // What is not known now must not be overwritten.
        return Vec::new();
    }
    let known = context.memories.iter().filter(|memory| memory.kind == MemoryKind::UserPreference).count();
    let room = MAX_PREFERENCES.saturating_sub(known);
    let stated = |key: &str| context.memories.iter().any(|memory| memory.key == key && memory.provenance == "user");
    let mut learnt = preferences(request, at);
    learnt.retain(|memory| !stated(&memory.key));
    learnt.truncate(room);
    learnt.extend(summary(context, at));
    learnt
}

fn preferences(request: &Request, at: Timestamp) -> Vec<Memory> {
    let sentences = request.prompt.split(['.', '!', '\n', ';']).take(64);
    sentences.filter_map(|sentence| preference(request, sentence.trim(), at)).collect()
}

fn preference(request: &Request, sentence: &str, at: Timestamp) -> Option<Memory> {
    let lower = sentence.to_lowercase();
    let opening = OPENINGS.iter().find(|opening| lower.starts_with(**opening))?;
    let subject: Vec<_> = lower[opening.len()..].split_whitespace().take(4).collect();
    if subject.is_empty() {
        return None;
    }
    let value: String = sentence.chars().take(MAX_PREFERENCE_CHARS).collect();
    Some(Memory {
        kind: MemoryKind::UserPreference,
        key: subject.join(" ").chars().take(MAX_KEY_CHARS).collect(),
        value,
        confidence: 0.8,
        provenance: format!("turn:{}", request.turn_id),
        updated_at: at,
    })
}

/// The messages that will not be told word for word again are folded into the summary.
fn summary(context: &Context, at: Timestamp) -> Option<Memory> {
    if context.leaving == 0 {
        return None;
    }
    let old = context.memories.iter().find(|memory| memory.kind == MemoryKind::Summary);
    let mut lines: Vec<String> =
        old.map(|memory| memory.value.lines().map(str::to_owned).collect()).unwrap_or_default();
    lines.extend(context.messages.iter().take(context.leaving).map(summary_line));
    while lines.iter().map(|line| line.len() + 1).sum::<usize>() > MAX_SUMMARY_BYTES {
        lines.remove(0);
    }
    Some(Memory {
        kind: MemoryKind::Summary,
        key: SUMMARY_KEY.to_owned(),
        value: lines.join("\n"),
        confidence: 1.0,
        provenance: "conversation".to_owned(),
        updated_at: at,
    })
}

fn summary_line(message: &Message) -> String {
    let who = match message.role {
        Role::User => "user",
        Role::Assistant => "assistant",
        Role::System | Role::Tool => "note",
    };
    let words = message.content.split_whitespace().collect::<Vec<_>>().join(" ");
    let words: String = words.chars().take(MAX_LINE_CHARS).collect();
    format!("{who}: {words}")
}
