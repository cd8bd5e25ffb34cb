//! Shrinking: what goes, what stays, and where the marker stands.

use super::{Shrink, shrink};

/// Pretends that every byte is a token.
fn within(limit: usize) -> impl Fn(&str) -> Option<usize> {
    move |text| (text.len() <= limit).then_some(text.len())
}

fn shrunk(text: &str, how: Shrink, limit: usize) -> Option<String> {
    shrink(text, how, &within(limit)).map(|(text, _)| text)
}

const LINES: &str = "# scenes\none\ntwo\nthree\nfour\nfive\nsix\nseven\n";

#[test]
fn lines_go_from_the_end_or_the_start_and_the_heading_stays() {
    let tail = shrunk(LINES, Shrink::tail_of_lines(1), 40);
    assert_eq!(tail.as_deref(), Some("# scenes\none\ntwo\n[… 5 lines cut …]"));
    let head = shrunk(LINES, Shrink::head_of_lines(1), 42);
    assert_eq!(head.as_deref(), Some("# scenes\n[… 5 lines cut …]\nsix\nseven\n"));
}

#[test]
fn nothing_is_left_when_not_even_one_line_fits() {
    for how in [Shrink::tail_of_lines(1), Shrink::head_of_lines(1), Shrink::tail_of_lines(9), Shrink::DropOnly] {
        assert_eq!(shrunk(LINES, how, 30), None);
    }
    assert_eq!(shrunk("only one line", Shrink::tail_of_lines(0), 12), None);
    assert_eq!(shrunk("", Shrink::Middle, 0), None);
}

#[test]
fn the_middle_goes_between_whole_characters() {
    // Each family is one character of 25 bytes for people.
    let families = "👨‍👩‍👧‍👦".repeat(10);
    let shorter = shrunk(&families, Shrink::Middle, 85).unwrap();
    assert_eq!(shorter, format!("{0}\n[… 56 characters cut …]\n{0}", "👨‍👩‍👧‍👦"));
}

#[test]
fn a_single_endless_character_ends_quickly() {
    for text in ["\u{301}".repeat(500_000), "🇦".repeat(250_000), "क्".repeat(150_000)] {
        let shorter = shrunk(&text, Shrink::Middle, 1_000);
        assert!(shorter.is_none_or(|shorter| shorter.len() <= 1_000));
    }
}
