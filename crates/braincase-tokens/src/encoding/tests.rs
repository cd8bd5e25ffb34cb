//! Where texts are cut, compared with the regular expressions of another library.

#[path = "../../tests/it/exactness/texts.rs"]
mod texts;

use super::{Encoding, LONGEST_TOKEN, count, pieces};

fn assert_same_pieces(text: &str) {
    for (encoding, tokenizer) in
        [(Encoding::O200kBase, bpe_openai::o200k_base()), (Encoding::Cl100kBase, bpe_openai::cl100k_base())]
    {
        let count = |piece: &str| (piece.len(), tokenizer.bpe.count(piece.as_bytes()));
        let ours = pieces(encoding, text).map(|piece| (piece.len, piece.tokens));
        assert!(ours.eq(tokenizer.split(text).map(count)), "{} {text:?}", encoding.as_str());
    }
}

#[test]
fn texts_are_cut_where_the_regular_expressions_cut() {
    texts::Texts::seeded(11).take(60_000).for_each(|text| assert_same_pieces(&text));
}

/// So the tables are of the same edition of Unicode.
#[test]
fn every_character_is_cut_as_by_the_regular_expressions() {
    // The planes above hold little, and in large blocks.
    for character in ('\0'..'\u{20000}').chain(('\u{20000}'..=char::MAX).step_by(16)) {
        assert_same_pieces(&format!("a{character}{character}B {character}1"));
    }
}

#[test]
fn every_token_is_one_token_and_none_is_longer_than_said() {
    for (encoding, tokenizer) in
        [(Encoding::O200kBase, bpe_openai::o200k_base()), (Encoding::Cl100kBase, bpe_openai::cl100k_base())]
    {
        let bpe = &tokenizer.bpe;
        let tokens = (0..bpe.num_tokens() as u32).map(|token| bpe.token_bytes(token));
        assert_eq!(tokens.clone().map(<[u8]>::len).max(), Some(LONGEST_TOKEN));
        for text in tokens.filter_map(|token| str::from_utf8(token).ok()) {
            // Old tokens are still there that the rules no longer allow, such as line ends before other spaces.
            if pieces(encoding, text).count() == 1 {
                assert_eq!(count(encoding, text), 1, "{text:?}");
            }
        }
    }
}

#[test]
fn counts_are_the_same_after_forgetting() {
    let text = "Donaudampfschifffahrtsgesellschaft";
    let before = count(Encoding::O200kBase, text);
    super::forget_pieces();
    assert_eq!(count(Encoding::O200kBase, text), before);
}

#[test]
fn several_texts_can_be_counted_at_once() {
    let text = "Donaudampfschifffahrtsgesellschaft und Überraschungsmomente";
    let expected: Vec<_> = pieces(Encoding::O200kBase, text).collect();
    let mut all: Vec<_> = (0..20).map(|_| pieces(Encoding::O200kBase, text)).collect();
    for piece in &expected {
        assert!(all.iter_mut().all(|pieces| pieces.next() == Some(*piece)));
    }
    assert!(all.iter_mut().all(|pieces| pieces.next().is_none()));
}
