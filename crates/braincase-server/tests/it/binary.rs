//! The binary as people start it.

use std::process::{Output, Stdio};

use reqwest::{Body, Client};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    net::TcpListener,
    process::{Child, ChildStdout, Command},
    time::timeout,
};

use crate::app::{PATIENCE, ok, refusal, text};

/// A server in its own process, which ends with the test whatever it does.
pub(crate) struct Binary {
    child: Child,
    pub(crate) url: String,
    _out: Lines<BufReader<ChildStdout>>,
    _dir: TempDir,
}

impl Binary {
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// Starts it on a free port, as its first line says.
    async fn start_with(flags: &[&str]) -> Self {
        let dir = TempDir::new().expect("a temporary directory");
        let mut child = braincase(&dir, &["serve", "--listen", "127.0.0.1:0", "--stop-on-stdin-eof"])
            .args(flags)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut out = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let line = timeout(PATIENCE, out.next_line()).await.expect("soon").expect("readable").expect("a line");
        let url = line.strip_prefix("listening on ").expect("where it listens").to_owned();
        Self { child, url, _out: out, _dir: dir }
    }

    async fn signal(&self, name: &str) {
        let id = self.child.id().expect("it runs");
        let sent = Command::new("sh").args(["-c", &format!("kill -{name} {id}")]).status().await;
        assert!(sent.expect("a shell").success());
    }

    /// The most memory that it ever had.
    fn peak_kib(&self) -> u64 {
        let id = self.child.id().expect("it runs");
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).expect("Linux");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
        line.trim().trim_end_matches(" kB").trim().parse().expect("a number")
    }
}

fn braincase(dir: &TempDir, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_braincase"));
    command.args(args).arg("--data-dir").arg(dir.path().join("data")).stderr(Stdio::null()).kill_on_drop(true);
    command
}

#[tokio::test]
async fn it_stops_in_order_when_its_standard_input_ends() {
    let mut binary = Binary::start().await;
    drop(binary.child.stdin.take());
    let status = timeout(PATIENCE, binary.child.wait()).await.expect("soon").expect("a status");
    assert_eq!(status.code(), Some(0));
}

#[tokio::test]
async fn a_second_signal_ends_at_once_what_the_first_would_have_waited_for() {
    // Takes connections and never answers, so the turn below goes on for as long as it is let.
    let provider = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let base = format!("http://{}/v1", provider.local_addr().expect("an address"));
    let flags = ["--brain", "openai", "--openai-base-url", &base, "--stop-grace", "1h"];
    let mut binary = Binary::start_with(&flags).await;
    let client = Client::builder().no_proxy().build().expect("a client");
    let made = client.post(format!("{}/v1/projects", binary.url)).json(&json!({ "name": "Film" })).send().await;
    let turns = format!("{}/v1/projects/{}/turns", binary.url, text(&ok(made.expect("an answer")).await, "id"));
    let turn = client.post(turns).json(&json!({ "prompt": "Add a scene" })).send();
    let signals = async {
        let (_asked, _) = timeout(PATIENCE, provider.accept()).await.expect("soon").expect("the turn asks");
        binary.signal("TERM").await;
        let heard = async { while client.get(format!("{}/livez", binary.url)).send().await.is_ok() {} };
        timeout(PATIENCE, heard).await.expect("it takes no more connections");
        binary.signal("INT").await;
    };
    let (turn, ()) = tokio::join!(turn, signals);
    let status = timeout(PATIENCE, binary.child.wait()).await.expect("soon").expect("a status");
    assert_eq!(status.code(), Some(130));
    drop(turn);
}

