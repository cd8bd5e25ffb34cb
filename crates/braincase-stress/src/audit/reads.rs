//! Reads: whoever looked into a project during the run saw the beginning of what it has in the end.

use serde_json::Value;

use super::{Audit, Rule, violation};
use crate::ledger::Project;

/// Compares each look with the turns that are stored, the oldest first.
#[must_use]
pub fn audit(project: &Project, stored: &[Value]) -> Audit {
    let mut audit = Audit::default();
    let ids: Vec<&str> = stored.iter().map(|turn| turn["id"].as_str().unwrap_or_default()).collect();
    for read in &project.reads {
        audit.checked.reads += 1;
        let is_prefix = read.len() <= ids.len() && read.iter().zip(&ids).all(|(read, id)| read == id);
        if !is_prefix {
            let detail = format!("a look during the run showed the turns {}, now they are {}", told(read), told(&ids));
            audit.violations.push(violation(project, Rule::Reads, detail));
        }
    }
    audit
}

fn told<S: AsRef<str>>(ids: &[S]) -> String {
    ids.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{plan::Lane, preset::Scenario};

    #[test]
    fn a_look_that_is_no_beginning_of_the_end_is_found() {
        let mut project = Project::new(Lane::Main, "p".to_owned(), 1, Scenario::NewProject);
        let stored = ["a", "b", "c"].map(|id| json!({ "id": id }));
        for (read, broken) in [(vec!["a", "b"], 0), (vec![], 0), (vec!["b"], 1), (vec!["a", "b", "c", "d"], 1)] {
            project.reads = vec![read.iter().map(|id| (*id).to_owned()).collect()];
            assert_eq!(audit(&project, &stored).violations.len(), broken, "{read:?}");
        }
    }
}
