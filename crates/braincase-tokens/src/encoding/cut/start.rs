//! Finds a place where a piece begins whatever stands before it, so that the end of a text can be read on its own.

/// The last such place that is not after `from`.
pub(super) fn sure_start(text: &str, from: usize) -> usize {
    let mut place = text.floor_char_boundary(from);
    let mut after = text[place..].chars().next();
    for before in text[..place].chars().rev() {
        if after.is_some_and(|after| always_begins_a_piece(before, after)) {
            return place;
        }
        place -= before.len_utf8();
        after = Some(before);
    }
    0
}

/// Whether a piece, and a character as people see them, always ends between these two.
///
/// Read off the expressions that define pieces: a piece goes on after a letter with letters, marks and an apostrophe only;
/// and after a line feed with white space only, or a slash.
pub(super) fn always_begins_a_piece(before: char, after: char) -> bool {
    match before {
        '\n' => !after.is_whitespace() && after != '/',
        before if is_surely_a_letter(before) => match after {
            '\'' => false,
            '、' | '。' | '，' | '：' | '；' | '！' | '？' => true,
            after => after.is_ascii() && !after.is_ascii_alphabetic(),
        },
        _ => false,
    }
}

/// Letters that every version of Unicode knows, and that nothing joins to what follows.
const fn is_surely_a_letter(c: char) -> bool {
    matches!(c,
        'a'..='z' | 'A'..='Z' | 'ß'..='ö' | 'ø'..='ÿ' | 'α'..='ω' | 'а'..='я' | 'А'..='Я'
        | 'ぁ'..='ゖ' | 'ァ'..='ヺ' | '一'..='龥' | '가'..='힣')
}
