//! What the provider was sent: no request may carry text of two projects.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read},
    path::Path,
};

use super::{Audit, Rule, Violation};
use crate::{plan::Lane, workload::canary::Aviary};

/// The longest line that is read: a few images in base64.
const MAX_LINE: u64 = 128 << 20;

/// Reads the log of a provider, one request a line.
#[must_use]
pub fn audit(lane: Lane, log: &Path, aviary: Aviary) -> Audit {
    match File::open(log) {
        Ok(file) => scan(lane, BufReader::new(file), aviary),
        Err(error) => Audit {
            violations: vec![problem(lane, Rule::Readable, format!("the provider's log cannot be read: {error}"))],
            ..Audit::default()
        },
    }
}

fn scan(lane: Lane, mut log: impl BufRead, aviary: Aviary) -> Audit {
    let mut audit = Audit::default();
    let mut line = Vec::new();
    loop {
        line.clear();
        match log.by_ref().take(MAX_LINE).read_until(b'\n', &mut line) {
            Ok(0) => return audit,
            Ok(_) => {}
            Err(error) => {
                let detail = format!("the provider's log breaks off: {error}");
                audit.violations.push(problem(lane, Rule::Readable, detail));
                return audit;
            }
        }
        audit.checked.upstream += 1;
        let marks = aviary.projects_in(&String::from_utf8_lossy(&line));
        if marks.len() > 1 {
            let marks: Vec<_> = marks.iter().map(|mark| format!("{mark:06x}")).collect();
            let number = audit.checked.upstream;
            let detail =
                format!("request {number} to the provider has text of the projects marked {}", marks.join(", "));
            audit.violations.push(problem(lane, Rule::NoCrossing, detail));
        }
    }
}

const fn problem(lane: Lane, rule: Rule, detail: String) -> Violation {
    Violation { rule, lane, project: String::new(), detail }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_with_text_of_two_projects_is_found() {
        let aviary = Aviary::of(9);
        let (a, b) = (aviary.canary(1, 1), aviary.canary(2, 1));
        let log = format!("{{\"x\":\"{a} {a}\"}}\n{{\"x\":\"{b}\"}}\n{{\"x\":\"{a} {b}\"}}\n");
        let audit = scan(Lane::Main, log.as_bytes(), aviary);
        assert_eq!(audit.checked.upstream, 3);
        assert_eq!(audit.violations.len(), 1);
        assert!(audit.violations[0].detail.starts_with("request 3 "), "{}", audit.violations[0]);
    }
}
