//! History: from which message on the next prompts tell the chat word for word, and what is kept of the rest.

use braincase_core::{
    MessageId,
    limits::Limits,
    message::{Message, Role},
};
use braincase_tokens::{Fate, PartAccount};

use super::{progress::Request, recall::Context};
use crate::engine::Shared;

/// The longest summary, in bytes.
const MAX_SUMMARY_BYTES: usize = 8_192;
/// The longest line of a summary, in characters.
const MAX_LINE_CHARS: usize = 160;

/// How many of the older messages of the chat were cut from the prompt for good; `older` are those that are not recent.
///
/// A turn for another model than usual is cut for itself alone: the turns after it have other room, and other counts. So is
/// a turn that takes the room of the recent messages, as one with a very long prompt does.
pub(super) fn cut_for_good(engine: &Shared, request: &Request, older: &[PartAccount]) -> usize {
    if request.model.name != engine.parts.model.name {
        return 0;
    }
    older.iter().position(|part| part.fate != Fate::Dropped).unwrap_or(older.len())
}

/// How many of the oldest messages the next prompts do not tell word for word: those that were cut, and more when so many
/// would be read that the store left out the oldest, unseen. `new` are the messages of this turn.
pub(super) fn leaving(limits: &Limits, context: &Context, new: &[Message]) -> usize {
    // What is not known now must not be lost.
    if context.degraded.iter().any(|part| matches!(*part, "memories" | "messages")) {
        return 0;
    }
    context.cut.max(outgrown(limits, &context.messages, new))
}

/// A quarter goes at once, so that the beginning of prompts stays the same for a while.
fn outgrown(limits: &Limits, told: &[Message], new: &[Message]) -> usize {
    let mut count = told.len() + new.len();
    let mut bytes: usize = told.iter().chain(new).map(|message| message.content.len()).sum();
    let (most, max_bytes) = (limits.recent_messages, limits.max_recent_bytes);
    if count <= most && bytes <= max_bytes {
        return 0;
    }
    let three_quarters = |limit: usize| limit - limit / 4;
    let gone = told.iter().take_while(|message| {
        let goes = count > three_quarters(most) || bytes > three_quarters(max_bytes);
        count -= 1;
        bytes -= message.content.len();
        goes
    });
    gone.count()
}

/// The first message that is told word for word again, if that is not where the chat was told from before.
pub(super) fn told_from(context: &Context, new: &[Message], leaving: usize) -> Option<MessageId> {
    let first = context.messages.iter().chain(new).nth(leaving);
    first.filter(|_| leaving > 0).map(|message| message.id)
}

/// The summary with the messages that leave. It is bounded: the older its lines, the sparser they become, down to the very
/// first, which stays.
pub(super) fn summary(old: &str, leaving: &[Message]) -> String {
    let mut lines: Vec<String> = old.lines().map(str::to_owned).collect();
    lines.extend(leaving.iter().map(line));
    while lines.iter().map(|line| line.len() + 1).sum::<usize>() > MAX_SUMMARY_BYTES {
        thin_out(&mut lines);
    }
    lines.join("\n")
}

/// Takes every second line out of the older half.
fn thin_out(lines: &mut Vec<String>) {
    let half = lines.len().div_ceil(2);
    let mut index = 0;
    lines.retain(|_| {
        index += 1;
        index > half || index % 2 == 1
    });
}

fn line(message: &Message) -> String {
    let who = match message.role {
        Role::User => "user",
        Role::Assistant => "assistant",
        Role::System | Role::Tool => "note",
    };
    let words = message.content.split_whitespace();
    let mut line = format!("{who}:");
    for word in words {
        line.push(' ');
        line.push_str(word);
        if line.len() > 4 * MAX_LINE_CHARS {
            break;
        }
    }
    line.chars().take(MAX_LINE_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use braincase_core::{Timestamp, TurnId};

    use super::*;

    fn message(content: &str) -> Message {
        let at = Timestamp::from_micros(1_700_000_000_000_000);
        Message {
            id: MessageId::new(at),
            turn_id: TurnId::new(at),
            role: Role::User,
            content: content.to_owned(),
            image_ids: Vec::new(),
            tokens: None,
            created_at: at,
        }
    }

    #[test]
    fn the_older_the_sparser_and_the_first_stays() {
        let mut old = String::new();
        for round in 0..20 {
            let leaving: Vec<_> = (0..100).map(|n| message(&format!("request {} of many", round * 100 + n))).collect();
            old = summary(&old, &leaving);
            assert!(old.len() <= MAX_SUMMARY_BYTES);
        }
        let kept: Vec<usize> = old.lines().map(|line| line.split(' ').nth(2).unwrap().parse().unwrap()).collect();
        assert!(kept.is_sorted());
        assert_eq!((kept.first(), kept.last()), (Some(&0), Some(&1_999)));
        let of = |from: usize| kept.iter().filter(|number| (from..from + 200).contains(*number)).count();
        assert!(of(1_800) > of(1_600) && of(1_600) > of(1_400) && of(1_400) > 0, "{kept:?}");
    }

    #[test]
    fn a_line_is_short_whatever_was_said() {
        for content in ["word ".repeat(100_000), "x".repeat(1 << 20), String::new(), "\n\n é\u{301}".repeat(9_000)] {
            assert!(line(&message(&content)).chars().count() <= MAX_LINE_CHARS);
        }
        assert!(summary("", &vec![message(&"é".repeat(9_000)); 1_000]).len() <= MAX_SUMMARY_BYTES);
    }

    #[test]
    fn the_oldest_leave_before_the_store_would_leave_them_out() {
        let limits = Limits { recent_messages: 8, max_recent_bytes: 100, ..Limits::default() };
        let (short, long) = (message("ab"), message(&"x".repeat(30)));
        let gone = |told: &[Message], new: &[Message]| outgrown(&limits, told, new);
        assert_eq!(gone(&vec![short.clone(); 6], &vec![short.clone(); 2]), 0, "as many as are read");
        assert_eq!(gone(&vec![short.clone(); 7], &vec![short.clone(); 2]), 3, "six are left");
        assert_eq!(gone(&vec![long.clone(); 3], std::slice::from_ref(&short)), 0);
        assert_eq!(gone(&vec![long.clone(); 3], &[short.clone(), long.clone()]), 2, "62 bytes are left");
        assert_eq!(gone(&vec![long.clone(); 2], &vec![long; 4]), 2, "the new ones stay");
    }
}
