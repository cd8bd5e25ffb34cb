//! Turns that the provider failed on purpose: they are counted apart, since their failure says nothing about the server.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::{
    ledger::Book,
    plan::Lane,
    record::{Numbers, Times},
};

/// The turns of the judged server, with those apart whose provider was made to fail.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Apart {
    /// All others: what the targets hold for.
    pub judged: Numbers,
    /// Those whose provider was made to fail.
    pub faulted: Numbers,
    /// Turns in other rows whose provider was made to fail, and how many of them failed.
    pub beside: (u64, u64),
}

/// Sets them apart; `faulted` are their projects and numbers.
#[must_use]
pub fn set_apart(book: &Book, faulted: &BTreeSet<(u32, u32)>) -> Apart {
    let (mut judged, mut apart, mut beside) = (Times::default(), Times::default(), (0, 0));
    for project in book.projects.iter().filter(|project| project.lane == Lane::Main) {
        for turn in &project.turns {
            let Some(seen) = turn.seen else { continue };
            let is_faulted = faulted.contains(&(project.mark, turn.number));
            match (seen.is_judged, is_faulted) {
                (true, true) => apart.add(seen.took, seen.is_error),
                (true, false) => judged.add(seen.took, seen.is_error),
                (false, true) => beside = (beside.0 + 1, beside.1 + u64::from(seen.is_error)),
                (false, false) => {}
            }
        }
    }
    Apart { judged: judged.numbers(), faulted: apart.numbers(), beside }
}

impl Apart {
    /// The other rows without the turns whose provider was made to fail.
    #[must_use]
    pub const fn others(&self, all: Numbers) -> Numbers {
        let (count, errors) = self.beside;
        Numbers { count: all.count.saturating_sub(count), errors: all.errors.saturating_sub(errors), ..all }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        ledger::{Looks, Project, Turn},
        preset::Scenario,
    };

    #[test]
    fn only_turns_whose_provider_was_made_to_fail_are_set_apart() {
        let turn = |number, is_error, is_judged| {
            let seen = Some(Looks { took: Duration::from_secs(1), is_error, is_judged });
            Turn { seen, ..Turn::new(number, String::new(), String::new()) }
        };
        let mut project = Project::new(Lane::Main, "p".to_owned(), 4, Scenario::NewProject);
        project.turns = vec![turn(1, true, true), turn(2, false, true), turn(3, true, true), turn(4, true, false)];
        let apart = set_apart(&Book { projects: vec![project] }, &[(4, 1), (4, 4), (9, 2)].into());
        assert_eq!((apart.judged.count, apart.judged.errors), (2, 1));
        assert_eq!((apart.faulted.count, apart.faulted.errors), (1, 1));
        let others = apart.others(Numbers { count: 5, errors: 2, ..apart.judged });
        assert_eq!((others.count, others.errors), (4, 1));
    }
}
