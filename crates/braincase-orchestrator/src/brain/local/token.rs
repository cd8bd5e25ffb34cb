//! Tokens: what a person typed, cut into words, numbers, quotes, colours and the marks between them, in one pass.

use braincase_core::color::Color;

use super::spelling;

/// One piece of the request with its place in the source.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    /// What it is.
    pub(super) kind: Kind,
    /// The word in its plain form: lower case, typos corrected, synonyms joined; empty for what is no word.
    pub(super) word: String,
    /// Where it starts in the source; for a quote, where its content starts.
    pub(super) start: usize,
    /// Where it ends in the source; for a quote, where its content ends.
    pub(super) end: usize,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Word,
    Number(f64),
    /// A number with a hash before it: `#2`.
    Hash(f64),
    Hex(Color),
    Quote,
    Comma,
    Semicolon,
    Stop,
    Newline,
    Colon,
    Dash,
}

/// Cuts a text into tokens. Linear in its length.
pub(super) fn tokenize(text: &str) -> Vec<Token> {
    let mut scanner = Scanner {
        text,
        chars: text.char_indices().collect(),
        at: 0,
        tokens: Vec::new(),
        unclosed: [false; 3],
        speller: spelling::Speller::default(),
    };
    while let Some(c) = scanner.peek(0) {
        scanner.step(c);
    }
    spelling::join_phrases(&scanner.tokens)
}

struct Scanner<'t> {
    text: &'t str,
    chars: Vec<(usize, char)>,
    at: usize,
    tokens: Vec<Token>,
    /// Quote families for which no closing mark is left; keeps the search for closing marks linear.
    unclosed: [bool; 3],
    speller: spelling::Speller,
}

