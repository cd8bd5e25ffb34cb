//! Makes one text shorter.
//!
//! What can be kept is a fixed row of levels, each within the next one. Whoever has room starts at the highest level that
//! the room allows and goes down until the counted message fits. So more room never keeps less: it starts no lower, and
//! meets every level that less room would meet, until one fits. And since levels are cut where costs add, the first one
//! or two fit.

#[cfg(test)]
mod tests;

use super::Shrink;
use crate::encoding::{
    Encoding, count_till_limit,
    cut::{Cut, heads, tails},
};

/// What any marker costs at least.
const MARKER: usize = 4;

/// A shorter text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shorter {
    /// The text, with a marker where it was cut.
    pub(super) text: String,
    /// What its tokens cost that are left of the original.
    pub(super) tokens: usize,
}

/// What is left of a text: what stands before `head`, and what stands from `tail` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Kept {
    head: usize,
    tail: usize,
    tokens: usize,
}

/// Shorter texts, the longest first, that may have no more than `most` tokens; those that are left out surely have more.
pub(super) fn shorter(encoding: Encoding, text: &str, how: Shrink, most: usize) -> impl Iterator<Item = Shorter> {
    let most = most.saturating_sub(MARKER);
    let levels = match how {
        Shrink::DropOnly => Vec::new(),
        Shrink::TailOfLines { heading } => without_last_lines(encoding, text, heading, most),
        Shrink::HeadOfLines { heading } => without_first_lines(encoding, text, heading, most),
        Shrink::Middle => without_middle(encoding, text, most),
    };
    let is_cut = |kept: &Kept| kept.head < kept.tail;
    let levels = levels.into_iter().rev().filter(is_cut);
    levels.map(move |kept| Shorter { text: kept.write(text, how), tokens: kept.tokens })
}

fn without_last_lines(encoding: Encoding, text: &str, heading: usize, most: usize) -> Vec<Kept> {
    let body = start_of_line(text, heading);
    let cuts = heads(encoding, text, most).into_iter().filter(|cut| cut.at > body && starts_line(text, cut));
    cuts.map(|Cut { at, tokens, .. }| Kept { head: at, tail: text.len(), tokens }).collect()
}

fn without_first_lines(encoding: Encoding, text: &str, heading: usize, most: usize) -> Vec<Kept> {
    let head = start_of_line(text, heading);
    let Some(heading) = count_till_limit(encoding, &text[..head], most) else { return Vec::new() };
    let cuts = tails(encoding, text, most - heading).into_iter().filter(|cut| cut.at > head && starts_line(text, cut));
    cuts.map(|Cut { at, tokens, .. }| Kept { head, tail: at, tokens: heading + tokens }).collect()
}

/// At each level, the head and the tail have half of it each. Where one is cut coarsely and takes less than its half, there
/// is room for a level of more than `most`.
fn without_middle(encoding: Encoding, text: &str, most: usize) -> Vec<Kept> {
    let (mut heads, mut tails) = (heads(encoding, text, most).into_iter(), tails(encoding, text, most).into_iter());
    let (mut head, mut tail) = (heads.next(), tails.next());
    let mut kept = Kept { head: 0, tail: text.len(), tokens: 0 };
    let (mut before, mut after) = (0, 0);
    let mut levels = Vec::new();
    for level in 1..=most.saturating_mul(2) {
        while let Some(cut) = head.take_if(|cut| cut.tokens <= level / 2) {
            (kept.head, before) = (cut.at, cut.tokens);
            head = heads.next();
        }
        while let Some(cut) = tail.take_if(|cut| cut.tokens <= level.div_ceil(2)) {
            (kept.tail, after) = (cut.at, cut.tokens);
            tail = tails.next();
        }
        if before + after > most {
            break;
        }
        if before + after > kept.tokens {
            kept.tokens = before + after;
            levels.push(kept);
        }
        if head.is_none() && tail.is_none() {
            break;
        }
    }
    levels
}

/// Where a line begins; the end of the text if it has no so many.
fn start_of_line(text: &str, line: usize) -> usize {
    text.split_inclusive('\n').take(line).map(str::len).sum()
}

/// A line that does not end with a piece is one with the next.
fn starts_line(text: &str, cut: &Cut) -> bool {
    !cut.inside && text[..cut.at].ends_with('\n')
}

impl Kept {
    fn write(self, text: &str, how: Shrink) -> String {
        let (head, cut, tail) = (&text[..self.head], &text[self.head..self.tail], &text[self.tail..]);
        match how {
            Shrink::DropOnly => String::new(),
            Shrink::TailOfLines { .. } => format!("{head}[… {} lines cut …]", cut.lines().count()),
            Shrink::HeadOfLines { .. } => format!("{head}[… {} lines cut …]\n{tail}", cut.lines().count()),
            Shrink::Middle => format!("{head}\n[… {} characters cut …]\n{tail}", cut.chars().count()),
        }
    }
}
