//! The program: plan, stage, run, report, verdict.

use std::{fs, process::ExitCode};

use anyhow::Context;
use braincase_stress::{
    capacity,
    cli::Arguments,
    report::{self, Report, terminal::Terminal},
    run::run,
};
use clap::Parser;

const SETUP_ERROR: u8 = 2;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut terminal = Terminal::stderr();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let outcome = runtime.context("no runtime").and_then(|runtime| runtime.block_on(stress(&arguments, &mut terminal)));
    match outcome {
        Ok(report) => ExitCode::from(report.verdict.outcome.exit_code()),
        Err(error) => {
            terminal.say(&format!("error: {error:#}"));
            ExitCode::from(SETUP_ERROR)
        }
    }
}

async fn stress(arguments: &Arguments, terminal: &mut Terminal) -> anyhow::Result<Report> {
    let plan = arguments.plan()?;
    let out = plan.out.clone();
    fs::create_dir_all(&out).with_context(|| format!("cannot create {}", out.display()))?;
    let mut stage = arguments.stage(&plan).await?;
    let up_to = if plan.is_search() { "up to " } else { "" };
    let (name, users, seconds, model) = (plan.preset.name, plan.users, plan.hold.as_secs(), plan.told());
    terminal.say(&format!("{name}: {up_to}{users} users for {seconds} s, {model}, seed {}", plan.seed));
    let outcome = if plan.is_search() {
        capacity::measure(&plan, arguments.slo.unwrap_or_default(), &mut stage, terminal).await
    } else {
        run(plan, &mut stage, terminal).await
    };
    // After an error the programs still run.
    for how in stage.stop().await {
        terminal.say(&how);
    }
    let report = outcome?;
    let out = report::write(&report, &out)?;
    terminal.result(&report);
    terminal.say(&format!("reports: {}", out.join("report.html").display()));
    Ok(report)
}
