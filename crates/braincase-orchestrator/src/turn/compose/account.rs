//! What the account of a prompt tells: the turn, its event, the metrics and the log.

use std::{
    ops::Range,
    sync::{Mutex, PoisonError},
};

use braincase_core::{
    event::EventKind,
    turn::{Cut, TokenAccount},
};
use braincase_tokens::{Account, Fate, PartAccount, Watermark};
use metrics::{counter, histogram};
use serde_json::json;

use crate::{engine::Shared, turn::progress::Progress};

/// The chat's messages are accounted for together: each alone says nothing.
const CHAT: &str = "messages";

/// Puts the account into the turn, its event, the metrics and the log.
pub(super) fn tell(engine: &Shared, turn: &mut Progress, account: &Account, chat: Range<usize>) {
    let kept = TokenAccount {
        model: account.model.clone(),
        input: account.input,
        reserved_output: account.reserved_output,
        limit: account.limit,
        exactness: account.exactness.as_str().to_owned(),
        cut: cuts(account, chat),
    };
    let warns = warns(engine, turn, account);
    measure(account, &kept.cut, warns);
    log(turn, account, &kept.cut, warns);
    let mut data = json!(kept);
    data["wanted"] = account.wanted.into();
    data["pinned"] = account.pinned.into();
    data["nearly_full"] = account.nearly_full.into();
    turn.untold.push(turn.request.event(EventKind::PromptComposed, data));
    turn.tokens = Some(kept);
}

fn cuts(account: &Account, chat: Range<usize>) -> Vec<Cut> {
    let parts = &account.parts;
    let (before, after) = (&parts[..chat.start], &parts[chat.end..]);
    let dropped = parts[chat].iter().filter(|part| part.fate == Fate::Dropped);
    let dropped = dropped.map(|part| Cut { part: CHAT.to_owned(), ..cut_of(part) });
    let dropped = dropped.reduce(|sum, part| Cut { tokens: sum.tokens + part.tokens, ..sum });
    let others = before.iter().chain(after).filter(|part| part.fate != Fate::Kept).map(cut_of);
    others.chain(dropped).collect()
}

fn cut_of(part: &PartAccount) -> Cut {
    let why = part.why.map(|why| why.to_string()).unwrap_or_default();
    Cut { part: part.name.clone(), how: part.fate.as_str().to_owned(), tokens: part.cut, why }
}

/// Whether it is time to warn that the window is nearly full: once, until prompts of the project were clearly smaller.
fn warns(engine: &Shared, turn: &Progress, account: &Account) -> bool {
    let scope = turn.request.scope;
    let watermark = engine.watermarks.get(&scope).unwrap_or_else(|| {
        engine.watermarks.insert(scope, Mutex::new(Watermark::default()));
        engine.watermarks.get(&scope).unwrap_or_default()
    });
    let mut watermark = watermark.lock().unwrap_or_else(PoisonError::into_inner);
    watermark.rises_over(account)
}

fn measure(account: &Account, cuts: &[Cut], warns: bool) {
    histogram!("braincase_prompt_tokens").record(account.input as f64);
    histogram!("braincase_prompt_utilization_ratio").record(account.wanted as f64 / account.limit.max(1) as f64);
    for cut in cuts {
        counter!("braincase_prompt_cuts_total", "how" => cut.how.clone()).increment(1);
        counter!("braincase_prompt_cut_tokens_total", "how" => cut.how.clone()).increment(cut.tokens as u64);
    }
    counter!("braincase_prompt_warnings_total").increment(u64::from(warns));
}

fn log(turn: &Progress, account: &Account, cuts: &[Cut], warns: bool) {
    let (project, turn) = (turn.request.scope.project, turn.request.turn_id);
    tracing::debug!(
        project.id = %project, turn.id = %turn, model = account.model, tokens.r#in = account.input,
        tokens.wanted = account.wanted, tokens.limit = account.limit, tokens.pinned = account.pinned,
        exactness = account.exactness.as_str(), cuts = cuts.len(), "prompt composed",
    );
    if warns {
        tracing::warn!(
            project.id = %project, turn.id = %turn, model = account.model, tokens.wanted = account.wanted,
            tokens.limit = account.limit, cuts = cuts.len(), "the context takes 90 % of the model's window or more",
        );
    }
}
