//! Counting what passed: rows for the suites, and their true sum as the last line.

use std::{fmt::Write, process::ExitCode};

/// What one suite found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    /// What was run.
    pub(crate) suite: String,
    /// How many checks held.
    pub(crate) passed: u64,
    /// How many did not.
    pub(crate) failed: u64,
    /// How many were not run.
    pub(crate) skipped: u64,
    /// Why something failed or was skipped; empty if there is nothing to say.
    pub(crate) why: String,
}

impl Row {
    /// A suite that was not run.
    pub(crate) fn skipped(suite: &str, why: impl Into<String>) -> Self {
        Self { suite: suite.to_owned(), passed: 0, failed: 0, skipped: 1, why: why.into() }
    }

    /// A suite that is one check.
    pub(crate) fn single(suite: &str, verdict: Result<(), String>) -> Self {
        let (passed, failed) = if verdict.is_ok() { (1, 0) } else { (0, 1) };
        Self { suite: suite.to_owned(), passed, failed, skipped: 0, why: verdict.err().unwrap_or_default() }
    }
}

/// Prints the table, with the sums as the very last line, and says how the program should end.
pub(crate) fn conclude(rows: &[Row]) -> ExitCode {
    println!("\n{}", table(rows));
    println!("{}", sums(rows));
    if rows.iter().any(|row| row.failed > 0) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn table(rows: &[Row]) -> String {
    let width = rows.iter().map(|row| row.suite.chars().count()).chain([5]).max().unwrap_or(5);
    let mut text = format!("{:width$}  {:>6}  {:>6}  {:>7}  why\n", "suite", "passed", "failed", "skipped");
    for Row { suite, passed, failed, skipped, why } in rows {
        let line = format!("{suite:width$}  {passed:>6}  {failed:>6}  {skipped:>7}  {why}");
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

fn sums(rows: &[Row]) -> String {
    let sum = |count: fn(&Row) -> u64| rows.iter().map(count).sum::<u64>();
    format!("{} passed, {} failed, {} skipped", sum(|r| r.passed), sum(|r| r.failed), sum(|r| r.skipped))
}

#[cfg(test)]
mod tests {
    use super::{Row, sums, table};

    #[test]
    fn the_last_line_is_the_sum_of_the_rows() {
        let rows = [
            Row { suite: "tests".into(), passed: 40, failed: 0, skipped: 2, why: String::new() },
            Row::single("end to end", Err("exit code 5".into())),
            Row::single("docs", Ok(())),
            Row::skipped("PostgreSQL", "not there yet"),
        ];

        assert_eq!(sums(&rows), "41 passed, 1 failed, 3 skipped");
        assert_eq!(
            table(&rows),
            "suite       passed  failed  skipped  why\n\
             tests           40       0        2\n\
             end to end       0       1        0  exit code 5\n\
             docs             1       0        0\n\
             PostgreSQL       0       0        1  not there yet\n"
        );
    }
}
