//! Redaction: what is hidden, and what is left as it was.

use super::redact;

#[test]
fn known_shapes_of_secrets_are_masked() {
    for (text, clean) in [
        ("Authorization: Bearer abc.def", "Authorization: [redacted]"),
        (r#"{"authorization": "Bearer abc", "host": "h"}"#, r#"{"authorization": "[redacted]", "host": "h"}"#),
        ("got Bearer abc123, gave up", "got Bearer [redacted] gave up"),
        ("key sk-proj-12345678 refused", "key sk-[redacted] refused"),
        ("bc_live_0123456789", "bc_[redacted]"),
        ("postgres://braincase:hunter2@db/prod failed", "postgres://braincase:[redacted]@db/prod failed"),
        ("password=hunter2\nnext line", "password=[redacted]\nnext line"),
    ] {
        assert_eq!(redact(text), clean);
    }
}

#[test]
fn ordinary_words_stay() {
    for text in ["a task-based, risk-averse abc_def", "password is wrong", "http://host:80/a@b", "the basics of bearer"]
    {
        assert_eq!(redact(text), text);
    }
}

mod properties {
    use proptest::prelude::*;

    use super::redact;

    proptest! {
        #[test]
        fn a_planted_secret_never_comes_through(
            before in ".{0,40}",
            shape in 0_usize..5,
            secret in "[A-Za-z0-9]{24,48}",
            after in "([ \"\n].{0,40})?",
        ) {
            let planted = match shape {
                0 => format!("Bearer {secret}"),
                1 => format!("sk-{secret}"),
                2 => format!("bc_{secret}"),
                3 => format!("AUTHORIZATION: {secret}"),
                _ => format!("x://user:{secret}@host"),
            };
            let clean = redact(&format!("{before}{planted}{after}"));
            prop_assert!(!clean.contains(&secret), "{clean}");
        }

        #[test]
        fn redacting_twice_changes_nothing_more(text in "(.|sk-|bc_|bearer |password=|://a:b@|[a-z0-9]{9}){0,20}") {
            let once = redact(&text);
            prop_assert_eq!(redact(&once), once);
        }
    }
}
