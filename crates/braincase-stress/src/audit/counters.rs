//! Counters: what the server says that it did is what it stored, and what it says that it cost is what the provider saw.

use std::collections::BTreeSet;

use super::{
    Audit, Rule, Stored, Violation,
    record::{Record, Request},
};
use crate::{metrics::Page, plan::Lane};

/// Ends of turns that a server counts. Turns that an earlier process left behind are counted by none.
const ENDS: [&str; 4] = ["completed", "clarification", "failed", "cancelled"];

/// Compares a page of metrics with what is stored and with the provider's record. It makes sense only if all that the
/// server did was done for us, and by one process.
#[must_use]
pub fn audit(lane: Lane, page: Page<'_>, stored: &Stored, record: Option<(&Record, &CalledOff)>) -> Audit {
    let mut audit = Audit::default();
    for status in ENDS {
        let there = stored.get(status).copied().unwrap_or_default();
        let Some(counted) = page.sum("braincase_turns_total", &[]).map(|_| turns(page, status)) else { break };
        audit.checked.counters += 1;
        if counted != there {
            let detail = format!("the server counted {counted} turns that ended {status}, stored are {there}");
            audit.violations.push(Violation::general(lane, Rule::Counters, detail));
        }
    }
    if let Some((record, called_off)) = record {
        costs(&mut audit, lane, page, record, called_off);
    }
    audit
}

fn turns(page: Page<'_>, status: &str) -> u64 {
    page.sum("braincase_turns_total", &[("status", status)]).unwrap_or_default() as u64
}

/// What a request cost, in one respect.
type Amount = fn(&Request) -> u64;

/// Turns that were called off, as project and turn.
pub type CalledOff = BTreeSet<(u32, u32)>;

/// What was answered in full must be counted; of what was cut, nobody knows how far it came, nor of what was called off in the
/// moment in which the answer came.
fn costs(audit: &mut Audit, lane: Lane, page: Page<'_>, record: &Record, called_off: &CalledOff) {
    let is_called_off =
        |request: &Request| request.attempt.is_some_and(|(project, turn, _)| called_off.contains(&(project, turn)));
    let answered = record.requests.iter().filter(|request| request.status == 200);
    let (taken, cut): (Vec<_>, Vec<_>) =
        answered.partition(|request| record.was_taken(request) && !is_called_off(request));
    let input = [("gen_ai_token_type", "input")];
    let output = [("gen_ai_token_type", "output")];
    let sums: [(_, _, Amount); 3] = [
        ("answers", page.sum("gen_ai_client_token_usage_count", &input), |_| 1),
        ("tokens of prompts", page.sum("gen_ai_client_token_usage_sum", &input), |request| request.input),
        ("tokens of answers", page.sum("gen_ai_client_token_usage_sum", &output), |request| request.output),
    ];
    for (what, counted, of) in sums {
        let Some(counted) = counted.map(|counted| counted as u64) else { continue };
        audit.checked.counters += 1;
        let least: u64 = taken.iter().map(|request| of(request)).sum();
        let most = least + cut.iter().map(|request| of(request)).sum::<u64>();
        if !(least..=most).contains(&counted) {
            let detail = format!("the server counted {counted} {what}, the provider {least} to {most}");
            audit.violations.push(Violation::general(lane, Rule::Cost, detail));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "braincase_turns_total{status=\"completed\"} 2\n\
        gen_ai_client_token_usage_count{gen_ai_token_type=\"input\"} 2\n\
        gen_ai_client_token_usage_sum{gen_ai_token_type=\"input\"} 30\n\
        gen_ai_client_token_usage_sum{gen_ai_token_type=\"output\"} 7\n";

    fn broken(page: &str, stored: u64, aborted: bool) -> Vec<Rule> {
        broken_beside(page, stored, aborted, &CalledOff::default())
    }

    fn broken_beside(page: &str, stored: u64, aborted: bool, called_off: &CalledOff) -> Vec<Rule> {
        let request = |n: u64, input, output| {
            let attempt = Some((1, n as u32, 1));
            Request { n, input, output, attempt, status: 200, ..Request::default() }
        };
        let mut record = Record { requests: vec![request(0, 10, 3), request(1, 20, 4)], ..Record::default() };
        if aborted {
            record.requests.push(request(2, 5, 5));
            record.aborted.insert(2, 0);
        }
        let stored = Stored::from([("completed".to_owned(), stored)]);
        let audit = audit(Lane::Main, Page(page), &stored, Some((&record, called_off)));
        audit.violations.into_iter().map(|violation| violation.rule).collect()
    }

    #[test]
    fn equal_counts_are_fine_and_others_are_found() {
        assert_eq!(broken(PAGE, 2, false), []);
        assert_eq!(broken(PAGE, 3, false), [Rule::Counters]);
        assert_eq!(broken(&PAGE.replace("} 30", "} 31"), 2, false), [Rule::Cost]);
        assert_eq!(
            broken(&(PAGE.to_owned() + "braincase_turns_total{status=\"failed\"} 1\n"), 2, false),
            [Rule::Counters]
        );
    }

    #[test]
    fn what_was_cut_may_be_counted_or_not() {
        assert_eq!(broken(PAGE, 2, true), []);
        assert_eq!(broken(&PAGE.replace("} 30", "} 35"), 2, true), []);
        assert_eq!(broken(&PAGE.replace("} 30", "} 36"), 2, true), [Rule::Cost]);
    }

    #[test]
    fn what_was_called_off_as_its_answer_came_may_be_counted_or_not() {
        let first = CalledOff::from([(1, 0)]);
        let one = PAGE.replace("count{gen_ai_token_type=\"input\"} 2", "count{gen_ai_token_type=\"input\"} 1");
        let one = one.replace("} 30", "} 20").replace("} 7", "} 4");
        assert_eq!(broken_beside(&one, 2, false, &first), []);
        assert_eq!(broken_beside(PAGE, 2, false, &first), []);
        assert_eq!(broken(&one, 2, false), [Rule::Cost; 3]);
    }

    #[test]
    fn a_page_that_tells_nothing_is_not_held_against_anything() {
        assert_eq!(broken("", 2, false), []);
    }
}
