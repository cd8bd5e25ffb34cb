//! What has failed: list, show, resolve.

use axum::extract::State;
use braincase_core::{TenantId, error_issue::ErrorIssue};

use crate::{
    admin::Admin,
    api::Answered,
    app::App,
    error::Problem,
    extract::{Asked, InIssue, Named},
    wire::{
        issue::{Issue, IssueDetail, IssuesQuery, OfTenant},
        page::Page,
        shown::Shown,
    },
};

/// More than the store keeps of an issue.
const MAX_EVENTS: usize = 100;

pub(crate) async fn list(
    _: Admin,
    State(app): State<App>,
    Asked(query): Asked<IssuesQuery>,
) -> Answered<Shown<Page<Issue>>> {
    let found = app.issues.list_error_issues(&query.one_more()).await?;
    Ok(Shown(query.page(found)))
}

pub(crate) async fn show(
    _: Admin,
    State(app): State<App>,
    Named(path): Named<InIssue>,
    Asked(of): Asked<OfTenant>,
) -> Answered<Shown<IssueDetail>> {
    let issue = load(&app, of.tenant(), &path.fingerprint).await?;
    let events = app.issues.error_events(of.tenant(), &path.fingerprint, MAX_EVENTS).await?;
    Ok(Shown(IssueDetail::of(issue, events)))
}

pub(crate) async fn resolve(
    _: Admin,
    State(app): State<App>,
    Named(path): Named<InIssue>,
    Asked(of): Asked<OfTenant>,
) -> Answered<Shown<Issue>> {
    app.issues.resolve_error_issue(of.tenant(), &path.fingerprint, app.clock.now()).await?;
    Ok(Shown(load(&app, of.tenant(), &path.fingerprint).await?.into()))
}

async fn load(app: &App, tenant: TenantId, fingerprint: &str) -> Result<ErrorIssue, Problem> {
    let found = app.issues.load_error_issue(tenant, fingerprint).await?;
    found.ok_or_else(|| Problem::not_found("issue", fingerprint))
}
