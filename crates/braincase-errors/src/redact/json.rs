//! Secrets in a line of JSON, which must be JSON afterwards.

use super::{MASK, NAMES, redact, redact_into};

/// The line with every string in it cleaned, and with the whole value masked where its name says that it is a secret.
pub(crate) fn redact_json(line: &str) -> String {
    let mut clean = String::with_capacity(line.len());
    let (mut rest, mut is_secret) = (line, false);
    while let Some(start) = rest.find('"') {
        let (between, from) = rest.split_at(start);
        let (literal, after) = from.split_at(length(from));
        clean.push_str(between);
        if is_secret && between.trim() == ":" {
            clean.push('"');
            clean.push_str(MASK);
            clean.push('"');
        } else {
            redact_literal(&mut clean, literal);
        }
        is_secret = NAMES.iter().any(|name| literal.trim_matches('"').eq_ignore_ascii_case(name));
        rest = after;
    }
    clean.push_str(rest);
    clean
}

/// How many bytes the literal has that the text begins with, quotes included.
fn length(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            b'"' if !escaped => return at + 1,
            b'\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

/// What is escaped is read first: an escape changes what stands before a secret and where it ends.
fn redact_literal(clean: &mut String, literal: &str) {
    if !literal.contains('\\') {
        // No pattern of a secret contains a quote at its beginning or end, so the quotes stay.
        return match literal.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            Some(inner) => {
                clean.push('"');
                redact_into(clean, inner);
                clean.push('"');
            }
            None => redact_into(clean, literal),
        };
    }
    let written = serde_json::from_str::<String>(literal).and_then(|text| serde_json::to_string(&redact(&text)));
    match written {
        Ok(text) => clean.push_str(&text),
        // Not JSON: then it need not be.
        Err(_) => redact_into(clean, literal),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_secret_is_masked_wherever_it_stands_and_the_line_stays_json() {
        let secret = "abcdefghijklmnop";
        let line = json!({
            "message": format!("said \"api_key\": \"{secret}\", then\nsk-{secret}\ttwice"),
            "error": format!("Bearer {secret}"), "nested": [{ "Cookie": format!("a={secret}") }],
            "password": secret, "kept": "password", "number": 7,
        });
        let clean: Value = serde_json::from_str(&redact_json(&line.to_string())).unwrap();
        let expected = json!({
            "message": "said \"api_key\": \"[redacted]\", then\nsk-[redacted]\ttwice",
            "error": "Bearer [redacted]", "nested": [{ "Cookie": "[redacted]" }],
            "password": "[redacted]", "kept": "password", "number": 7,
        });
        assert_eq!(clean, expected);
    }

    proptest! {
        #[test]
        fn what_has_no_secret_stays_as_it_is(text in "[ a-z\"\\\\\n\t{}:,é]{0,60}", number: u32) {
            let line = json!({ "message": text, "fields": [number, { "name": text }] }).to_string();
            prop_assert_eq!(redact_json(&line), line);
        }

        #[test]
        fn any_line_of_json_is_one_afterwards(text in "\\PC{0,80}", secret in "[A-Za-z0-9]{20,40}", at in 0_usize..80) {
            let at = text.floor_char_boundary(at.min(text.len()));
            let text = format!("{} sk-{secret} {}", &text[..at], &text[at..]);
            let clean = redact_json(&json!({ "message": text, "list": [text] }).to_string());
            prop_assert!(!clean.contains(&secret));
            prop_assert!(serde_json::from_str::<Value>(&clean).is_ok(), "{}", clean);
        }

        #[test]
        fn any_text_at_all_can_be_given(text in "\\PC{0,80}") {
            redact_json(&text);
        }
    }
}
