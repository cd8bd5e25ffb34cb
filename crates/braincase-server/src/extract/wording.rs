//! What parsers say, in the words of a person: what was expected, and what came.

#[cfg(test)]
mod tests;

/// The longest piece of a value that is repeated to whoever sent it.
const MAX_REPEATED: usize = 60;

/// Words for a value that does not fit; the field is named elsewhere.
pub(super) fn misfit(message: &str) -> String {
    let message = unplaced(message);
    if let Some(field) = quoted_after(message, "missing field ") {
        return format!("`{field}` is missing");
    }
    if let Some(field) = quoted_after(message, "duplicate field ") {
        return format!("`{field}` is given twice");
    }
    if let Some(field) = quoted_after(message, "unknown field ") {
        let field = shortened(field);
        return match expected(message) {
            Some(allowed) => format!("there is no field `{field}` here; allowed: {}", without_one_of(allowed)),
            None => format!("there is no field `{field}` here"),
        };
    }
    if let (Some(word), Some(allowed)) = (quoted_after(message, "unknown variant "), expected(message)) {
        return format!("expected one of {}, got `{}`", without_one_of(allowed), shortened(word));
    }
    mismatch(message).unwrap_or_else(|| number(message).unwrap_or(message).to_owned())
}

/// Words for a text that is no JSON; the place is kept, since it is all that helps to find the error.
pub(super) fn malformed(bytes: &[u8], message: &str) -> String {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return "the body is empty; expected JSON".to_owned();
    }
    if std::str::from_utf8(bytes).is_err() {
        return "the body is not UTF-8; expected JSON".to_owned();
    }
    let what = unplaced(message);
    let place = &message[what.len()..];
    let what = match what {
        _ if what.starts_with("EOF while parsing") => return format!("the JSON ends too early,{place}"),
        "trailing characters" => return format!("something follows the JSON,{place}"),
        "expected value" => "expected a value",
        "key must be a string" => "expected a key in double quotes",
        other => other,
    };
    format!("the body is not JSON: {what}{place}")
}

/// `invalid type: integer `7`, expected a string`.
fn mismatch(message: &str) -> Option<String> {
    if message.starts_with("invalid length ") && message.contains("expected struct ") {
        return Some("expected an object, got a list".to_owned());
    }
    if message.ends_with("expected map with a single key") {
        return Some("expected an object with exactly one key, which names its kind".to_owned());
    }
    let rest = message.strip_prefix("invalid type: ").or_else(|| message.strip_prefix("invalid value: "))?;
    // What came may hold any text, what was expected does not: so the last comma is the one.
    let (came, wanted) = rest.rsplit_once(", expected ")?;
    Some(format!("expected {}, got {}", type_in_words(wanted), value_in_words(came)))
}

fn type_in_words(wanted: &str) -> &str {
    match wanted {
        "a string" | "string" => "a text",
        "a sequence" => "a list",
        "a map" => "an object",
        "string or map" => "a text or an object",
        "unit" => "null",
        "f32" | "f64" => "a number",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, not negative",
        _ if wanted.starts_with("struct ") => "an object",
        other => other,
    }
}

fn value_in_words(came: &str) -> String {
    let number = ["integer `", "floating point `"].iter().find_map(|start| came.strip_prefix(start));
    if let Some(number) = number {
        return format!("the number {}", number.trim_end_matches('`'));
    }
    if let Some(text) = came.strip_prefix("string ") {
        return format!("the text {}", shortened(text));
    }
    match came {
        "sequence" => "a list".to_owned(),
        "map" => "an object".to_owned(),
        other => shortened(other.strip_prefix("boolean ").unwrap_or(other).trim_matches('`')),
    }
}

/// What Rust's own parsers say of a number, as in a query.
fn number(message: &str) -> Option<&'static str> {
    match message {
        "invalid digit found in string"
        | "cannot parse integer from empty string"
        | "number too large to fit in target type"
        | "number too small to fit in target type" => Some("expected a whole number in digits alone, as in 20"),
        _ if message.starts_with("UUID parsing failed") => Some("not a valid id, expected a UUID"),
        _ => None,
    }
}

/// Without ` at line 1 column 2`: a path says more.
fn unplaced(message: &str) -> &str {
    let Some((what, place)) = message.rsplit_once(" at line ") else { return message };
    let is_place = place.bytes().all(|byte| byte.is_ascii_digit() || b" column".contains(&byte));
    if is_place { what } else { message }
}

/// The first thing between backticks, if the message begins like this.
pub(super) fn quoted_after<'a>(message: &'a str, start: &str) -> Option<&'a str> {
    message.strip_prefix(start)?.strip_prefix('`')?.split('`').next()
}

fn expected(message: &str) -> Option<&str> {
    message.rsplit_once(", expected ").map(|(_, allowed)| allowed)
}

fn without_one_of(allowed: &str) -> &str {
    allowed.strip_prefix("one of ").unwrap_or(allowed)
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(MAX_REPEATED) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
