//! Reading how many tests passed out of what the test runners print.

/// Tests as a runner counted them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Held.
    pub(crate) passed: u64,
    /// Did not hold, ran out of time, or could not be started.
    pub(crate) failed: u64,
    /// Not run.
    pub(crate) skipped: u64,
}

/// Reads the last summary of `cargo nextest run`, as in
/// `Summary [ 1.2s] 12 tests run: 10 passed (1 slow), 1 failed, 1 timed out, 3 skipped`.
pub(crate) fn of_nextest(output: &str) -> Option<Counts> {
    let summary = output.lines().rev().find(|line| line.trim_start().starts_with("Summary ["))?;
    let (head, parts) = summary.split_once(" run: ")?;
    let mut counts = Counts::default();
    for part in without_parentheses(parts).split(',') {
        let (number, what) = number_and_word(part)?;
        match what {
            "passed" => counts.passed += number,
            "skipped" => counts.skipped += number,
            // "failed", "timed out", "exec failed" and whatever else a later version may tell: not a pass.
            _ => counts.failed += number,
        }
    }
    // "7/12 tests run": the run was cut short, and the others were never started.
    let started = head.rsplit(' ').find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    if let Some((ran, all)) = started.split_once('/') {
        counts.skipped += all.parse::<u64>().ok()?.saturating_sub(ran.parse().ok()?);
    }
    Some(counts)
}

/// Adds up the lines of `cargo test` that read `test result: ok. 3 passed; 0 failed; 1 ignored; …`.
pub(crate) fn of_cargo_test(output: &str) -> Option<Counts> {
    let mut sum = None;
    for line in output.lines().filter_map(|line| line.strip_prefix("test result: ")) {
        let counts = sum.get_or_insert_with(Counts::default);
        let (_, parts) = line.split_once(". ")?;
        for part in parts.split(';') {
            match number_and_word(part) {
                Some((number, "passed")) => counts.passed += number,
                Some((number, "failed")) => counts.failed += number,
                Some((number, "ignored")) => counts.skipped += number,
                Some(_) | None => {}
            }
        }
    }
    sum
}

fn number_and_word(part: &str) -> Option<(u64, &str)> {
    let (number, word) = part.trim().split_once(' ')?;
    Some((number.parse().ok()?, word))
}

fn without_parentheses(text: &str) -> String {
    let mut depth = 0_u32;
    let mut kept = String::new();
    for character in text.chars() {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => kept.push(character),
            _ => {}
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::{Counts, of_cargo_test, of_nextest};

    fn counts(passed: u64, failed: u64, skipped: u64) -> Counts {
        Counts { passed, failed, skipped }
    }

    #[test]
    fn a_clean_nextest_summary_is_read() {
        let output =
            "  PASS [   0.004s] xtask a::b\n----\n     Summary [   0.123s] 12 tests run: 12 passed, 0 skipped\n";

        assert_eq!(of_nextest(output), Some(counts(12, 0, 0)));
    }

    #[test]
    fn everything_that_did_not_pass_counts_as_failed() {
        let output =
            "Summary [ 9.0s] 12 tests run: 8 passed (2 slow, 1 leaky), 1 failed, 2 timed out, 1 exec failed, 3 skipped";

        assert_eq!(of_nextest(output), Some(counts(8, 4, 3)));
    }

    #[test]
    fn tests_that_a_cut_run_never_started_count_as_skipped() {
        assert_eq!(of_nextest("Summary [ 9.0s] 3/12 tests run: 2 passed, 1 failed, 1 skipped"), Some(counts(2, 1, 10)));
        assert_eq!(of_nextest("Summary [ 9.0s] 1 test run: 1 passed, 0 skipped"), Some(counts(1, 0, 0)));
    }

    #[test]
    fn the_results_of_every_binary_are_added_up() {
        let output = "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s\n\
                      running 2 tests\n\
                      test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0s\n";

        assert_eq!(of_cargo_test(output), Some(counts(4, 2, 1)));
    }

    #[test]
    fn output_without_a_result_has_no_counts() {
        assert_eq!(of_nextest("error: could not compile"), None);
        assert_eq!(of_cargo_test("error: could not compile"), None);
    }
}
