//! What the first count of a process costs: time and memory to load a vocabulary.

use std::{fs, process::Command};

use crate::{
    clock::process_seconds,
    contenders::{bpe, ours, tiktoken},
    report::{Goal, Report, Row},
};

/// The argument of the process that counts once and says what it took.
pub(crate) const CHILD: &str = "count-once";

const ROUNDS: usize = 5;

/// Counts once and prints milliseconds of processor time and megabytes of memory.
pub(crate) fn count_once(who: &str) {
    let before = resident_megabytes();
    let start = process_seconds();
    let count = match who {
        "ours" => ours,
        "tiktoken" => tiktoken,
        _ => bpe,
    };
    assert_eq!(count("Hello, world!"), 4);
    println!("{} {}", (process_seconds() - start) * 1e3, resident_megabytes() - before);
}

pub(crate) fn compare(report: &mut Report) {
    let [ours, tiktoken, bpe] = ["ours", "tiktoken", "bpe"].map(best_of_children);
    let row = |name: &str, unit, pick: fn(&(f64, f64)) -> f64, goal| Row {
        name: name.to_owned(),
        unit,
        ours: pick(&ours),
        tiktoken: Some(pick(&tiktoken)),
        bpe: Some(pick(&bpe)),
        goal: Some(goal),
    };
    report.add(row("the first count of a process", "ms", |(time, _)| *time, Goal::AtMost(60.0)));
    report.add(row("memory after it", "MB", |(_, memory)| *memory, Goal::AtMost(70.0)));
}

fn best_of_children(who: &str) -> (f64, f64) {
    let run = |_| {
        let output = Command::new(std::env::current_exe().unwrap()).args([CHILD, who]).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let (time, memory) = text.trim().split_once(' ').unwrap();
        (time.parse::<f64>().unwrap(), memory.parse::<f64>().unwrap())
    };
    let runs: Vec<_> = (0..ROUNDS).map(run).collect();
    runs.into_iter().fold((f64::INFINITY, f64::INFINITY), |best, run| (best.0.min(run.0), best.1.min(run.1)))
}

fn resident_megabytes() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0");
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or(0.0) / 1e3
}
