//! Makes one text shorter, so that it fits.
//!
//! No sum over pieces of a text bounds its tokens, and a longer text may even have fewer. So whatever is tried here is
//! counted again as a whole, and only what was counted and fits is taken.

#[cfg(test)]
mod tests;

use unicode_segmentation::GraphemeCursor;

use super::Shrink;

/// What a text costs, if it fits.
type CostIfFits<'a> = &'a dyn Fn(&str) -> Option<usize>;

/// The longest shorter text that was found to fit, with its cost; `None` if nothing of it would be left.
pub(super) fn shrink(text: &str, how: Shrink, cost: CostIfFits<'_>) -> Option<(String, usize)> {
    match how {
        Shrink::DropOnly => None,
        Shrink::TailOfLines { heading } => {
            let lines = Lines::of(text, heading);
            largest(lines.count(), &|kept| Some(lines.without_tail(kept)), cost)
        }
        Shrink::HeadOfLines { heading } => {
            let lines = Lines::of(text, heading);
            largest(lines.count(), &|kept| Some(lines.without_head(kept)), cost)
        }
        Shrink::Middle => largest(text.len(), &|kept| without_middle(text, kept), cost),
    }
}

/// Tries by bisection how much of `whole` can be kept: something, but not everything.
fn largest(whole: usize, keep: &dyn Fn(usize) -> Option<String>, cost: CostIfFits<'_>) -> Option<(String, usize)> {
    let (mut low, mut high) = (0, whole);
    let mut best = None;
    // The last tokens of a long text are not worth counting it all again.
    while high.saturating_sub(low) > 1 + high / 512 {
        let kept = low.midpoint(high);
        let Some(shorter) = keep(kept) else {
            // Too little for anything to be left.
            low = kept;
            continue;
        };
        if let Some(cost) = cost(&shorter) {
            best = Some((shorter, cost));
            low = kept;
        } else {
            high = kept;
        }
    }
    best
}

/// A text of lines: a heading that stays, and a body that may lose lines.
struct Lines<'a> {
    text: &'a str,
    /// Where each line of the body begins.
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str, heading: usize) -> Self {
        let mut next = 0;
        let begin = |line: &str| {
            let start = next;
            next += line.len();
            start
        };
        Self { text, starts: text.split_inclusive('\n').map(begin).skip(heading).collect() }
    }

    fn count(&self) -> usize {
        self.starts.len()
    }

    /// With the first `kept` lines of the body, which are not all of them.
    fn without_tail(&self, kept: usize) -> String {
        format!("{}{}", &self.text[..self.starts[kept]], mark(self.count() - kept, "lines"))
    }

    /// With the last `kept` lines of the body, which are not all of them.
    fn without_head(&self, kept: usize) -> String {
        let cut = self.count() - kept;
        format!("{}{}\n{}", &self.text[..self.starts[0]], mark(cut, "lines"), &self.text[self.starts[cut]..])
    }
}

/// With about `kept` bytes, half from its start and half from its end; `None` if no whole character would be left.
fn without_middle(text: &str, kept: usize) -> Option<String> {
    let head = boundary_before(text, kept / 2);
    let tail = boundary_after(text, text.len() - (kept - kept / 2));
    if head == 0 && tail == text.len() {
        return None;
    }
    let cut = text[head..tail].chars().count();
    Some(format!("{}\n{}\n{}", &text[..head], mark(cut, "characters"), &text[tail..]))
}

fn mark(cut: usize, what: &str) -> String {
    format!("[… {cut} {what} cut …]")
}

/// The last place not after `at` where no character, as people see them, is cut.
fn boundary_before(text: &str, at: usize) -> usize {
    let at = text.floor_char_boundary(at);
    let mut cursor = GraphemeCursor::new(at, text.len(), true);
    match cursor.is_boundary(text, 0) {
        Ok(true) => at,
        // The cursor sees the whole text, so that it never asks for more of it.
        Ok(false) | Err(_) => cursor.prev_boundary(text, 0).ok().flatten().unwrap_or(0),
    }
}

/// The first place not before `at` where no character, as people see them, is cut.
fn boundary_after(text: &str, at: usize) -> usize {
    let at = text.ceil_char_boundary(at);
    let mut cursor = GraphemeCursor::new(at, text.len(), true);
    match cursor.is_boundary(text, 0) {
        Ok(true) => at,
        Ok(false) | Err(_) => cursor.next_boundary(text, 0).ok().flatten().unwrap_or(text.len()),
    }
}