#[tokio::test]
async fn uploads_that_are_too_large_leave_its_memory_flat() {
    let binary = Binary::start().await;
    let client = Client::builder().no_proxy().timeout(PATIENCE).build().expect("a client");
    let made = client.post(format!("{}/v1/projects", binary.url)).json(&json!({ "name": "Film" })).send().await;
    let project: Value = ok(made.expect("an answer")).await;
    let images = format!("{}/v1/projects/{}/images", binary.url, text(&project, "id"));
    let send = |body: Body| client.post(&images).header("content-type", "image/png").body(body).send();
    let before = binary.peak_kib();

    // Declared: found out before anything is held.
    let declared = send(vec![7_u8; 25 << 20].into()).await.expect("an answer");
    assert_eq!(refusal(declared).await, "413 too_large image");
    let grown = binary.peak_kib().saturating_sub(before);
    assert!(grown < 8 << 10, "the peak grew by {grown} KiB");

    // Chunked: found out at the cap of 20 MiB. Four that were kept would hold 100 MiB.
    for _ in 0..4 {
        let chunks = (0..400).map(|_| Ok::<_, std::io::Error>(vec![7_u8; 64 << 10]));
        let chunked = send(Body::wrap_stream(futures_util::stream::iter(chunks))).await.expect("an answer");
        assert_eq!(refusal(chunked).await, "413 too_large image");
    }
    let grown = binary.peak_kib().saturating_sub(before);
    assert!(grown < 64 << 10, "the peak grew by {grown} KiB");
}

#[tokio::test]
async fn a_check_says_what_is_well_and_what_is_not() {
    let dir = TempDir::new().expect("a temporary directory");
    let well = run(&dir, &["check"]).await;
    assert_eq!(well.status.code(), Some(0), "{}", String::from_utf8_lossy(&well.stdout));
    let unreachable = ["check", "--brain", "openai", "--openai-base-url", "http://127.0.0.1:1/v1"];
    let unwell = run(&dir, &unreachable).await;
    assert_eq!(unwell.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&unwell.stdout).contains("provider       FAIL"));
    let wrong = run(&dir, &["check", "--brain", "genius"]).await;
    assert_eq!(wrong.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&wrong.stdout).contains("from the flag --brain"));
}

async fn run(dir: &TempDir, args: &[&str]) -> Output {
    timeout(PATIENCE, braincase(dir, args).output()).await.expect("soon").expect("it runs")
}

/// What `braincase tokens` says about some input: exit code, stdout, stderr.
async fn tokens(args: &[&str], input: &str) -> (Option<i32>, String, String) {
    use tokio::io::AsyncWriteExt as _;
    let mut command = Command::new(env!("CARGO_BIN_EXE_braincase"));
    let command = command
        .arg("tokens")
        .args(args)
        .kill_on_drop(true)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    // What is refused before it is read ends the pipe, which is no failure of the test.
    let _: Result<(), _> = stdin.write_all(input.as_bytes()).await;
    drop(stdin);
    let Output { status, stdout, stderr } =
        timeout(PATIENCE, child.wait_with_output()).await.expect("soon").expect("it ran");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (status.code(), text(stdout), text(stderr))
}

#[tokio::test]
async fn tokens_are_counted_on_the_command_line() {
    assert_eq!(tokens(&["count", "--model", "gpt-4o"], "Hello, world!").await, (Some(0), "4\n".into(), String::new()));
    let (_, json, _) = tokens(&["count", "--model", "gpt-4o", "--json", "-"], "Hello, world!").await;
    assert_eq!(serde_json::from_str::<Value>(&json).expect("JSON")["tokens"], 4);

    let (code, out, problem) = tokens(&["count", "--model", "gtp-4o"], "x").await;
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(problem.starts_with("error: there is no model \"gtp-4o\"; the nearest are gpt-4o"), "{problem}");
    let (_, _, problem) = tokens(&["count", "--model", "gpt-4o", "no-such-file"], "").await;
    assert!(problem.starts_with("error: no-such-file cannot be read: No such file"), "{problem}");
}

