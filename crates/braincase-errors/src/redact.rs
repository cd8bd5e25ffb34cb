//! Keeps secrets out of texts that leave the program.

mod json;
#[cfg(test)]
mod tests;

pub(crate) use json::redact_json;

const MASK: &str = "[redacted]";
/// The most bytes that are kept of one text.
const MAX_TEXT: usize = 4_096;
/// Words after which a secret follows at once.
const SCHEMES: [&str; 2] = ["bearer ", "basic "];
/// Names whose value is a secret, if `:` or `=` follows.
const NAMES: [&str; 12] = [
    "authorization",
    "x-api-key",
    "api_key",
    "api-key",
    "apikey",
    "password",
    "passwd",
    "secret",
    "access_token",
    "auth_token",
    "private_key",
    "cookie",
];
/// How keys begin that are secrets wherever they stand: of model providers, of this server, of code hosts, clouds and
/// chats, and signed tokens.
const PREFIXES: [&str; 11] =
    ["sk-", "sk_", "bc_", "ghp_", "gho_", "github_pat_", "xoxb-", "xoxp-", "AKIA", "AIza", "eyJ"];
/// What a private key is written between.
const KEY_BEGIN: &str = "-----BEGIN ";
const KEY_END: &str = "-----END ";

/// The bytes with which something may begin that has to be looked at; all others are passed over.
const STARTS: [bool; 256] = {
    let mut starts = [false; 256];
    let signs = b"bBaAxXpPsSgGeEcC:-";
    let mut at = 0;
    while at < signs.len() {
        starts[signs[at] as usize] = true;
        at += 1;
    }
    starts
};

/// The text without bearer tokens, API keys, private keys, credentials in headers and passwords in URLs.
#[must_use]
pub fn redact(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    redact_into(&mut clean, text);
    clean
}

fn redact_into(clean: &mut String, text: &str) {
    let (mut at, mut copied) = (0, 0);
    while let Some(step) = text.as_bytes()[at..].iter().position(|byte| STARTS[usize::from(*byte)]) {
        at += step;
        // Signs are plain ASCII, so `at` is a border of characters.
        let Some(secret) = secret_at(text, at) else {
            at += 1;
            continue;
        };
        clean.push_str(&text[copied..secret.start]);
        clean.push_str(MASK);
        (at, copied) = (secret.end, secret.end);
    }
    clean.push_str(&text[copied..]);
}

/// The text without secrets, and of bounded length.
pub(crate) fn tidy(text: &str) -> String {
    // Redacted before it is cut: a cut in the middle of a secret would leave a beginning that is no longer recognised.
    // What lies far behind the cut is not even looked at.
    let near = &text[..text.floor_char_boundary(4 * MAX_TEXT)];
    let mut tidy = redact(near);
    if tidy.len() > MAX_TEXT {
        tidy.truncate(tidy.floor_char_boundary(MAX_TEXT));
        tidy.push('…');
    }
    tidy
}

/// Where a secret stands of which the sign begins at `at`.
fn secret_at(text: &str, at: usize) -> Option<std::ops::Range<usize>> {
    match text.as_bytes()[at] {
        b':' => in_url(text, at),
        b'-' => private_key(text, at),
        _ => named(text, at).or_else(|| scheme(text, at)).or_else(|| prefixed(text, at)),
    }
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

/// `-----BEGIN PRIVATE KEY-----…`: to its end, or to the end of the text.
fn private_key(text: &str, at: usize) -> Option<std::ops::Range<usize>> {
    let rest = text[at..].strip_prefix(KEY_BEGIN)?;
    let title = rest.split("-----").next().filter(|title| title.ends_with("PRIVATE KEY"))?;
    let start = at + KEY_BEGIN.len() + title.len();
    let end = text[start..].find(KEY_END).unwrap_or(text.len() - start);
    (end > 0).then_some(start..start + end)
}

/// The password in `scheme://user:password@host`, and the key in `scheme://key@host`.
fn in_url(text: &str, at: usize) -> Option<std::ops::Range<usize>> {
    let user = at + text[at..].strip_prefix("://").map(|_| 3)?;
    let authority = span(&text[user..], |c| !c.is_whitespace() && !matches!(c, '/' | '?' | '#' | '"' | '\''));
    let credentials = text[user..user + authority].rfind('@')?;
    let colon = text[user..user + credentials].find(':').map_or(0, |colon| colon + 1);
    let (start, end) = (user + colon, user + credentials);
    (start < end).then_some(start..end)
}

fn starts_with(text: &str, at: usize, word: &str) -> bool {
    text.as_bytes()[at..].get(..word.len()).is_some_and(|found| found.eq_ignore_ascii_case(word.as_bytes()))
}

/// How many bytes the characters take that fulfil `wanted` from the start.
fn span(text: &str, wanted: impl Fn(char) -> bool) -> usize {
    text.find(|c| !wanted(c)).unwrap_or(text.len())
}
