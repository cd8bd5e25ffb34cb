//! Cutting: what is left costs what it is said to cost, and the end of a text is read like the whole.

use proptest::prelude::*;
use unicode_segmentation::GraphemeCursor;

use super::{
    start::{always_begins_a_piece, sure_start},
    *,
};
use crate::encoding::count;

const ENCODINGS: [Encoding; 2] = [Encoding::O200kBase, Encoding::Cl100kBase];
const NO_LIMIT: usize = usize::MAX;

/// One or more of each class of characters that the expressions for pieces tell apart.
const CLASSES: [char; 19] = [
    ' ', '\t', '\n', '\r', '\u{a0}', 'a', 's', 'A', 'ǅ', 'ʰ', '一', 'ſ', '\u{301}', '1', '!', '\'', '/', '。',
    '\u{200d}',
];

fn encodings() -> impl Strategy<Value = Encoding> {
    prop::sample::select(&ENCODINGS[..])
}

/// Texts of words that people write, and of everything else but huge pieces.
fn texts() -> impl Strategy<Value = String> {
    let classes = prop::collection::vec(prop::sample::select(&CLASSES[..]), 0..60);
    prop_oneof![
        classes.prop_map(String::from_iter),
        "(?s:.{0,60})",
        "([a-zA-Z]{1,8}('[stmd]|'ll)?[ ,.\n]{1,3}){0,40}",
        "([ \t\n/{}\":;0-9a-z]{0,8}){0,20}",
        "(👨‍👩‍👧‍👦|🇩🇪|🇦|क्ष|e\u{301}|[一二三、。]{1,4}|한국어| ){0,30}",
    ]
}

/// Texts with pieces that are cut inside, too.
fn huge() -> impl Strategy<Value = String> {
    let flood = "(a{1,900}|-{1,900}|[ \n]{1,900}|[A-Z一b]{1,400}|🇦{1,200}|(क्|ष|\u{301}){1,200}|(ab|!=|\u{301}){1,300})";
    let long = (flood, 1_usize..4).prop_map(|(text, times)| text.repeat(times));
    prop::collection::vec(prop_oneof![long, texts()], 1..4).prop_map(|texts| texts.concat())
}

fn is_boundary(text: &str, place: usize) -> bool {
    GraphemeCursor::new(place, text.len(), true).is_boundary(text, 0).unwrap()
}

fn places(encoding: Encoding, text: &str) -> Vec<usize> {
    let begin = |at: &mut usize, piece: Piece| {
        *at += piece.len;
        Some(*at - piece.len)
    };
    pieces(encoding, text).scan(0, begin).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn between_pieces_what_is_left_costs_exactly_the_sum(encoding in encodings(), text in texts()) {
        for cut in heads(encoding, &text, NO_LIMIT) {
            prop_assert_eq!(count(encoding, &text[..cut.at]), cut.tokens);
        }
        for cut in tails(encoding, &text, NO_LIMIT) {
            prop_assert_eq!(count(encoding, &text[cut.at..]), cut.tokens);
        }
    }

    #[test]
    fn every_piece_that_ends_with_a_character_is_a_place_to_cut(encoding in encodings(), text in texts()) {
        let ends = places(encoding, &text).into_iter().chain([text.len()]);
        let ends: Vec<_> = ends.filter(|end| *end > 0 && is_boundary(&text, *end)).collect();
        let begins = places(encoding, &text).into_iter().filter(|begin| is_boundary(&text, *begin));
        let found: Vec<_> = tails(encoding, &text, NO_LIMIT).iter().map(|cut| cut.at).rev().collect();
        prop_assert_eq!(found, begins.collect::<Vec<_>>());
        let found: Vec<_> = heads(encoding, &text, NO_LIMIT).iter().map(|cut| cut.at).collect();
        // Of a prefix that ends with the one white space, the sum is too high at most.
        let exact = |end: &usize| count(encoding, &text[..*end]) == sum_before(encoding, &text, *end);
        prop_assert!(ends.iter().filter(|end| exact(end)).all(|end| found.contains(end) || text[..*end].ends_with(char::is_whitespace)));
        prop_assert!(found.iter().all(|end| ends.contains(end)));
    }

    #[test]
    fn cuts_go_between_characters_and_more_limit_only_adds_longer_ones(
        encoding in encodings(), text in huge(), limit in 0_usize..200
    ) {
        for cuts in [heads, tails] {
            let all = cuts(encoding, &text, NO_LIMIT);
            prop_assert!(all.iter().all(|cut| is_boundary(&text, cut.at)));
            prop_assert!(all.is_sorted_by(|a, b| a.tokens < b.tokens));
            let within: Vec<_> = all.into_iter().take_while(|cut| cut.tokens <= limit).collect();
            prop_assert_eq!(cuts(encoding, &text, limit), within);
        }
    }

    #[test]
    fn the_longest_prefix_within_the_limit_is_found(encoding in encodings(), text in huge(), limit in 0_usize..200) {
        let prefix = truncate(encoding, &text, limit);
        prop_assert!(text.starts_with(prefix) && is_boundary(&text, prefix.len()));
        prop_assert!(count(encoding, prefix) <= limit);
        if count(encoding, &text) <= limit && text.len() < HUGE {
            prop_assert_eq!(prefix, &text);
        }
        if let Some(next) = heads(encoding, &text, NO_LIMIT).iter().find(|cut| cut.at > prefix.len()) {
            prop_assert!(next.inside || count(encoding, &text[..next.at]) > limit || next.tokens > limit);
            prop_assert!(text.len() >= HUGE || count(encoding, &text[..next.at]) > limit);
        }
    }

    #[test]
    fn a_sure_start_begins_a_piece(encoding in encodings(), text in huge(), from in 0_usize..400) {
        let start = sure_start(&text, from.min(text.len()));
        prop_assert!(start <= from && (start == 0 || places(encoding, &text).contains(&start)));
        prop_assert!(is_boundary(&text, start));
    }
}

