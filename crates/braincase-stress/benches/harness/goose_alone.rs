//! Bare goose: the requests of a visit as anybody would write them with it, timed by it, answers read and let go.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, ensure};
use goose::{
    GooseAttack,
    config::GooseConfiguration,
    goose::{GooseMethod, GooseRequest, GooseUser, Scenario, Transaction, TransactionError, TransactionResult},
};
use tokio::time::sleep;

use crate::load::Order;

const NAME: &str = r#"{"name":"new_project bc0000000p000000t0000"}"#;
const PROMPT: &str =
    r#"{"prompt":"Please add a scene called \"Harbour at dawn\" that lasts 12 seconds (bc0000000p000000t0001)."}"#;
/// As many turns as the scenarios of the harness have in a project, on average.
const TURNS: u64 = 4;

/// How many requests were answered.
#[derive(Clone, Default)]
pub(crate) struct Count(Arc<AtomicU64>);

impl Count {
    pub(crate) fn so_far(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

pub(crate) async fn drive(order: &Order, count: &Count) -> anyhow::Result<()> {
    let (count, think) = (count.clone(), order.think);
    let visit = Transaction::new(Arc::new(move |user| {
        let count = count.clone();
        Box::pin(async move { visit(user, &count, think).await })
    }));
    let attack = GooseAttack::initialize_with_config(configuration(order)?).context("goose refuses")?;
    let attack = attack.register_scenario(Scenario::new("visit").register_transaction(visit));
    let metrics = Box::pin(attack.execute()).await.context("goose cannot run")?;
    let failed: usize = metrics.requests.values().map(|request| request.fail_count).sum();
    ensure!(failed == 0, "{failed} requests failed");
    Ok(())
}

/// As the harness sets it up.
fn configuration(order: &Order) -> anyhow::Result<GooseConfiguration> {
    let mut configuration = GooseConfiguration::parse_args_default::<&str>(&[]).context("no default configuration")?;
    configuration.host = Some(order.url.clone());
    configuration.users = Some(order.users);
    configuration.increase_rate = Some(format!("{}", order.users));
    configuration.run_time = Some(format!("{}s", order.lasts().as_secs()));
    configuration.co_mitigation = None;
    configuration.quiet = 3;
    configuration.no_telnet = true;
    configuration.no_print_metrics = true;
    configuration.no_error_summary = true;
    configuration.no_reset_metrics = true;
    Ok(configuration)
}

async fn visit(user: &mut GooseUser, count: &Count, think: f64) -> TransactionResult {
    send(user, count, "/v1/projects", NAME, "application/json").await?;
    for turn in 0..TURNS {
        let accept = if turn % 2 == 0 { "application/json" } else { "text/event-stream" };
        send(user, count, "/v1/projects/p/turns", PROMPT, accept).await?;
        if think > 0.0 {
            sleep(Duration::from_secs_f64(2.0 * think)).await;
        }
    }
    Ok(())
}

async fn send(
    user: &mut GooseUser,
    count: &Count,
    path: &str,
    body: &'static str,
    accept: &str,
) -> Result<(), Box<TransactionError>> {
    let request = user.get_request_builder(&GooseMethod::Post, path)?;
    let request = request.header("content-type", "application/json").header("accept", accept).body(body);
    let answer = user.request(GooseRequest::builder().set_request_builder(request).build()).await?;
    answer.response?.text().await?;
    count.0.fetch_add(1, Ordering::Relaxed);
    Ok(())
}
