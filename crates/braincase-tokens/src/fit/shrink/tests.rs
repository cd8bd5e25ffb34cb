//! Shrinking: what goes, what stays, and where the marker stands.

use proptest::prelude::*;

use super::*;
use crate::encoding::count;

const ENCODING: Encoding = Encoding::O200kBase;
const LINES: &str = "# scenes\none\ntwo\nthree\nfour\nfive\nsix\nseven\n";

/// The longest that fits, and how many were tried for it.
fn tried(text: &str, how: Shrink, room: usize) -> (Option<Shorter>, usize) {
    let mut tries = 0;
    let mut shorter = shorter(ENCODING, text, how, room).inspect(|_| tries += 1);
    let longest = shorter.find(|shorter| count(ENCODING, &shorter.text) <= room);
    drop(shorter);
    (longest, tries)
}

fn shrunk(text: &str, how: Shrink, room: usize) -> Option<String> {
    tried(text, how, room).0.map(|shorter| shorter.text)
}

#[test]
fn lines_go_from_the_end_or_the_start_and_the_heading_stays() {
    let tail = shrunk(LINES, Shrink::tail_of_lines(1), 15);
    assert_eq!(tail.as_deref(), Some("# scenes\none\ntwo\n[… 5 lines cut …]"));
    let head = shrunk(LINES, Shrink::head_of_lines(1), 15);
    assert_eq!(head.as_deref(), Some("# scenes\n[… 5 lines cut …]\nsix\nseven\n"));
}

#[test]
fn a_line_that_does_not_end_with_a_piece_is_one_with_the_next() {
    let text = "one\n\n\ntwo\n    \nthree\n".repeat(20);
    for room in 0..80 {
        for how in [Shrink::tail_of_lines(0), Shrink::head_of_lines(0)] {
            let Some(shorter) = shrunk(&text, how, room) else { continue };
            assert!(!shorter.contains("one\n[") && !shorter.contains("one\n\n["), "{shorter:?}");
        }
    }
}

#[test]
fn nothing_is_left_when_not_even_one_line_fits() {
    for how in [Shrink::tail_of_lines(1), Shrink::head_of_lines(1), Shrink::tail_of_lines(9), Shrink::DropOnly] {
        assert_eq!(shrunk(LINES, how, 11), None);
    }
    assert_eq!(shrunk("only one line", Shrink::tail_of_lines(0), 2), None);
    assert_eq!(shrunk("", Shrink::Middle, 0), None);
}

#[test]
fn the_middle_goes_between_whole_characters() {
    // Each family is one character of 25 bytes for people.
    let family = "👨‍👩‍👧‍👦";
    let shorter = shrunk(&family.repeat(100), Shrink::Middle, 120).unwrap();
    let (head, rest) = shorter.split_once("\n[… ").unwrap();
    let (_, tail) = rest.split_once(" characters cut …]\n").unwrap();
    assert!(!head.is_empty() && !tail.is_empty());
    assert!(head.replace(family, "").is_empty() && tail.replace(family, "").is_empty(), "{shorter}");
}

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        "([a-z]{1,9}[ .,!]{1,2}){20,90}",
        "([a-z {}\":/]{0,20}\n){9,40}",
        "(?s:.{20,90})",
        "(👨‍👩‍👧‍👦|🇩🇪|é|[0-9]|한국어 ){9,60}",
        "[ \t\n0-9!a-z]{30,200}",
        "(a{200,900}|-{200,900}|[ \n]{200,900}|[A-Z一b]{200,400}|(क्|ष|\u{301}){100,200}){1,3}",
    ]
}

fn ways() -> impl Strategy<Value = Shrink> {
    let ways = [Shrink::Middle, Shrink::tail_of_lines(0), Shrink::tail_of_lines(2), Shrink::head_of_lines(1)];
    prop::sample::select(ways.to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn the_highest_level_that_fits_is_found_in_a_few_tries(text in texts(), how in ways(), room in 0_usize..150) {
        let (found, tries) = tried(&text, how, room);
        let mut all = shorter(ENCODING, &text, how, count(ENCODING, &text) + 1_000);
        let expected = all.find(|shorter| count(ENCODING, &shorter.text) <= room);
        prop_assert_eq!(found, expected);
        prop_assert!(tries <= 20, "{tries}");
    }

    #[test]
    fn more_room_never_keeps_less(text in texts(), how in ways(), room in 0_usize..150) {
        let [less, more] = [room, room + 1].map(|room| tried(&text, how, room).0.map_or(0, |shorter| shorter.tokens));
        prop_assert!(less <= more);
    }
}
