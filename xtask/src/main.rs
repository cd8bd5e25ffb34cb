//! The project's own commands: `cargo xtask {stress, bench, test, serve, ci, tidy}`, one file per command.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool talks to its user")]

mod bench;
mod cargo;
mod ci;
mod serve;
mod step;
mod stress;
mod tally;
mod test;
mod tidy;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The project's own commands.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Loads and audits a server, by default one that it starts itself; `--help` lists what can be given.
    #[command(disable_help_flag = true)]
    Stress(stress::Args),
    /// Measures side by side with others, such as `tokens`; prints a table and writes `target/bench/NAME.json`.
    Bench(bench::Args),
    /// Runs everything that the README promises is tested; says what was skipped and why.
    Test(test::Args),
    /// Runs the server with embedded defaults; data goes to `./data`.
    #[command(disable_help_flag = true)]
    Serve(serve::Args),
    /// Runs what continuous integration runs.
    Ci(ci::Args),
    /// Checks the project's own rules.
    Tidy,
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Stress(args) => stress::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::Test(args) => test::run(&args),
        Command::Serve(args) => serve::run(&args),
        Command::Ci(args) => ci::run(&args),
        Command::Tidy => tidy::run(),
    };
    result.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::from(2)
    })
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::{Cli, Command};

    fn stress_of(line: &[&str]) -> (String, Vec<String>) {
        let Command::Stress(args) = Cli::try_parse_from(line).expect("parses").command else { panic!("stress") };
        let rest = args.rest.iter().map(|arg| arg.to_string_lossy().into_owned()).collect();
        (args.profile.name().to_owned(), rest)
    }

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn everything_after_stress_is_passed_on_untouched() {
        let (profile, rest) = stress_of(&["x", "stress", "smoke", "--users", "7", "--help", "--compare", "blocking"]);

        assert_eq!(profile, "release");
        assert_eq!(rest, ["smoke", "--users", "7", "--help", "--compare", "blocking"]);
    }

    #[test]
    fn flags_alone_are_passed_on_too() {
        assert_eq!(stress_of(&["x", "stress", "--help"]).1, ["--help"]);
        assert_eq!(stress_of(&["x", "stress", "--users", "3"]).1, ["--users", "3"]);
        assert!(stress_of(&["x", "stress"]).1.is_empty());
    }

    #[test]
    fn the_profile_is_ours_when_it_comes_first() {
        assert_eq!(stress_of(&["x", "stress", "--profile", "dev", "smoke"]), ("dev".into(), vec!["smoke".into()]));
    }
}