#[tokio::test]
async fn a_request_is_made_to_fit_on_the_command_line() {
    let mut messages = vec![json!({"role": "system", "content": "Be brief."})];
    for number in 0..40 {
        messages.push(json!({"role": "user", "content": format!("question {number} {}", "word ".repeat(300))}));
        messages.push(json!({"role": "assistant", "content": format!("answer {number}")}));
    }
    messages.push(json!({"role": "user", "content": "And now?"}));

    let (code, out, talk) = tokens(&["fit", "--model", "gpt-4", "-"], &json!(messages).to_string()).await;

    assert_eq!(code, Some(0));
    let kept: Vec<Value> = serde_json::from_str(&out).expect("JSON");
    assert_eq!((kept.first(), kept.last()), (messages.first(), messages.last()));
    insta::assert_snapshot!(talk, @r"
    part       messages     tokens        cut  fate     why
    system            1          7          0  kept
    older            42          0       6615  dropped  the prompt was too long, and this was the least important part of it
    older             8          0       1260  dropped  the prompt is cut down to its low-water mark at once, so that it can stay the same for a while
    older            24       3780          0  kept
    recent            6        945          0  kept
    user              1          7          0  kept
    gpt-4: 4742 of 6144 tokens (77 %), 2048 kept free for the answer; 12617 uncut
    ");

    let (code, _, problem) = tokens(&["fit", "--model", "gpt-4", "-"], r#"[{"role": "user"}]"#).await;
    assert_eq!(code, Some(1));
    assert!(problem.starts_with("error: standard input is no chat request: [0]: content is missing"), "{problem}");
    let (code, _, problem) = tokens(&["fit", "--model", "gpt-4", "-"], "[] and more").await;
    assert_eq!(code, Some(1));
    assert!(problem.contains("trailing characters"), "{problem}");
}

/// What `braincase tokens fit` makes of a request with these fields beside its messages.
async fn fitted(args: &[&str], fields: &Value) -> (Option<i32>, Value, String) {
    let mut request = fields.clone();
    request["messages"] = json!([{"role": "user", "content": "Look."}]);
    let args = [&["fit", "--model", "gpt-4o", "--json", "-"], args].concat();
    let (code, out, talk) = tokens(&args, &request.to_string()).await;
    let account = serde_json::from_str::<Value>(&out).map_or(Value::Null, |answer| answer["account"].clone());
    (code, account, talk)
}

#[tokio::test]
async fn of_a_request_all_is_counted_or_refused() {
    // What the model does not read costs nothing, and what is null is not there.
    let (_, plain, _) = fitted(&[], &json!({})).await;
    let free = json!({"model": "gpt-4o", "temperature": 1, "stream": true, "functions": null, "response_format": null});
    assert_eq!(fitted(&[], &free).await.1, plain);

    // A choice is counted.
    let choice = json!({"type": "function", "function": {"name": "look"}});
    let (_, chosen, _) = fitted(&[], &json!({"tool_choice": choice})).await;
    assert_eq!(chosen["input"].as_u64(), plain["input"].as_u64().map(|tokens| tokens + 8));

    // What the request asks for is kept free, unless the command says otherwise.
    let reserved = async |args: &[&str], fields: Value| fitted(args, &fields).await.1["reserved_output"].clone();
    assert_eq!(reserved(&[], json!({})).await, 8_000);
    assert_eq!(reserved(&[], json!({"max_tokens": 300})).await, 300);
    let both = json!({"max_tokens": 300, "max_completion_tokens": 200});
    assert_eq!(reserved(&[], both.clone()).await, 200);
    assert_eq!(reserved(&["--reserve", "100"], both).await, 100);

    // And what would cost tokens that nobody counts is refused.
    for field in ["functions", "response_format", "prediction", "colour"] {
        let (code, _, problem) = fitted(&[], &json!({ field: [{"name": "look"}] })).await;
        assert_eq!(code, Some(1), "{field}");
        let expected =
            format!("error: standard input is no chat request: {field} may cost tokens that are not counted");
        assert!(problem.starts_with(&expected), "{problem}");
    }
}

#[tokio::test]
async fn a_file_of_models_that_cannot_be_used_is_said_before_anything_starts() {
    let dir = TempDir::new().expect("a temporary directory");
    let mut command = braincase(&dir, &["serve", "--listen", "127.0.0.1:0", "--models", "no-such-file.toml"]);
    let Output { status, stdout, stderr } =
        timeout(PATIENCE, command.stderr(Stdio::piped()).output()).await.expect("soon").expect("it ran");
    assert_eq!((status.code(), stdout.as_slice()), (Some(1), &b""[..]));
    let said = String::from_utf8(stderr).expect("UTF-8");
    assert!(said.contains("error: the file with models, no-such-file.toml, cannot be used"), "{said}");
    assert!(!said.contains("cancelled") && !dir.path().join("data").exists(), "{said}");
}
