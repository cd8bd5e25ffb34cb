//! Endless texts of every kind, the same at every run.

use rand::{Rng, RngExt, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use regex_syntax::hir::{Class, HirKind};

/// A generator of texts.
pub(crate) struct Texts {
    rng: ChaCha8Rng,
    /// The characters of each Unicode category.
    categories: Vec<Vec<char>>,
}

type Kind = fn(&mut Texts) -> String;

const KINDS: [Kind; 14] = [
    any_characters,
    categories,
    categories,
    contractions,
    spaces,
    punctuation,
    eastern,
    emoji,
    marks,
    encoded,
    code,
    runs,
    tokens,
    specials,
];

const CATEGORIES: [&str; 29] = [
    "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm",
    "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Co", "Cn",
];

impl Texts {
    pub(crate) fn seeded(seed: u64) -> Self {
        Self { rng: ChaCha8Rng::seed_from_u64(seed), categories: CATEGORIES.map(characters).to_vec() }
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        *from.choose(&mut self.rng).unwrap()
    }

    fn below(&mut self, limit: usize) -> usize {
        self.rng.random_range(0..limit)
    }

    /// Up to `most` parts; short ones are frequent.
    fn join<S: AsRef<str>>(&mut self, most: usize, part: impl Fn(&mut Self) -> S) -> String {
        let at_most = 1 + self.below(most);
        (0..self.below(at_most + 1)).map(|_| part(self).as_ref().to_owned()).collect()
    }
}

impl Iterator for Texts {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        let parts = if self.below(3) == 0 { 2 + self.below(3) } else { 1 };
        let join = |_| {
            let kind = self.pick(&KINDS);
            kind(self)
        };
        Some((0..parts).map(join).collect())
    }
}

fn characters(category: &str) -> Vec<char> {
    match regex_syntax::parse(&format!("\\p{{{category}}}")).unwrap().into_kind() {
        HirKind::Class(Class::Unicode(class)) => class.iter().flat_map(|range| range.start()..=range.end()).collect(),
        // Line and paragraph separators are one each.
        HirKind::Literal(literal) => str::from_utf8(&literal.0).unwrap().chars().collect(),
        _ => Vec::new(),
    }
}

fn any_characters(texts: &mut Texts) -> String {
    texts.join(40, |texts| {
        let limit = texts.pick(&[0x80, 0x250, 0x3000, 0x1_0000, 0x11_0000]);
        char::from_u32(texts.rng.next_u32() % limit).unwrap_or('\u{fffd}').to_string()
    })
}

fn categories(texts: &mut Texts) -> String {
    let all = texts.below(4) == 0;
    let few = [texts.below(CATEGORIES.len()), texts.below(11), texts.below(6)];
    texts.join(30, |texts| {
        let category = if all { texts.below(CATEGORIES.len()) } else { texts.pick(&few) };
        let characters = std::mem::take(&mut texts.categories[category]);
        let character = texts.pick(&characters);
        texts.categories[category] = characters;
        character.to_string()
    })
}

fn contractions(texts: &mut Texts) -> String {
    const ENDS: [&str; 17] =
        ["'s", "'S", "'ſ", "'t", "'T", "'re", "'rE", "'VE", "'ve", "'m", "'ll", "'Ll", "'d", "'", "''s", "'x", "’s"];
    texts.join(12, |texts| {
        let word = word(texts);
        let end = if texts.below(2) == 0 { texts.pick(&ENDS) } else { "" };
        word + end + texts.pick(&["", " ", "\n", "ſ", "A", "é"])
    })
}

fn word(texts: &mut Texts) -> String {
    let letters = texts.pick(&["abcdefghijklmnopqrstuvwxyz", "etaoinshr", "ABCDEFGHIJ", "aBcD", "äößÉñçǅ"]);
    let letters: Vec<char> = letters.chars().collect();
    texts.join(12, |texts| texts.pick(&letters).to_string())
}

fn spaces(texts: &mut Texts) -> String {
    const SPACES: [&str; 13] =
        [" ", " ", " ", "\t", "\n", "\n", "\r\n", "\r", "\u{a0}", "\u{3000}", "\u{2028}", "\u{85}", "\u{b}"];
    texts.join(8, |texts| {
        let spaces = texts.join(10, |texts| texts.pick(&SPACES));
        spaces + texts.pick(&["", "", "a", "Word", "7", "/", "é", "\u{301}"])
    })
}

