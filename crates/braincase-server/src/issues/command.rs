//! `braincase errors`: shows what has failed. Reads the database and changes nothing.

use std::{
    collections::BTreeSet,
    io::{self, Write as _},
    num::NonZeroUsize,
    path::PathBuf,
    process::ExitCode,
};

use braincase_core::{
    error_issue::{ErrorEvent, ErrorIssue, IssueQuery, IssueStatus},
    store::StoreError,
};
use braincase_store::{ErrorReader, OpenError, SqliteOptions};
use clap::{Args, Subcommand};

use super::show;
use crate::wire::{
    issue::{Issue, IssueDetail},
    page::Page,
};

/// All that are kept of an issue.
const MAX_EVENTS: usize = 100;
/// The most issues that are named to choose from.
const MAX_CHOICES: usize = 10;

/// Show what has failed.
#[derive(Debug, Subcommand)]
pub enum ErrorsCommand {
    /// List kinds of failures, last seen first.
    List(ListArgs),
    /// Show one kind, with the newest failures and the first.
    Show(ShowArgs),
}

/// What to list.
#[derive(Debug, Args)]
pub struct ListArgs {
    #[command(flatten)]
    from: FromArgs,
    /// Only those with this status
    #[arg(long, value_name = "open|resolved|regressed", value_parser = status)]
    status: Option<IssueStatus>,
    /// The most to list
    #[arg(long, value_name = "N", default_value = "50")]
    limit: NonZeroUsize,
}

/// What to show.
#[derive(Debug, Args)]
pub struct ShowArgs {
    #[command(flatten)]
    from: FromArgs,
    /// The fingerprint, or so much of its beginning that no other begins so
    #[arg(value_name = "FINGERPRINT")]
    prefix: String,
}

/// Where from, and how to answer.
#[derive(Debug, Args)]
struct FromArgs {
    /// Directory with the database
    #[arg(long, env = "BRAINCASE_DATA_DIR", value_name = "DIR", default_value = "./data")]
    data_dir: PathBuf,
    /// Print one JSON object, as the server's `/admin/errors` answers
    #[arg(long)]
    json: bool,
}

/// Why the command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The database cannot be read.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It was opened, and then something went wrong.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Nothing begins so.
    #[error("no failure's fingerprint begins with {0:?}; `braincase errors list` shows all")]
    Unknown(String),
    /// Several begin so.
    #[error("several fingerprints begin with {prefix:?}: {}; give more of it", found.join(", "))]
    Ambiguous {
        /// What was given.
        prefix: String,
        /// Some of those that begin so.
        found: Vec<String>,
    },
    /// The result cannot be written.
    #[error("the result cannot be written")]
    Output(#[from] io::Error),
}

/// Does what was asked.
///
/// # Errors
/// See [`CommandError`].
pub async fn run(command: &ErrorsCommand) -> Result<ExitCode, CommandError> {
    let (ErrorsCommand::List(ListArgs { from, .. }) | ErrorsCommand::Show(ShowArgs { from, .. })) = command;
    let reader = ErrorReader::open(&SqliteOptions::in_dir(&from.data_dir)).await?;
    let text = match command {
        ErrorsCommand::List(args) => list(&reader, args).await,
        ErrorsCommand::Show(args) => show(&reader, args).await,
    };
    reader.close().await;
    let mut out = io::stdout().lock();
    out.write_all(text?.as_bytes())?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

async fn list(reader: &ErrorReader, args: &ListArgs) -> Result<String, CommandError> {
    let query = IssueQuery { status: args.status, limit: args.limit.get(), ..IssueQuery::default() };
    let issues = reader.list(&query, "").await?;
    if args.from.json {
        return json(&Page::whole(issues.into_iter().map(Issue::from)));
    }
    Ok(show::table(&issues))
}

async fn show(reader: &ErrorReader, args: &ShowArgs) -> Result<String, CommandError> {
    let mut text = String::new();
    for issue in find(reader, &args.prefix).await? {
        let events = reader.events(issue.tenant, &issue.fingerprint, MAX_EVENTS).await?;
        text += &shown(issue, events, args.from.json)?;
    }
    Ok(text)
}

fn shown(issue: ErrorIssue, events: Vec<ErrorEvent>, as_json: bool) -> Result<String, CommandError> {
    if as_json { json(&IssueDetail::of(issue, events)) } else { Ok(show::issue(&issue, &events)) }
}

/// The one kind whose fingerprint begins so; several issues if several tenants have had it.
async fn find(reader: &ErrorReader, prefix: &str) -> Result<Vec<ErrorIssue>, CommandError> {
    let prefix = prefix.to_ascii_lowercase();
    let query = IssueQuery { limit: usize::MAX, ..IssueQuery::default() };
    let found = reader.list(&query, &prefix).await?;
    let kinds: BTreeSet<_> = found.iter().map(|issue| issue.fingerprint.clone()).collect();
    match kinds.len() {
        0 => Err(CommandError::Unknown(prefix)),
        1 => Ok(found),
        _ => Err(CommandError::Ambiguous { prefix, found: kinds.into_iter().take(MAX_CHOICES).collect() }),
    }
}

fn json(value: &impl serde::Serialize) -> Result<String, CommandError> {
    let line = serde_json::to_string(value).map_err(io::Error::from)?;
    Ok(line + "\n")
}

fn status(word: &str) -> Result<IssueStatus, String> {
    let all = [IssueStatus::Open, IssueStatus::Resolved, IssueStatus::Regressed];
    let found = all.into_iter().find(|status| status.as_str() == word);
    found.ok_or_else(|| format!("expected one of {}", all.map(IssueStatus::as_str).join(", ")))
}
