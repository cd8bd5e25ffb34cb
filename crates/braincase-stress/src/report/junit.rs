//! The report as JUnit XML: one test case for each target and each promise.

use std::fmt::Write;

use super::Report;
use crate::audit::Rule;

/// Renders it.
#[must_use]
pub fn render(report: &Report) -> String {
    let mut cases = vec![case("run", "is valid", &report.validity.problems)];
    for target in &report.verdict.targets {
        let missed = format!("{} is {}, not {}", target.name, target.observed, target.limit);
        cases.push(case("target", target.name, if target.is_met { &[] } else { std::slice::from_ref(&missed) }));
    }
    for rule in Rule::ALL {
        let broken = report.audit.violations.iter().filter(|found| found.rule == rule);
        let details: Vec<String> = broken.map(ToString::to_string).collect();
        cases.push(case("promise", rule.as_str(), &details));
    }
    let failed = cases.iter().filter(|(_, failed)| *failed).count();
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing into a string cannot fail.
    let _: std::fmt::Result = writeln!(
        xml,
        "<testsuite name=\"stress {}\" tests=\"{}\" failures=\"{failed}\" time=\"{:.3}\">",
        report.preset,
        cases.len(),
        report.lasted_s
    );
    for (text, _) in cases {
        xml.push_str(&text);
    }
    xml + "</testsuite>\n"
}

fn case(class: &str, name: &str, problems: &[String]) -> (String, bool) {
    let start = format!("  <testcase classname=\"{class}\" name=\"{}\"", escape(name));
    let Some(first) = problems.first() else { return (start + "/>\n", false) };
    let all = problems.iter().take(20).map(|problem| escape(problem)).collect::<Vec<_>>().join("\n");
    (format!("{start}>\n    <failure message=\"{}\">{all}</failure>\n  </testcase>\n", escape(first)), true)
}

fn escape(text: &str) -> String {
    let is_allowed = |character: &char| !character.is_control() || matches!(character, '\n' | '\t');
    let text: String = text.chars().filter(is_allowed).collect();
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
