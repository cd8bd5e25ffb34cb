//! Keeps secrets out of texts that leave the program.

#[cfg(test)]
mod tests;

const MASK: &str = "[redacted]";
/// Words after which a secret follows at once.
const SCHEMES: [&str; 2] = ["bearer ", "basic "];
/// Names whose value is a secret, if `:` or `=` follows.
const NAMES: [&str; 7] = ["authorization", "x-api-key", "api_key", "api-key", "apikey", "password", "secret"];
/// How keys begin that are secrets wherever they stand.
const PREFIXES: [&str; 3] = ["sk-", "bc_", "ghp_"];

/// The text without bearer tokens, API keys, credentials in headers and passwords in URLs.
#[must_use]
pub fn redact(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        if let Some(secret) = secret_at(text, at) {
            clean.push_str(&text[at..secret.start]);
            clean.push_str(MASK);
            at = secret.end;
        } else {
            let next = text.ceil_char_boundary(at + 1);
            clean.push_str(&text[at..next]);
            at = next;
        }
    }
    clean
}

/// Where a secret stands of which the sign begins at `at`.
fn secret_at(text: &str, at: usize) -> Option<std::ops::Range<usize>> {
    named(text, at).or_else(|| scheme(text, at)).or_else(|| prefixed(text, at)).or_else(|| in_url(text, at))
}

/// `authorization: …`, `"api_key":"…"`, `password=…`: up to the closing quote, or the end of the line.
fn named(text: &str, at: usize) -> Option<std::ops::Range<usize>> {
    let name = NAMES.iter().find(|name| starts_with(text, at, name))?;
    let after = at + name.len();
    let start = after + span(&text[after..], |c| matches!(c, ' ' | '\t' | ':' | '=' | '"' | '\'' | '\\'));
    let between = &text[after..start];
    if !between.contains([':', '=']) {
        return None;
    }
    let quoted = between.ends_with(['"', '\'']);
    let end = span(&text[start..], |c| !(matches!(c, '\n' | '\r') || quoted && matches!(c, '"' | '\'')));
    (end > 0).then_some(start..start + end)
}

fn scheme(text: &str, at: usize) -> Option<std::ops::Range<usize>> {
    let scheme = SCHEMES.iter().find(|scheme| starts_with(text, at, scheme))?;
    let start = at + scheme.len();
    let start = start + span(&text[start..], |c| c == ' ');
    let end = span(&text[start..], |c| !c.is_whitespace() && !matches!(c, '"' | '\'' | '\\'));
    (end > 0).then_some(start..start + end)
}

/// `sk-…`. In the middle of a word it must be long, since words like `task-based` have it too.
fn prefixed(text: &str, at: usize) -> Option<std::ops::Range<usize>> {
    let prefix = PREFIXES.iter().find(|prefix| text[at..].starts_with(**prefix))?;
    let start = at + prefix.len();
    let length = span(&text[start..], |c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    let within_word = text[..at].chars().next_back().is_some_and(char::is_alphanumeric);
    let least = if within_word { 20 } else { 8 };
    (length >= least).then_some(start..start + length)
}

/// The password in `scheme://user:password@host`.
fn in_url(text: &str, at: usize) -> Option<std::ops::Range<usize>> {
    let user = at + text[at..].strip_prefix("://").map(|_| 3)?;
    let authority = span(&text[user..], |c| !c.is_whitespace() && !matches!(c, '/' | '?' | '#' | '"' | '\''));
    let credentials = text[user..user + authority].rfind('@')?;
    let colon = text[user..user + credentials].find(':')?;
    let (start, end) = (user + colon + 1, user + credentials);
    (start < end).then_some(start..end)
}

fn starts_with(text: &str, at: usize, word: &str) -> bool {
    text.as_bytes()[at..].get(..word.len()).is_some_and(|found| found.eq_ignore_ascii_case(word.as_bytes()))
}

/// How many bytes the characters take that fulfil `wanted` from the start.
fn span(text: &str, wanted: impl Fn(char) -> bool) -> usize {
    text.find(|c| !wanted(c)).unwrap_or(text.len())
}
