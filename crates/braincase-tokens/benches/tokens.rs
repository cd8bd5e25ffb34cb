//! Counts the same texts with this crate, with tiktoken-rs and with bpe-openai, side by side in one process, and compares.
//!
//! `cargo xtask bench tokens` runs it; what it prints is also written to `target/bench/tokens.json`.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program for the command line that may end at any problem"
)]

#[path = "tokens/adversarial.rs"]
mod adversarial;
#[path = "tokens/clock.rs"]
mod clock;
#[path = "tokens/contenders.rs"]
mod contenders;
#[path = "tokens/conversation.rs"]
mod conversation;
#[path = "tokens/corpora.rs"]
mod corpora;
#[path = "tokens/first.rs"]
mod first;
#[path = "tokens/limits.rs"]
mod limits;
#[path = "tokens/plan.rs"]
mod plan;
#[path = "tokens/prose.rs"]
mod prose;
#[path = "tokens/report.rs"]
mod report;
#[path = "tokens/throughput.rs"]
mod throughput;

use corpora::Corpora;
use report::Report;

fn main() {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    match (args.next().as_deref(), args.next()) {
        (Some(first::CHILD), Some(who)) => first::count_once(&who),
        (only, _) => compare(only.unwrap_or_default()),
    }
}

type Compare = fn(&Corpora, &mut Report);

/// Runs the groups whose name contains `only`.
fn compare(only: &str) {
    let mut report = Report::default();
    let groups: [(&str, Compare); 6] = [
        ("throughput", throughput::compare),
        ("limits", limits::compare),
        ("conversation", conversation::compare),
        ("plan", plan::compare),
        ("adversarial", |_, report| adversarial::compare(report)),
        ("first", |_, report| first::compare(report)),
    ];
    let corpora = Corpora::make();
    for (_, compare) in groups.iter().filter(|(name, _)| name.contains(only)) {
        compare(&corpora, &mut report);
    }
    println!("\n{report}");
    report.save();
}
