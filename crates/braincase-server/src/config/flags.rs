//! The command line.

use clap::{Args, Parser, Subcommand};

use crate::{issues::command::ErrorsCommand, tokens::command::TokensCommand};

/// A hardened, self-hosted server for an LLM brain that works on a project turn by turn.
#[derive(Debug, Parser)]
#[command(name = "braincase", version, about, max_term_width = 110)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the server.
    Serve(Flags),
    /// Check configuration, database, disk, clock and provider; exit code 0 if all is well, 1 if not.
    Check(Flags),
    /// Show what has failed, from the data directory, also while a server works with it.
    #[command(subcommand)]
    Errors(ErrorsCommand),
    /// Count tokens, and make chat requests fit a model's window; needs no server.
    #[command(subcommand)]
    Tokens(TokensCommand),
}

/// The settings as flags and variables; all text, see `Config` for what they become.
#[derive(Debug, Args)]
pub struct Flags {
    /// Address to listen on; port 0 takes a free one [default: 127.0.0.1:8787]
    #[arg(long, env = "BRAINCASE_LISTEN", value_name = "ADDRESS")]
    listen: Option<String>,
    /// Allow to listen on an address that other machines can reach; there are no keys yet, so whoever reaches it may do all
    #[arg(long, env = "BRAINCASE_PUBLIC", value_name = "true|false", num_args = 0..=1, default_missing_value = "true")]
    public: Option<String>,
    /// Directory for the database and the images [default: ./data]
    #[arg(long, env = "BRAINCASE_DATA_DIR", value_name = "DIR")]
    data_dir: Option<String>,
    /// Database; `sqlite:` is the file braincase.db in the data directory [default: sqlite:]
    #[arg(long, env = "BRAINCASE_DATABASE_URL", value_name = "URL")]
    database_url: Option<String>,
    /// What decides [default: local]
    #[arg(long, env = "BRAINCASE_BRAIN", value_name = "local|openai")]
    brain: Option<String>,
    /// What looks at images [default: local]
    #[arg(long, env = "BRAINCASE_VISION", value_name = "local|openai")]
    vision: Option<String>,
    #[expect(rustdoc::bare_urls, reason = "it is the text of --help, not a link")]
    /// OpenAI-compatible endpoint [default: https://api.openai.com/v1]
    #[arg(long, env = "BRAINCASE_OPENAI_BASE_URL", value_name = "URL")]
    openai_base_url: Option<String>,
    /// Model to ask and to count tokens for [default: gpt-4o]
    #[arg(long, env = "BRAINCASE_OPENAI_MODEL", value_name = "NAME")]
    openai_model: Option<String>,
    /// Key of the endpoint; better given as a variable, since other users of the machine can see flags
    #[arg(long, env = "BRAINCASE_OPENAI_API_KEY", value_name = "KEY", hide_env_values = true)]
    openai_api_key: Option<String>,
    /// TOML file with models of your own, or other facts about known ones; see `crates/braincase-tokens/data/models.toml`
    #[arg(long, env = "BRAINCASE_MODELS", value_name = "FILE")]
    models: Option<String>,
    /// Whether turns wait for the analysis of their images [default: async]
    #[arg(long, env = "BRAINCASE_IMAGE_MODE", value_name = "async|blocking")]
    image_mode: Option<String>,
    /// TOML file with these settings, named as the flags with underscores
    #[arg(long, env = "BRAINCASE_CONFIG", value_name = "FILE")]
    config: Option<String>,
    /// How log lines on stderr look [default: json]
    #[arg(long, env = "BRAINCASE_LOG_FORMAT", value_name = "json|pretty")]
    log_format: Option<String>,
    /// Which log lines there are, as in `info,braincase_store=debug` [default: info]
    #[arg(long, env = "BRAINCASE_LOG", value_name = "FILTER")]
    log: Option<String>,
    /// Key of at least 16 characters that opens /admin, to be sent as a bearer token; without one it stays closed; better
    /// given as a variable
    #[arg(long, env = "BRAINCASE_ADMIN_KEY", value_name = "KEY", hide_env_values = true)]
    admin_key: Option<String>,
    /// Sentry, or what speaks its protocol, to tell of failures; holds a key, so better given as a variable
    #[arg(long, env = "BRAINCASE_SENTRY_DSN", value_name = "DSN", hide_env_values = true)]
    sentry_dsn: Option<String>,
    /// Better Stack, or what takes log lines as it does, to tell of failures
    #[arg(long, env = "BRAINCASE_BETTER_STACK_URL", value_name = "URL")]
    better_stack_url: Option<String>,
    /// Token of Better Stack; better given as a variable
    #[arg(long, env = "BRAINCASE_BETTER_STACK_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    better_stack_token: Option<String>,
    /// OpenTelemetry collector to send traces to, as in http://127.0.0.1:4318; only in programs built with the feature otlp
    #[arg(long, env = "BRAINCASE_OTLP_ENDPOINT", value_name = "URL")]
    otlp_endpoint: Option<String>,
    /// Where this server runs, as told to those, production say
    #[arg(long, env = "BRAINCASE_ENVIRONMENT", value_name = "NAME")]
    environment: Option<String>,
    /// How long operations may take before it is recorded that they were slow, as in turn=3s,commit=100ms; 0s: never
    /// [default: context_build=300ms,decide=3s,turn=3s,image_analysis=5s,commit=100ms]
    #[arg(long, env = "BRAINCASE_SLOW", value_name = "OPERATION=DURATION,…")]
    slow: Option<String>,
    /// How long a client may take nothing of its answer, an event stream say, before it is dropped [default: 30s]
    #[arg(long, env = "BRAINCASE_WRITE_TIMEOUT", value_name = "DURATION")]
    write_timeout: Option<String>,
    /// How long running turns may go on when the server is stopped [default: 20s]
    #[arg(long, env = "BRAINCASE_STOP_GRACE", value_name = "DURATION")]
    stop_grace: Option<String>,
    /// Stop when standard input ends
    #[arg(long, env = "BRAINCASE_STOP_ON_STDIN_EOF", hide = true, num_args = 0..=1, default_missing_value = "true")]
    stop_on_stdin_eof: Option<String>,
}
