//! One command of a longer run: shown while it runs, kept to be read afterwards, timed.

use std::{
    io::{BufRead, BufReader, Read, Write},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// Whether its exit code was zero.
    pub(crate) success: bool,
    /// The exit code, unless a signal ended it.
    pub(crate) code: Option<i32>,
    /// What it printed, both streams, each in its order.
    pub(crate) output: String,
}

/// Runs a command to its end; what it prints goes to standard error line by line.
pub(crate) fn run(command: &mut Command) -> Result<Ended> {
    let program = command.get_program().to_string_lossy().into_owned();
    let words: Vec<_> = command.get_args().map(|arg| arg.to_string_lossy()).collect();
    eprintln!("$ {program} {}", words.join(" "));
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot run {program}"))?;
    let stdout = child.stdout.take().map(|stream| thread::spawn(move || echo(stream)));
    let stderr = child.stderr.take().map(echo).transpose()?.unwrap_or_default();
    let stdout = stdout.map(|reader| reader.join().unwrap_or_else(|_| Ok(String::new()))).transpose()?;
    let status = child.wait().with_context(|| format!("cannot wait for {program}"))?;
    Ok(Ended { success: status.success(), code: status.code(), output: stdout.unwrap_or_default() + &stderr })
}

/// How long something took.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    #[expect(clippy::disallowed_methods, reason = "this tool links none of our crates, so it has no core::Clock")]
    let start = Instant::now();
    let result = work();
    (result, start.elapsed())
}

fn echo(stream: impl Read) -> Result<String> {
    let mut kept = String::new();
    let mut reader = BufReader::new(stream);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        std::io::stderr().write_all(&line)?;
        kept.push_str(&String::from_utf8_lossy(&line));
        line.clear();
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    #[test]
    fn both_streams_and_the_exit_code_are_kept() {
        let ended = super::run(Command::new("sh").args(["-c", "echo out; echo err >&2; exit 3"])).expect("sh runs");

        assert!(!ended.success);
        assert_eq!(ended.code, Some(3));
        assert_eq!(ended.output, "out\nerr\n");
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let error = super::run(&mut Command::new("no-such-program-anywhere")).expect_err("not there");

        assert!(error.to_string().contains("no-such-program-anywhere"), "{error}");
    }
}