fn punctuation(texts: &mut Texts) -> String {
    const MARKS: [&str; 22] = [
        "-", "=", "*", "#", "/", "//", "\n", "\r\n", " ", "...", "!", "?", ",", "(", ")", "{", "}", "\"", "<", ">",
        "1", "23",
    ];
    texts.join(40, |texts| texts.pick(&MARKS))
}

fn eastern(texts: &mut Texts) -> String {
    let (first, last) = texts.pick(&[
        (0x4e00, 0x4fff),
        (0x4e00, 0x9fff),
        (0x3040, 0x30ff),
        (0xac00, 0xd7a3),
        (0x900, 0x97f),
        (0xe00, 0xe5b),
        (0x600, 0x6ff),
        (0x400, 0x45f),
        (0xff00, 0xffef),
    ]);
    texts.join(30, |texts| {
        let character = char::from_u32(texts.rng.random_range(first..=last)).unwrap();
        character.to_string() + if texts.below(12) == 0 { texts.pick(&["。", "、", " ", "A", "1"]) } else { "" }
    })
}

fn emoji(texts: &mut Texts) -> String {
    const PARTS: [&str; 14] =
        ["😀", "👨", "👩", "👧", "\u{200d}", "\u{200d}", "❤", "\u{fe0f}", "🏽", "🇩", "🇪", "🏴", "\u{e0067}", " "];
    texts.join(14, |texts| texts.pick(&PARTS))
}

fn marks(texts: &mut Texts) -> String {
    const PARTS: [&str; 14] =
        ["\u{301}", "\u{301}", "\u{489}", "\u{93e}", "A", "B", "a", "ǅ", "ʰ", "界", " ", "1", "'s", "!"];
    texts.join(16, |texts| texts.pick(&PARTS))
}

fn encoded(texts: &mut Texts) -> String {
    const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let alphabet = texts.pick(&[BASE64, &BASE64[..52], &BASE64[26..62], b"0123456789abcdef", b"0123456789", b"ACGT"]);
    texts.join(150, |texts| char::from(texts.pick(alphabet)).to_string())
}

fn code(texts: &mut Texts) -> String {
    const PARTS: [&str; 26] = [
        "fn ",
        "let ",
        "x",
        "self.",
        "camelCase",
        "snake_case",
        "(",
        ");",
        " {\n",
        "    ",
        "        ",
        "}\n",
        "\t",
        "// ",
        "/*",
        "*/",
        "\"key\": ",
        "null",
        "1.5e-3",
        ", ",
        "[",
        "]\n",
        "<div>",
        "https://",
        "\\n",
        "\u{1b}[0m",
    ];
    texts.join(30, |texts| texts.pick(&PARTS))
}

/// One character again and again, or a short pattern.
fn runs(texts: &mut Texts) -> String {
    let unit = match texts.below(3) {
        0 => texts.pick(&[" ", "a", "-", "=", "\n", "A", "é", "界", "\u{301}", "0", "_", "\t", "😀"]).to_owned(),
        1 => texts.join(4, |texts| texts.pick(&["-", "=", "a", "b", " ", "\n", "A"])),
        _ => texts.join(3, any_characters),
    };
    let most = texts.pick(&[20, 200, 1_500]);
    let most = if unit.len() > 4 { 20 } else { most };
    unit.repeat(texts.below(most))
}

/// Tokens in a row, which tempt a counter to merge what does not belong together.
fn tokens(texts: &mut Texts) -> String {
    let bpe = &texts.pick(&[bpe_openai::o200k_base(), bpe_openai::cl100k_base()]).bpe;
    let most = texts.pick(&[100, 1_000, 10_000, bpe.num_tokens()]);
    texts.join(12, |texts| {
        let token = bpe.token_bytes(texts.below(most) as u32);
        String::from_utf8_lossy(token).into_owned()
    })
}

fn specials(texts: &mut Texts) -> String {
    const PARTS: [&str; 10] = [
        "<|endoftext|>",
        "<|im_start|>",
        "<|im_end|>",
        "<|start|>",
        "<|message|>",
        "<|fim_prefix|>",
        "<|",
        "|>",
        "user",
        " ",
    ];
    texts.join(10, |texts| texts.pick(&PARTS))
}