fn sum_before(encoding: Encoding, text: &str, end: usize) -> usize {
    let all = pieces(encoding, text).zip(places(encoding, text));
    all.filter(|(_, begin)| *begin < end).map(|(piece, _)| piece.tokens).sum()
}

#[test]
fn a_sure_start_begins_a_piece_between_all_classes_of_characters() {
    let mut sure = 0;
    for index in 0..CLASSES.len().pow(4) {
        let class = |place: u32| CLASSES[index / CLASSES.len().pow(place) % CLASSES.len()];
        let text: String = (0..4).map(class).collect();
        for (place, before) in text.char_indices() {
            let at = place + before.len_utf8();
            let Some(after) = text[at..].chars().next() else { continue };
            if always_begins_a_piece(before, after) {
                sure += 1;
                assert!(is_boundary(&text, at), "{text:?}");
                for encoding in ENCODINGS {
                    assert!(places(encoding, &text).contains(&at), "{text:?} at {at}");
                }
            }
        }
    }
    assert!(sure > 10_000, "{sure}");
}

#[test]
fn what_is_surely_a_letter_is_one() {
    for letter in ('\0'..=char::MAX).filter(|c| always_begins_a_piece(*c, '!') && *c != '\n') {
        for encoding in ENCODINGS {
            // Neither a mark, which goes on with punctuation, nor a digit, which does not go on with a letter.
            assert_eq!(places(encoding, &format!("{letter}!")).len(), 2, "{letter:?}");
            assert_eq!(places(encoding, &format!("{letter}{letter}")).len(), 1, "{letter:?}");
        }
        assert!(is_boundary(&format!("{letter}!"), letter.len_utf8()), "{letter:?}");
    }
}

#[test]
fn inside_a_piece_of_one_kind_what_is_left_costs_exactly_its_tokens() {
    for text in ["a", "ab", "-", "!=", " ", "\n", "か"].map(|unit| unit.repeat(900)) {
        for encoding in ENCODINGS {
            let (heads, tails) = (heads(encoding, &text, NO_LIMIT), tails(encoding, &text, NO_LIMIT));
            assert!(
                heads.iter().filter(|cut| cut.inside).count() > 5 && tails.iter().filter(|cut| cut.inside).count() > 5
            );
            assert!(heads.iter().all(|cut| count(encoding, &text[..cut.at]) == cut.tokens), "{:?}", &text[..9]);
            assert!(tails.iter().all(|cut| count(encoding, &text[cut.at..]) == cut.tokens), "{:?}", &text[..9]);
        }
    }
}
