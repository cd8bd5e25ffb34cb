//! The harness beside bare goose in the same run: CPU time for a simulated request, and memory for a user.
//!
//! Both send the same requests to the same trivial server, which is a process of its own, as each of them is: their
//! times and memory hold nothing of the server or of each other. They take turns, so that whatever disturbs the machine
//! disturbs both. What is measured of the harness is what it does under load: scripts, times, ledger, canaries. The
//! audit comes afterwards.

#![expect(clippy::print_stdout, reason = "its table is for people, and its children tell it what they measured")]

mod goose_alone;
mod load;
mod report;
mod server;

use std::{
    env,
    io::{BufRead, BufReader},
    process::{Child, ChildStdin, Command, Stdio},
};

use anyhow::{Context, bail};

use crate::{
    load::{Measured, Order},
    report::{Goal, Report, Row},
};

/// Pairs of runs for the time of a request; the median counts.
const PAIRS: usize = 5;
/// Users who do not think, which is as much load as one process can make.
const BUSY_USERS: usize = 20;
/// Users who think as people do; what they need beyond a single one is what each of them needs.
const MANY_USERS: usize = 200;
/// How much more CPU time a request may cost than with bare goose.
const MOST: f64 = 2.0;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("serve") => server::serve(),
        Some("load") => load::run(&Order::read(&arguments[1..])?),
        // `cargo test --all-targets` starts it, too, and wants no numbers.
        _ if arguments.iter().any(|argument| argument == "--bench") => measure(),
        _ => Ok(()),
    }
}

fn measure() -> anyhow::Result<()> {
    let server = Server::start()?;
    let mut report = Report::new();
    report.push(cpu_time(&server)?);
    report.push(memory(&server)?);
    // The program lies in `target/release/deps`.
    let program = env::current_exe()?;
    let target = program.ancestors().nth(3).context("cargo runs it from its target folder")?;
    report.write(&target.join("bench").join("harness.json"))
}

fn cpu_time(server: &Server) -> anyhow::Result<Row> {
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..PAIRS {
        for (who, times) in [("harness", &mut ours), ("goose", &mut bare)] {
            times.push(server.load(who, BUSY_USERS, 0.0)?.cpu_us_per_request());
        }
    }
    let mut ratios: Vec<f64> = ours.iter().zip(&bare).map(|(ours, bare)| ours / bare).collect();
    Ok(Row {
        name: "CPU time of a simulated request",
        unit: "µs",
        ours: median(&mut ours),
        bare: median(&mut bare),
        ratio: median(&mut ratios),
        goal: Goal::AtMost(MOST),
    })
}

fn memory(server: &Server) -> anyhow::Result<Row> {
    let of_user = |who: &str| -> anyhow::Result<f64> {
        let peak = |users| Ok::<_, anyhow::Error>(server.load(who, users, 1.0)?.peak_bytes);
        Ok((peak(MANY_USERS)? - peak(1)?) / (MANY_USERS - 1) as f64 / 1024.0)
    };
    let (ours, bare) = (of_user("harness")?, of_user("goose")?);
    Ok(Row { name: "memory of a user", unit: "KiB", ours, bare, ratio: ours / bare, goal: Goal::Shown })
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The server, as a child that ends when its input is closed.
struct Server {
    url: String,
    _child: Child,
    _input: Option<ChildStdin>,
}

impl Server {
    fn start() -> anyhow::Result<Self> {
        let mut command = Command::new(env::current_exe()?);
        let mut child = command.arg("serve").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut url = String::new();
        BufReader::new(child.stdout.take().context("the server has no output")?).read_line(&mut url)?;
        Ok(Self { url: url.trim().to_owned(), _input: child.stdin.take(), _child: child })
    }

    fn load(&self, who: &str, users: usize, think: f64) -> anyhow::Result<Measured> {
        let mut command = Command::new(env::current_exe()?);
        command.args(["load", who, &users.to_string(), &think.to_string(), &self.url]);
        let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output()?;
        // Goose has something to say on standard output, too.
        let told = String::from_utf8_lossy(&output.stdout);
        match told.lines().rev().find_map(|line| serde_json::from_str(line).ok()) {
            Some(measured) if output.status.success() => Ok(measured),
            _ => bail!("the load of {who} ended with {}: {told}", output.status),
        }
    }
}
