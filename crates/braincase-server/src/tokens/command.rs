//! `braincase tokens`: count a text and fit a request from the command line. Data goes to stdout, talk to stderr.

use std::{
    fs::File,
    io::{self, Read, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, bail};
use braincase_tokens::{Account, ChatMessage, ChatTool, Registry};
use clap::{Args, Subcommand};
use serde::Deserialize;

use super::{count, fit};
use crate::{
    wire::tokens::{CountTokens, FitTokens},
    wiring,
};

/// More than any model's window; a longer input is a mistake.
const MAX_BYTES: u64 = 256 << 20;

/// Count tokens, and make requests fit.
#[derive(Debug, Subcommand)]
pub enum TokensCommand {
    /// Count the tokens of a text.
    Count(CountArgs),
    /// Cut a chat request down to a model's window; prints the messages that are left, and what was cut to stderr.
    Fit(FitArgs),
}

/// What to count.
#[derive(Debug, Args)]
pub struct CountArgs {
    #[command(flatten)]
    model: ModelArgs,
    /// File with the text; standard input if it is `-` or absent
    file: Option<PathBuf>,
}

/// What to fit.
#[derive(Debug, Args)]
pub struct FitArgs {
    #[command(flatten)]
    model: ModelArgs,
    /// Tokens to keep free for the answer [default: 8000, less for small models]
    #[arg(long, value_name = "N")]
    reserve: Option<usize>,
    /// File with a list of messages in the form of chat completions, or an object with `messages` and `tools`; `-` is
    /// standard input
    file: PathBuf,
}

/// For which model.
#[derive(Debug, Args)]
struct ModelArgs {
    /// Model, as in gpt-4o or openai/gpt-4o
    #[arg(long, value_name = "NAME")]
    model: String,
    /// TOML file with models of your own, or other facts about known ones
    #[arg(long, env = "BRAINCASE_MODELS", value_name = "FILE")]
    models: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Messages alone, or with the tools of the request.
#[derive(Deserialize)]
#[serde(untagged)]
enum Request {
    Messages(Vec<ChatMessage>),
    Whole {
        messages: Vec<ChatMessage>,
        #[serde(default)]
        tools: Vec<ChatTool>,
    },
}

/// Does what was asked.
///
/// # Errors
/// When the input cannot be read, the model is not known, or what must stay does not fit.
pub fn run(command: &TokensCommand) -> anyhow::Result<ExitCode> {
    match command {
        TokensCommand::Count(args) => run_count(args),
        TokensCommand::Fit(args) => run_fit(args),
    }?;
    Ok(ExitCode::SUCCESS)
}

fn run_count(args: &CountArgs) -> anyhow::Result<()> {
    let models = args.model.registry()?;
    let text = read(args.file.as_deref())?;
    let asked = CountTokens { model: args.model.model.clone(), text: Some(text), messages: None, tools: Vec::new() };
    let counted = count(&models, asked)?;
    let mut out = io::stdout().lock();
    if args.model.json { writeln!(out, "{}", serde_json::to_string(&counted)?)? } else { writeln!(out, "{}", counted.tokens)? }
    Ok(())
}

fn run_fit(args: &FitArgs) -> anyhow::Result<()> {
    let models = args.model.registry()?;
    let text = read(Some(&args.file))?;
    let request: Request = parse(&text).with_context(|| format!("{} is no chat request", args.file.display()))?;
    let (messages, tools) = match request {
        Request::Messages(messages) => (messages, Vec::new()),
        Request::Whole { messages, tools } => (messages, tools),
    };
    let asked = FitTokens { model: args.model.model.clone(), messages, tools, reserve_output: args.reserve };
    let fitted = fit(&models, asked)?;
    let mut out = io::stdout().lock();
    if args.model.json {
        writeln!(out, "{}", serde_json::to_string(&fitted)?)?;
    } else {
        writeln!(out, "{}", serde_json::to_string_pretty(&fitted.messages)?)?;
        show(&fitted.account, &mut io::stderr().lock())?;
    }
    Ok(())
}

/// `untagged` would swallow what is wrong, so the shape is chosen by hand.
fn parse(text: &str) -> anyhow::Result<Request> {
    todo!()
}
