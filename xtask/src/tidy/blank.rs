//! Rust text with its string literals emptied, so that rules look at code and comments, never at data.

/// The text with every character inside a string or character literal replaced by a space; lines stay where they are.
pub(crate) fn literals(text: &str) -> String {
    let mut rest = text;
    let mut blanked = String::with_capacity(text.len());
    while let Some(first) = rest.chars().next() {
        let literal = literal_length(rest, blanked.chars().next_back());
        let kept = comment_length(rest).unwrap_or(first.len_utf8());
        match literal {
            Some(length) => blanked.extend(rest[..length].chars().map(|c| if c == '\n' { '\n' } else { ' ' })),
            None => blanked.push_str(&rest[..kept]),
        }
        rest = &rest[literal.unwrap_or(kept)..];
    }
    blanked
}

/// How long the comment is that starts here; quotes in it mean nothing.
fn comment_length(text: &str) -> Option<usize> {
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    if !text.starts_with("/*") {
        return None;
    }
    Some(text.find("*/").map_or(text.len(), |end| end + 2))
}

/// How long the literal is that starts here.
fn literal_length(text: &str, before: Option<char>) -> Option<usize> {
    let in_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let prefix = ["br", "cr", "b", "c", "r"].into_iter().find(|prefix| !in_word && text.starts_with(prefix));
    let body = &text[prefix.map_or(0, str::len)..];
    let skipped = text.len() - body.len();
    if prefix.is_some_and(|prefix| prefix.ends_with('r')) {
        let hashes = body.len() - body.trim_start_matches('#').len();
        return body[hashes..].starts_with('"').then(|| skipped + raw_length(body, hashes));
    }
    match body.chars().next()? {
        '"' => Some(skipped + quoted_length(body, '"')),
        '\'' if is_character(body) => Some(skipped + quoted_length(body, '\'')),
        _ => None,
    }
}

fn raw_length(body: &str, hashes: usize) -> usize {
    let end = format!("\"{}", "#".repeat(hashes));
    let start = hashes + 1;
    body[start..].find(&end).map_or(body.len(), |at| start + at + end.len())
}

fn quoted_length(body: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, character) in body.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    body.len()
}

/// Whether a quote starts a character and not a lifetime.
fn is_character(body: &str) -> bool {
    let mut characters = body.chars().skip(1);
    let first = characters.next();
    first == Some('\\') || (first.is_some() && characters.next() == Some('\''))
}

#[cfg(test)]
mod tests {
    use super::literals;

    #[test]
    fn strings_are_emptied_and_code_and_comments_stay() {
        assert_eq!(literals(r#"a("b // c"); // d"#), r"a(        ); // d");
        assert_eq!(literals(r#"x = "say \"b\""; y"#), "x =            ; y");
        assert_eq!(literals(r##"r#"a "b" c"# end"##), "             end");
        assert_eq!(literals("br\"x\" for"), "      for");
    }

    #[test]
    fn lines_stay_where_they_are() {
        assert_eq!(literals("a(\"1\n2\")\nb"), "a(  \n  )\nb");
    }

    #[test]
    fn a_quote_as_a_character_opens_no_string() {
        assert_eq!(literals("('\"', 'a', '\\'', b)"), "(   ,    ,     , b)");
        assert_eq!(literals("fn f<'a>(x: &'a str) {}"), "fn f<'a>(x: &'a str) {}");
    }

    #[test]
    fn quotes_in_comments_open_no_string() {
        assert_eq!(literals("// don't \"\ncode()"), "// don't \"\ncode()");
        assert_eq!(literals("/* \" */ code()"), "/* \" */ code()");
    }
}
