//! `braincase tokens`: count a text and fit a request from the command line. Data goes to stdout, talk to stderr.

use std::{
    fs::File,
    io::{self, Read, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use braincase_tokens::{Account, Fate, PartAccount, Why};
use clap::{Args, Subcommand};

use super::{
    TokensError, count, fit,
    request::{self, Request},
};
use crate::{
    wire::tokens::{CountTokens, FitTokens, FittedPrompt},
    wiring::{self, StartError},
};

/// More than any model's window; a longer input is a mistake.
const MAX_BYTES: u64 = 256 << 20;

/// Count tokens, and make requests fit.
#[derive(Debug, Subcommand)]
pub enum TokensCommand {
    /// Count the tokens of a text.
    Count(CountArgs),
    /// Cut a chat request down to a model's window: prints the messages that are left, and on stderr what was cut.
    Fit(FitArgs),
}

/// What to count.
#[derive(Debug, Args)]
pub struct CountArgs {
    #[command(flatten)]
    model: ModelArgs,
    /// File with the text; standard input if it is `-` or absent
    #[arg(default_value = "-", hide_default_value = true)]
    file: PathBuf,
}

/// What to fit.
#[derive(Debug, Args)]
pub struct FitArgs {
    #[command(flatten)]
    model: ModelArgs,
    /// Tokens to keep free for the answer [default: what the request asks for, else 8000, less for small models]
    #[arg(long, value_name = "N")]
    reserve: Option<usize>,
    /// File with a list of messages in the form of chat completions, or a request with `messages`, `tools` and
    /// `tool_choice`; `-` is standard input
    file: PathBuf,
}

/// For which model, and how to answer.
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

/// Why the command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The file with models cannot be used.
    #[error(transparent)]
    Models(#[from] StartError),
    /// The input cannot be read.
    #[error("{} cannot be read", shown(path))]
    Input {
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The input is no chat request.
    #[error("{} is no chat request: {problem}", shown(path))]
    NotARequest {
        /// Which file.
        path: PathBuf,
        /// What is wrong, and where.
        problem: String,
    },
    /// Nothing was counted.
    #[error(transparent)]
    Tokens(#[from] TokensError),
    /// The result cannot be written.
    #[error("the result cannot be written")]
    Output(#[from] io::Error),
}

/// Does what was asked.
///
/// # Errors
/// See [`CommandError`].
pub fn run(command: &TokensCommand) -> Result<ExitCode, CommandError> {
    match command {
        TokensCommand::Count(args) => run_count(args)?,
        TokensCommand::Fit(args) => run_fit(args)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn run_count(args: &CountArgs) -> Result<(), CommandError> {
    let ModelArgs { model, models, json } = &args.model;
    let models = wiring::load_models(models.as_deref())?;
    let text = Some(read(&args.file)?);
    let asked = CountTokens { model: model.clone(), text, messages: None, tools: Vec::new(), tool_choice: None };
    let counted = count(&models, asked)?;
    let line = if *json { written(&counted)? } else { counted.tokens.to_string() };
    Ok(writeln!(io::stdout().lock(), "{line}")?)
}

fn run_fit(args: &FitArgs) -> Result<(), CommandError> {
    let ModelArgs { model, models, json } = &args.model;
    let models = wiring::load_models(models.as_deref())?;
    let request = request::parse(&read(&args.file)?)
        .map_err(|problem| CommandError::NotARequest { path: args.file.clone(), problem })?;
    let reserve_output = args.reserve.or(request.answer());
    let Request { messages, tools, tool_choice, .. } = request;
    let asked = FitTokens { model: model.clone(), messages, tools, tool_choice, reserve_output };
    let fitted = fit(&models, asked)?;
    let mut out = io::stdout().lock();
    if *json {
        return Ok(writeln!(out, "{}", written(&fitted)?)?);
    }
    let FittedPrompt { messages, account } = &fitted;
    writeln!(out, "{}", serde_json::to_string_pretty(messages).map_err(io::Error::from)?)?;
    Ok(show(account, &mut io::stderr().lock())?)
}

fn written(value: &impl serde::Serialize) -> io::Result<String> {
    serde_json::to_string(value).map_err(io::Error::from)
}

fn read(path: &Path) -> Result<String, CommandError> {
    let mut text = String::new();
    let result = if path == Path::new("-") {
        io::stdin().lock().take(MAX_BYTES).read_to_string(&mut text)
    } else {
        File::open(path).and_then(|file| file.take(MAX_BYTES).read_to_string(&mut text))
    };
    match result {
        Ok(bytes) if bytes as u64 == MAX_BYTES => {
            let source = io::Error::other(format!("it is longer than {MAX_BYTES} bytes"));
            Err(CommandError::Input { path: path.to_owned(), source })
        }
        Ok(_) => Ok(text),
        Err(source) => Err(CommandError::Input { path: path.to_owned(), source }),
    }
}

fn shown(path: &Path) -> std::borrow::Cow<'_, str> {
    if path == Path::new("-") { "standard input".into() } else { path.to_string_lossy() }
}

/// A table for people: parts of one kind that met the same fate stand in one line.
fn show(account: &Account, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{:<10} {:>8} {:>10} {:>10}  {:<8} why", "part", "messages", "tokens", "cut", "fate")?;
    for line in lines(&account.parts) {
        let Line { kind, messages, tokens, cut, fate, why } = line;
        let why = why.map(Why::as_str).unwrap_or_default();
        let line = format!("{kind:<10} {messages:>8} {tokens:>10} {cut:>10}  {:<8} {why}", fate.as_str());
        writeln!(out, "{}", line.trim_end())?;
    }
    let Account { model, input, wanted, limit, reserved_output, .. } = account;
    let percent = input.saturating_mul(100) / (*limit).max(1);
    writeln!(
        out,
        "{model}: {input} of {limit} tokens ({percent} %), {reserved_output} kept free for the answer; {wanted} uncut"
    )
}

/// What is told of some parts in a row.
struct Line<'a> {
    kind: &'a str,
    messages: usize,
    tokens: usize,
    cut: usize,
    fate: Fate,
    why: Option<Why>,
}

fn lines(parts: &[PartAccount]) -> Vec<Line<'_>> {
    let mut lines: Vec<Line<'_>> = Vec::new();
    for part in parts {
        let kind = part.name.split(' ').next().unwrap_or_default();
        match lines.last_mut() {
            // What goes with its group went for the reason of the line before.
            Some(line) if line.kind == kind && line.fate == part.fate && goes_with(part.why, line.why) => {
                line.messages += 1;
                line.tokens += part.tokens;
                line.cut += part.cut;
            }
            Some(_) | None => {
                let PartAccount { tokens, cut, fate, why, .. } = *part;
                lines.push(Line { kind, messages: 1, tokens, cut, fate, why });
            }
        }
    }
    lines
}

fn goes_with(why: Option<Why>, line: Option<Why>) -> bool {
    why == line || why == Some(Why::WithItsGroup)
}
