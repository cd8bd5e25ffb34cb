//! The report as JUnit XML: one test case for the run being valid, for each target, for each promise and for
//! each thing that must have happened.

use super::Report;
use crate::{
    audit::{Rule, Violation},
    sightings::Sighting,
};

/// The most problems that are told of one case; the JSON has all of them.
const MAX_PROBLEMS: usize = 20;

/// Cases that belong together.
struct Suite {
    name: &'static str,
    cases: Vec<Case>,
}

struct Case {
    name: String,
    end: End,
}

enum End {
    Passed,
    /// What was expected and not met, in words.
    Failed(Vec<String>),
    /// Nothing can be said; why.
    Skipped(&'static str),
}

/// Renders it.
#[must_use]
pub fn render(report: &Report) -> String {
    let suites = [validity(report), targets(report), promises(report), sightings(report)];
    let all: String = suites.iter().map(|suite| told_suite(report, suite)).collect();
    let counts = counts(suites.iter().flat_map(|suite| &suite.cases));
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{}\" {counts} time=\"{}\">\n{all}</testsuites>\n",
        escape(&format!("braincase-stress {}", report.preset)),
        seconds(report.lasted_s),
    )
}

fn validity(report: &Report) -> Suite {
    let problems = &report.validity.problems;
    let end = if problems.is_empty() { End::Passed } else { End::Failed(problems.clone()) };
    Suite { name: "validity", cases: vec![Case { name: "the run measured what it says".to_owned(), end }] }
}

fn targets(report: &Report) -> Suite {
    let case = |target: &crate::verdict::Target| {
        let missed = || vec![format!("{} is {}, the limit is {}", target.name, target.observed, target.limit)];
        Case { name: target.name.to_owned(), end: if target.is_met { End::Passed } else { End::Failed(missed()) } }
    };
    Suite { name: "targets", cases: report.verdict.targets.iter().map(case).collect() }
}

fn promises(report: &Report) -> Suite {
    let case = |rule: Rule| {
        let broken = report.audit.violations.iter().filter(|found| found.rule == rule);
        let details: Vec<String> = broken.map(Violation::told).collect();
        let end = match () {
            () if !details.is_empty() => End::Failed(details),
            () if rule.chances(&report.audit.checked) == 0 => End::Skipped("not put to the test by this run"),
            () => End::Passed,
        };
        Case { name: rule.as_str().to_owned(), end }
    };
    Suite { name: "promises", cases: Rule::ALL.into_iter().map(case).collect() }
}

fn sightings(report: &Report) -> Suite {
    let case = |sighting: &Sighting| {
        let end = match () {
            () if sighting.is_missing() => End::Failed(vec![format!("never happened: {}", sighting.what)]),
            () if sighting.count == 0 => End::Skipped("not to be expected in so short a run"),
            () => End::Passed,
        };
        Case { name: sighting.what.clone(), end }
    };
    Suite { name: "sightings", cases: report.sightings.iter().map(case).collect() }
}

fn told_suite(report: &Report, suite: &Suite) -> String {
    let (name, counts) = (escape(suite.name), counts(&suite.cases));
    let class = escape(&format!("stress.{}.{}", report.preset, suite.name));
    let cases: String = suite.cases.iter().map(|case| told_case(&class, case)).collect();
    format!("  <testsuite name=\"{name}\" {counts} time=\"{}\">\n{cases}  </testsuite>\n", seconds(report.lasted_s))
}

fn told_case(class: &str, case: &Case) -> String {
    let start = format!("    <testcase classname=\"{class}\" name=\"{}\" time=\"0\"", escape(&case.name));
    match &case.end {
        End::Passed => start + "/>\n",
        End::Skipped(why) => format!("{start}><skipped message=\"{}\"/></testcase>\n", escape(why)),
        End::Failed(problems) => {
            let first = problems.first().map(String::as_str).unwrap_or_default();
            let all: Vec<String> = problems.iter().take(MAX_PROBLEMS).map(|problem| escape(problem)).collect();
            let (message, all) = (escape(first), all.join("\n"));
            format!("{start}><failure type=\"stress\" message=\"{message}\">{all}</failure></testcase>\n")
        }
    }
}

fn counts<'a>(cases: impl IntoIterator<Item = &'a Case>) -> String {
    let (mut tests, mut failures, mut skipped) = (0, 0, 0);
    for case in cases {
        tests += 1;
        match case.end {
            End::Passed => {}
            End::Failed(_) => failures += 1,
            End::Skipped(_) => skipped += 1,
        }
    }
    format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\"")
}

fn seconds(seconds: f64) -> String {
    format!("{:.3}", if seconds.is_finite() { seconds } else { 0.0 })
}

/// Text that may stand in an element and in an attribute; what XML has no place for is left out.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            '\t' => escaped.push_str("&#9;"),
            '\u{fffe}' | '\u{ffff}' => {}
            other if other.is_control() => {}
            other => escaped.push(other),
        }
    }
    escaped
}
