//! What settings are read from, and what is said when they are wrong.

use std::{ffi::OsString, io::Write as _};

use clap::CommandFactory as _;

use super::{BrainKind, Cli, Config, ConfigError};

fn read(args: &[&str]) -> Result<Config, ConfigError> {
    let args = ["braincase", "serve"].iter().chain(args).map(OsString::from);
    Cli::read(args).expect("the flags are known").1.config()
}

fn refusal(args: &[&str]) -> String {
    read(args).expect_err("it is wrong").to_string()
}

fn file(text: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(text.as_bytes()).expect("it can be written");
    file
}

#[test]
fn without_settings_the_defaults_hold() {
    let config = read(&[]).expect("valid");
    assert_eq!(config.listen.to_string(), "127.0.0.1:8787");
    assert_eq!(config.brain, BrainKind::Local);
    assert_eq!(config.stop_grace.as_secs(), 20);
    assert_eq!(config.write_timeout.as_secs(), 30);
}

#[test]
fn a_flag_wins_over_the_file() {
    let file = file("listen = \"127.0.0.1:1\"\nopenai_model = \"from-file\"\nstop_grace = \"3s\"\n");
    let path = file.path().to_str().expect("a plain path");
    let config = read(&["--config", path, "--listen", "127.0.0.1:2"]).expect("valid");
    assert_eq!(config.listen.port(), 2);
    assert_eq!(config.openai.model, "from-file");
    assert_eq!(config.stop_grace.as_secs(), 3);
}

#[test]
fn a_wrong_value_names_setting_source_and_expectation() {
    insta::assert_snapshot!(
        refusal(&["--brain", "genius"]),
        @r#"brain = "genius" (from the flag --brain): expected one of local, openai"#
    );
    insta::assert_snapshot!(
        refusal(&["--stop-grace", "soon"]),
        @r#"stop_grace = "soon" (from the flag --stop-grace): expected a time of at most one hour, as in 20s or 1m 30s"#
    );
}

#[test]
fn a_limit_on_writes_that_would_drop_every_client_is_refused() {
    assert_eq!(read(&["--write-timeout", "2m"]).expect("valid").write_timeout.as_secs(), 120);
    insta::assert_snapshot!(
        refusal(&["--write-timeout", "0s"]),
        @r#"write_timeout = "0s" (from the flag --write-timeout): expected at least 1s"#
    );
}

#[test]
fn a_wrong_value_in_the_file_names_the_file() {
    let file = file("image_mode = \"never\"\n");
    let path = file.path().to_str().expect("a plain path");
    let refusal = refusal(&["--config", path]);
    assert_eq!(refusal, format!("image_mode = \"never\" (from the file {path}): expected one of async, blocking"));
}

#[test]
fn every_flag_can_be_given_in_the_file() {
    let command = Cli::command();
    let serve = command.find_subcommand("serve").expect("it is there");
    for setting in serve.get_arguments().map(|flag| flag.get_id().as_str()).filter(|name| *name != "config") {
        let file = file(&format!("{setting} = \"\"\n"));
        let path = file.path().to_str().expect("a plain path");
        let said = read(&["--config", path]).map_or_else(|refusal| refusal.to_string(), |_| String::new());
        assert!(!said.contains("unknown setting"), "{said}");
    }
}

#[cfg(not(feature = "otlp"))]
#[test]
fn a_collector_is_refused_by_a_program_that_would_send_it_nothing() {
    insta::assert_snapshot!(
        refusal(&["--otlp-endpoint", "http://127.0.0.1:4318"]),
        @r#"otlp_endpoint = "http://127.0.0.1:4318" (from the flag --otlp-endpoint): this program was built without OpenTelemetry; build it with `--features otlp`, or leave this out"#
    );
    assert_eq!(read(&["--otlp-endpoint", ""]).expect("valid").reporting.otlp, None);
}

#[cfg(feature = "otlp")]
#[test]
fn a_collector_must_be_an_address() {
    let config = read(&["--otlp-endpoint", "http://127.0.0.1:4318/"]).expect("valid");
    assert_eq!(config.reporting.otlp.as_deref(), Some("http://127.0.0.1:4318"));
    assert!(refusal(&["--otlp-endpoint", "collector"]).contains("expected a URL"));
}

#[test]
fn an_unknown_setting_in_the_file_is_refused() {
    let file = file("lisen = \"127.0.0.1:1\"\n");
    let refusal = refusal(&["--config", file.path().to_str().expect("a plain path")]);
    assert!(refusal.contains("unknown setting `lisen`"), "{refusal}");
}

#[test]
fn postgres_is_refused_with_a_hint() {
    let refusal = refusal(&["--database-url", "postgres://localhost/x"]);
    assert!(refusal.contains("comes with a later version"), "{refusal}");
}

#[test]
fn an_address_that_others_can_reach_needs_consent() {
    let refusal = refusal(&["--listen", "0.0.0.0:8787"]);
    assert!(refusal.contains("there are no keys yet"), "{refusal}");
    assert!(read(&["--listen", "0.0.0.0:8787", "--public"]).is_ok());
}

#[test]
fn keys_are_not_shown() {
    let config = read(&["--openai-api-key", "sk-very-secret"]).expect("valid");
    assert!(!format!("{config:?}").contains("very-secret"));
    assert_eq!(config.openai.api_key.expect("a key").reveal(), "sk-very-secret");
}

#[test]
fn a_key_for_administration_is_long_and_not_shown_even_when_it_is_refused() {
    let config = read(&["--admin-key", "0123456789abcdef"]).expect("valid");
    assert!(!format!("{config:?}").contains("0123456789"));
    assert_eq!(config.admin_key.expect("a key").reveal(), "0123456789abcdef");
    assert_eq!(read(&["--admin-key", ""]).expect("valid").admin_key, None);
    insta::assert_snapshot!(
        refusal(&["--admin-key", "0123456789abcde"]),
        @r#"admin_key = "[redacted]" (from the flag --admin-key): expected at least 16 characters, letters, digits and signs without spaces"#
    );
    assert!(refusal(&["--admin-key", "0123456789abcdef spaces"]).contains("[redacted]"));
}