impl Scanner<'_> {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).map(|(_, c)| *c)
    }

    fn before(&self) -> Option<char> {
        self.at.checked_sub(1).and_then(|at| self.chars.get(at)).map(|(_, c)| *c)
    }

    fn offset(&self, at: usize) -> usize {
        self.chars.get(at).map_or(self.text.len(), |(offset, _)| *offset)
    }

    fn step(&mut self, c: char) {
        let digit_follows = self.peek(1).is_some_and(|c| c.is_ascii_digit());
        let after_word = self.before().is_some_and(char::is_alphanumeric);
        match c {
            _ if c.is_ascii_digit() || (c == '.' && digit_follows && !after_word) => self.number(),
            _ if c.is_alphanumeric() => self.word(),
            '"' | '“' | '”' | '„' => self.quote(0),
            '«' => self.quote(1),
            '\'' | '‘' | '’' | '`' if !after_word => self.quote(2),
            '\'' | '’' => self.genitive(),
            '#' => self.hash(),
            '\n' => self.mark(Kind::Newline),
            ',' => self.mark(Kind::Comma),
            ';' => self.mark(Kind::Semicolon),
            '.' | '!' | '?' | '…' => self.mark(Kind::Stop),
            ':' => self.mark(Kind::Colon),
            '—' | '–' => self.mark(Kind::Dash),
            '-' if digit_follows && self.before().is_none_or(char::is_whitespace) && !self.after_number() => {
                self.number()
            }
            '-' if self.is_free_dash() => self.mark(Kind::Dash),
            '%' => self.named_mark("percent"),
            '&' => self.named_mark("and"),
            _ => self.at += 1,
        }
    }

    fn is_free_dash(&self) -> bool {
        let (before, after) = (self.before(), self.peek(1));
        let spaced = before.is_some_and(char::is_whitespace) && after.is_some_and(char::is_whitespace);
        let range = before.is_some_and(|c| c.is_ascii_digit()) && after.is_some_and(|c| c.is_ascii_digit());
        spaced || range
    }

    fn after_number(&self) -> bool {
        self.tokens.last().is_some_and(|token| matches!(token.kind, Kind::Number(_) | Kind::Hash(_)))
    }

    fn push(&mut self, kind: Kind, word: String, start: usize, end: usize) {
        let (start, end) = (self.offset(start), self.offset(end));
        self.tokens.push(Token { kind, word, start, end });
    }

    fn mark(&mut self, kind: Kind) {
        self.push(kind, String::new(), self.at, self.at + 1);
        self.at += 1;
    }

    fn named_mark(&mut self, word: &str) {
        self.push(Kind::Word, word.to_owned(), self.at, self.at + 1);
        self.at += 1;
    }

    /// Skips the `'s` of `scene 2's`, which is no unit of time.
    fn genitive(&mut self) {
        self.at += 1;
        if self.peek(0) == Some('s') && !self.peek(1).is_some_and(char::is_alphanumeric) {
            self.at += 1;
        }
    }

    fn word(&mut self) {
        let start = self.at;
        while let Some(c) = self.peek(0) {
            let apostrophe = matches!(c, '\'' | '’') && self.peek(1).is_some_and(char::is_alphabetic);
            if !(apostrophe || (c.is_alphanumeric() && !c.is_ascii_digit())) {
                break;
            }
            self.at += 1;
        }
        let raw = &self.text[self.offset(start)..self.offset(self.at)];
        let word = self.speller.plain(raw);
        self.push(Kind::Word, word, start, self.at);
    }

    fn number(&mut self) {
        let start = self.at;
        let line_start = self.tokens.last().is_none_or(|token| token.kind == Kind::Newline);
        let mut dotted = false;
        // The sign of a negative number.
        self.at += usize::from(self.peek(0) == Some('-'));
        while let Some(c) = self.peek(0) {
            let dot = c == '.' && !dotted && self.peek(1).is_some_and(|c| c.is_ascii_digit());
            if !(dot || c.is_ascii_digit()) {
                break;
            }
            dotted |= dot;
            self.at += 1;
        }
        let list = matches!(self.peek(0), Some('.' | ')')) && self.peek(1).is_some_and(char::is_whitespace);
        if line_start && list {
            self.at += 1;
            return;
        }
        let digits = &self.text[self.offset(start)..self.offset(self.at)];
        if let Some(ordinal) = self.ordinal_suffix(digits) {
            self.at += 2;
            return self.push(Kind::Word, ordinal, start, self.at);
        }
        // Digits with at most one dot always parse; a number too large for anything saturates to infinity.
        let value = digits.parse().unwrap_or(f64::INFINITY);
        self.push(Kind::Number(value), String::new(), start, self.at);
    }

    fn ordinal_suffix(&self, digits: &str) -> Option<String> {
        let suffix: String = [self.peek(0)?, self.peek(1)?].iter().flat_map(|c| c.to_lowercase()).collect();
        let ends = !self.peek(2).is_some_and(char::is_alphanumeric);
        (ends && matches!(suffix.as_str(), "st" | "nd" | "rd" | "th")).then(|| format!("{digits}{suffix}"))
    }

    fn hash(&mut self) {
        let start = self.at;
        let digits: String = (1..=7).map_while(|n| self.peek(n)).take_while(char::is_ascii_alphanumeric).collect();
        let full = match digits.len() {
            3 => digits.chars().flat_map(|c| [c, c]).collect(),
            _ => digits.clone(),
        };
        if let Ok(color) = format!("#{full}").parse::<Color>() {
            self.at += 1 + digits.len();
            return self.push(Kind::Hex(color), String::new(), start, self.at);
        }
        self.at += 1;
        if let (1..=5, Ok(number)) = (digits.len(), digits.parse::<u32>()) {
            self.at += digits.len();
            self.push(Kind::Hash(f64::from(number)), String::new(), start, self.at);
        }
    }

    fn quote(&mut self, family: usize) {
        let closes = |c: char| match family {
            0 => matches!(c, '"' | '”' | '“'),
            1 => c == '»',
            _ => matches!(c, '\'' | '’' | '`'),
        };
        let open = self.at;
        self.at += 1;
        if self.unclosed[family] {
            return;
        }
        let close = (self.at..self.chars.len()).find(|at| {
            let word_goes_on = self.chars.get(at + 1).is_some_and(|(_, c)| c.is_alphanumeric());
            closes(self.chars[*at].1) && !(family == 2 && word_goes_on)
        });
        match close {
            Some(close) => {
                self.push(Kind::Quote, String::new(), open + 1, close);
                self.at = close + 1;
            }
            None => self.unclosed[family] = true,
        }
    }
}
