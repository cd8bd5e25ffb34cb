//! Asides: the parts of a step that order nothing, and so may be about anything.

use std::ops::Range;

use super::{reader::Reader, vocabulary};
use crate::brain::local::{
    finite,
    role::{self, Role},
    split::Names,
    token::{Kind, Token},
    words,
};

impl Reader<'_, '_> {
    /// Which tokens belong to a tale, a reason, a purpose or a comparison.
    pub(super) fn asides(&self) -> Vec<bool> {
        let tokens = self.clause.tokens();
        let parts = parts(tokens);
        let roles: Vec<Role> = parts.iter().map(|part| role::of_part(&tokens[part.clone()], self.names)).collect();
        let ordered = roles.contains(&Role::Order);
        let open = ordered || roles.contains(&Role::Fragment);
        let mut asides = vec![false; tokens.len()];
        for (part, role) in parts.into_iter().zip(roles) {
            let told = if role == Role::Fragment { ordered } else { open } && self.is_told(role, &tokens[part.clone()]);
            let mut aside = false;
            for at in part.clone() {
                aside |= self.opens_aside(at);
                asides[at] = told || aside;
            }
            if let Some(verb) = persons_verb(&tokens[part.clone()], self.names) {
                asides[part.start + verb] = true;
            }
        }
        asides
    }

    /// "two changes from the agency:" is spelled out by what follows.
    pub(super) fn is_heading(&self, at: usize) -> bool {
        let tokens = self.clause.tokens();
        let Some(end) = (at..tokens.len()).find(|end| is_mark(&tokens[*end])) else { return false };
        let start = (0..at).rev().find(|start| is_mark(&tokens[*start])).map_or(0, |mark| mark + 1);
        let spelled_out = tokens[end].kind == Kind::Colon && end + 1 < tokens.len();
        spelled_out && !tokens[start..end].iter().any(|token| token.word == "delete")
    }

    /// Whether a part only tells something beside one that orders.
    ///
    /// "delete the logo, the border" takes two things away, so there a part without a verb is no tale.
    fn is_told(&self, role: Role, part: &[Token]) -> bool {
        match role {
            Role::Order => false,
            // "delete scenes 2, 3 and the one about work"
            Role::State if !self.effect.deleted.is_empty() => {
                !part.iter().any(|token| matches!(token.word.as_str(), "one" | "ones"))
            }
            Role::Tale | Role::State | Role::Reason | Role::Question => true,
            Role::Fragment => self.effect.deleted.is_empty() || has_past(part),
        }
    }

    /// Whether a reason, a purpose or a comparison begins at a token.
    ///
    /// "the scene for the kids" tells which scene is to go, so for deletions only reasons count.
    fn opens_aside(&self, at: usize) -> bool {
        let (word, next) = (self.clause.any_word(at), self.clause.any_word(at + 1));
        let which = !self.effect.deleted.is_empty() && matches!(word, "for" | "like");
        let target = words::ALL.contains(&next) || words::SCENE.contains(&next);
        let purpose = word == "so" && (0..at).any(|to| words::COMMANDS.contains(&self.clause.any_word(to)));
        // What a new scene is about may be anything, too.
        let topic = word == "about" && self.effect.added > 0;
        purpose || topic || vocabulary::opens_aside(word) && !which && !target
    }
}

/// The parts of a step between its marks; "so" begins one.
fn parts(tokens: &[Token]) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, token) in tokens.iter().enumerate() {
        let marks = is_mark(token);
        if marks || token.word == "so" {
            parts.push(start..at);
            start = at + usize::from(marks);
        }
    }
    parts.push(start..tokens.len());
    parts.retain(|part| !part.is_empty());
    parts
}

/// "the customer asks for": the verb of whoever wants something.
fn persons_verb(part: &[Token], names: &Names) -> Option<usize> {
    finite::read(part, names).filter(|found| found.subject == finite::Subject::Person).map(|found| found.verb)
}

/// "the caterer cancelled": a word that looks like a verb in the past.
fn has_past(part: &[Token]) -> bool {
    part.iter().any(|token| {
        token.word.len() > 4 && token.word.ends_with("ed")
            || matches!(token.word.as_str(), "was" | "were" | "is" | "are")
    })
}

fn is_mark(token: &Token) -> bool {
    !matches!(token.kind, Kind::Word | Kind::Number(_) | Kind::Hash(_) | Kind::Hex(_) | Kind::Quote)
}
