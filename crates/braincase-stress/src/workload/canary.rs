//! Canaries: tokens in user text that say which project they belong to, so that text that strays can be recognised.

use std::collections::BTreeSet;

const HEAD: &str = "bc";
const LENGTH: usize = 22;

/// Marks the projects of one run. A project is marked by its user and visit, a turn by its number in the project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Aviary {
    run: u32,
}

impl Aviary {
    /// Canaries for a run; `nonce` keeps runs on the same server apart.
    #[must_use]
    pub const fn of(nonce: u64) -> Self {
        Self { run: (nonce ^ (nonce >> 32)) as u32 }
    }

    /// The token of one turn, as in `bc0000002ap001003t0007`.
    #[must_use]
    pub fn canary(self, project: u32, turn: u32) -> String {
        format!("{HEAD}{:08x}p{:06x}t{:04x}", self.run, project & 0x00ff_ffff, turn & 0xffff)
    }

    /// The projects whose tokens are in the text, whatever case they are in.
    #[must_use]
    pub fn projects_in(self, text: &str) -> BTreeSet<u32> {
        self.turns_in(text).into_iter().map(|(project, _)| project).collect()
    }

    /// The projects and turns whose tokens are in the text, whatever case they are in.
    #[must_use]
    pub fn turns_in(self, text: &str) -> BTreeSet<(u32, u32)> {
        let text = text.to_ascii_lowercase();
        let head = format!("{HEAD}{:08x}p", self.run);
        let found = text.match_indices(&head).filter_map(|(at, _)| turn_at(text.get(at..at + LENGTH)?, head.len()));
        found.collect()
    }
}

fn turn_at(token: &str, head: usize) -> Option<(u32, u32)> {
    let project = token.get(head..head + 6)?;
    let turn = token.get(head + 6..)?.strip_prefix('t')?;
    // A sign would be a number to the parser, too.
    let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = |text: &str| u32::from_str_radix(text, 16).ok().filter(|_| is_hex(text));
    Some((number(project)?, number(turn)?))
}

/// The mark of the project of a user's visit.
#[must_use]
pub fn project_mark(user: usize, visit: u32) -> u32 {
    ((user as u32 & 0xfff) << 12) | (visit & 0xfff)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_canary_is_found_in_any_text_and_only_by_its_own_run(
            nonce: u64, project in 0u32..0x0100_0000, turn in 0u32..0x1_0000, before in ".{0,40}", after in ".{0,40}",
        ) {
            let aviary = Aviary::of(nonce);
            let text = format!("{before}{}{after}", aviary.canary(project, turn).to_uppercase());
            prop_assert!(aviary.projects_in(&text).contains(&project));
            prop_assert!(aviary.turns_in(&text).contains(&(project, turn)));
            prop_assert!(Aviary::of(nonce ^ 1).projects_in(&aviary.canary(project, turn)).is_empty());
        }
    }

    #[test]
    fn half_a_canary_is_none() {
        let aviary = Aviary::of(42);
        let token = aviary.canary(7, 3);
        assert_eq!(token, "bc0000002ap000007t0003");
        assert!(aviary.projects_in(&token[..token.len() - 1]).is_empty());
        assert!(aviary.projects_in(&token.replace('t', "x")).is_empty());
    }

    #[test]
    fn marks_of_different_visits_differ() {
        assert_ne!(project_mark(1, 2), project_mark(2, 1));
    }
}
