//! Failures: filed once each, grouped, counted, and kept in bounded number.

use std::collections::{BTreeMap, BTreeSet};

use braincase_core::{
    ErrorEventId, Scope, TenantId,
    error_issue::{ErrorEvent, ErrorIssue, ErrorStore, IssueQuery, IssueStatus},
    store::Store,
};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use serde_json::json;

use super::make::{self, at};

/// A store that keeps both what people do and what failed.
pub(crate) trait Both: Store + ErrorStore {}
impl<T: Store + ErrorStore> Both for T {}

/// Everything of one tenant.
fn of(tenant: TenantId) -> IssueQuery {
    IssueQuery { tenant: Some(tenant), limit: 100_000, ..IssueQuery::default() }
}

fn print(kind: u64) -> String {
    format!("{kind:032x}")
}

fn failure(tenant: TenantId, kind: u64, millis: u64) -> ErrorEvent {
    ErrorEvent {
        id: ErrorEventId::new(at(millis)),
        tenant,
        project: None,
        turn: None,
        fingerprint: print(kind),
        code: "disk_full".to_owned(),
        operation: "commit".to_owned(),
        outcome: "error".to_owned(),
        message: format!("no room at {millis}"),
        count: 1,
        at: at(millis),
        record: json!({"errors": ["no room", "Ü"], "millis": millis}),
    }
}

async fn issue(store: &dyn ErrorStore, tenant: TenantId, kind: u64) -> ErrorIssue {
    store.load_error_issue(tenant, &print(kind)).await.unwrap().unwrap()
}

async fn file(store: &dyn ErrorStore, events: &[ErrorEvent]) -> u64 {
    store.file_errors(events).await.unwrap()
}

pub(crate) async fn a_failure_is_filed_and_read_back(store: &dyn Both) {
    let scope = make::stored_project(store).await;
    let turn = Some(make::turn(scope, 1).id);
    let event = ErrorEvent { project: Some(scope.project), turn, count: 3, ..failure(scope.tenant, 1, 7) };

    assert_eq!(file(store, std::slice::from_ref(&event)).await, 1);

    assert_eq!(store.error_events(scope.tenant, &print(1), 9).await, Ok(vec![event.clone()]));
    let expected = ErrorIssue {
        tenant: scope.tenant,
        fingerprint: print(1),
        code: event.code,
        operation: event.operation,
        outcome: event.outcome,
        message: event.message,
        status: IssueStatus::Open,
        first_seen: at(7),
        last_seen: at(7),
        count: 3,
        resolved_at: None,
    };
    assert_eq!(store.list_error_issues(&of(scope.tenant)).await, Ok(vec![expected.clone()]));
    assert_eq!(store.load_error_issue(scope.tenant, &print(1)).await, Ok(Some(expected)));
    assert_eq!(store.load_error_issue(scope.tenant, &print(1)[..31]).await, Ok(None));
}

pub(crate) async fn failures_of_one_kind_add_up(store: &dyn Both) {
    let tenant = TenantId::new(at(0));

    let many = ErrorEvent { count: 40, ..failure(tenant, 1, 2) };
    assert_eq!(file(store, &[failure(tenant, 1, 1), many, failure(tenant, 2, 3)]).await, 3);
    assert_eq!(file(store, &[failure(tenant, 1, 4)]).await, 1);

    let found = issue(store, tenant, 1).await;
    assert_eq!((found.count, found.first_seen, found.last_seen), (42, at(1), at(4)));
    assert_eq!(found.message, "no room at 4");
    assert_eq!(issue(store, tenant, 2).await.count, 1);
}

pub(crate) async fn a_failure_that_comes_again_changes_nothing(store: &dyn Both) {
    let tenant = TenantId::new(at(0));
    let events: Vec<_> = (0..50).map(|millis| failure(tenant, 1, millis)).collect();
    file(store, &events).await;
    let (before, kept) = (issue(store, tenant, 1).await, store.error_events(tenant, &print(1), 99).await);

    // When all come again: at once, one by one, and twice in one call.
    assert_eq!(file(store, &events).await, 0);
    for event in &events {
        assert_eq!(file(store, &[event.clone(), event.clone()]).await, 0);
    }

    // Then also those that are no longer kept are known.
    assert_eq!(issue(store, tenant, 1).await, before);
    assert_eq!(store.error_events(tenant, &print(1), 99).await, kept);
    let new = failure(tenant, 1, 60);
    assert_eq!(file(store, &[new.clone(), new]).await, 1);
}

pub(crate) async fn the_order_of_coming_does_not_matter(store: &dyn Both) {
    let (forwards, backwards) = (TenantId::new(at(0)), TenantId::new(at(0)));
    for millis in 0..30 {
        file(store, &[failure(forwards, 1, millis)]).await;
        file(store, &[failure(backwards, 1, 29 - millis)]).await;
    }

    let there = issue(store, forwards, 1).await;
    assert_eq!(issue(store, backwards, 1).await, ErrorIssue { tenant: backwards, ..there.clone() });
    assert_eq!((there.first_seen, there.last_seen, there.message.as_str()), (at(0), at(29), "no room at 29"));
    assert_eq!(times(store, forwards).await, times(store, backwards).await);
}

async fn times(store: &dyn ErrorStore, tenant: TenantId) -> Vec<u64> {
    let events = store.error_events(tenant, &print(1), 99).await.unwrap();
    events.iter().map(|event| event.record["millis"].as_u64().unwrap()).collect()
}

pub(crate) async fn of_an_issue_the_first_and_the_newest_events_are_kept(store: &dyn Both) {
    let tenant = TenantId::new(at(0));
    let events: Vec<_> = (0..100).map(|millis| failure(tenant, 1, millis)).collect();
    file(store, &events).await;

    let kept: Vec<u64> = (80..100).rev().chain([0]).collect();
    assert_eq!(times(store, tenant).await, kept);
    assert_eq!(store.error_events(tenant, &print(1), 2).await.unwrap().len(), 2);
    assert_eq!(issue(store, tenant, 1).await.count, 100);
}

pub(crate) async fn a_resolved_issue_that_happens_again_has_regressed(store: &dyn Both) {
    let tenant = TenantId::new(at(0));
    file(store, &[failure(tenant, 1, 5)]).await;

    // Given it was resolved.
    assert_eq!(store.resolve_error_issue(tenant, &print(1), at(10)).await, Ok(true));
    let resolved = issue(store, tenant, 1).await;
    assert_eq!((resolved.status, resolved.resolved_at), (IssueStatus::Resolved, Some(at(10))));

    // When something is filed late that happened before, it stays resolved; what happens afterwards reopens it.
    file(store, &[failure(tenant, 1, 10)]).await;
    assert_eq!(issue(store, tenant, 1).await.status, IssueStatus::Resolved);
    let again = failure(tenant, 1, 11);
    file(store, std::slice::from_ref(&again)).await;
    assert_eq!(issue(store, tenant, 1).await.status, IssueStatus::Regressed);

    // And a failure that comes again after it was resolved anew reopens nothing.
    assert_eq!(store.resolve_error_issue(tenant, &print(1), at(8)).await, Ok(true));
    file(store, &[again]).await;
    let found = issue(store, tenant, 1).await;
    assert_eq!((found.status, found.resolved_at), (IssueStatus::Resolved, Some(at(11))));
}

pub(crate) async fn an_unknown_issue_cannot_be_resolved(store: &dyn Both) {
    let tenant = TenantId::new(at(0));
    file(store, &[failure(tenant, 1, 1)]).await;

    assert_eq!(store.resolve_error_issue(tenant, &print(2), at(1)).await, Ok(false));
    assert_eq!(store.resolve_error_issue(TenantId::new(at(1)), &print(1), at(1)).await, Ok(false));
    assert_eq!(issue(store, tenant, 1).await.status, IssueStatus::Open);
}

pub(crate) async fn issues_are_listed_last_seen_first_page_by_page(store: &dyn Both) {
    let tenant = TenantId::new(at(0));
    // Some of them at the same time.
    let events: Vec<_> = (0..7).map(|kind| failure(tenant, kind, kind / 3)).collect();
    file(store, &events).await;
    let all = store.list_error_issues(&of(tenant)).await.unwrap();
    assert_eq!(all.iter().map(|issue| issue.last_seen).collect::<Vec<_>>(), [2, 1, 1, 1, 0, 0, 0].map(at));

    let mut listed = Vec::new();
    let mut query = IssueQuery { limit: 2, ..of(tenant) };
    loop {
        let page = store.list_error_issues(&query).await.unwrap();
        let Some(last) = page.last() else { break };
        query.before = Some(last.place());
        listed.extend(page);
    }

    assert_eq!(listed, all);
}

pub(crate) async fn issues_are_listed_by_tenant_and_status(store: &dyn Both) {
    let (one, other) = (TenantId::new(at(0)), TenantId::new(at(0)));
    file(store, &[failure(one, 1, 1), failure(one, 2, 2), failure(other, 1, 3)]).await;
    store.resolve_error_issue(one, &print(1), at(9)).await.unwrap();

    let listed = async |query: IssueQuery| {
        let found = store.list_error_issues(&query).await.unwrap();
        found.into_iter().map(|issue| (issue.tenant, issue.fingerprint)).collect::<Vec<_>>()
    };

    let (resolved, open) = (Some(IssueStatus::Resolved), Some(IssueStatus::Open));
    assert_eq!(listed(IssueQuery { status: resolved, ..of(one) }).await, [(one, print(1))]);
    assert_eq!(listed(IssueQuery { status: open, ..of(one) }).await, [(one, print(2))]);
    assert_eq!(listed(IssueQuery { status: resolved, ..of(other) }).await, []);
    let everybody = IssueQuery { tenant: None, status: open, ..of(one) };
    assert_eq!(listed(everybody).await, [(other, print(1)), (one, print(2))]);
}

pub(crate) async fn tenants_have_issues_of_their_own(store: &dyn Both) {
    let (one, other) = (TenantId::new(at(0)), TenantId::new(at(0)));
    file(store, &[failure(one, 1, 1), failure(other, 1, 2), failure(other, 1, 3)]).await;

    store.resolve_error_issue(one, &print(1), at(9)).await.unwrap();

    assert_eq!((issue(store, one, 1).await.count, issue(store, other, 1).await.count), (1, 2));
    assert_eq!(issue(store, other, 1).await.status, IssueStatus::Open);
    assert_eq!(store.error_events(one, &print(1), 9).await.unwrap().len(), 1);
}

pub(crate) async fn the_failures_of_a_deleted_project_are_gone(store: &dyn Both) {
    // Given a project and its neighbour with failures of the same kind, and one kind that only the project had.
    let gone = make::stored_project(store).await;
    let stays = make::stored_project_of(store, gone.tenant).await;
    let about =
        |scope: Scope, kind, millis| ErrorEvent { project: Some(scope.project), ..failure(scope.tenant, kind, millis) };
    let events = [about(gone, 1, 1), about(stays, 1, 2), about(gone, 1, 3), about(gone, 2, 4)];
    file(store, &events).await;

    // When it is deleted, and something of it is filed only then.
    assert_eq!(store.delete_project(gone).await, Ok(true));
    assert_eq!(file(store, &[about(gone, 2, 5)]).await, 1);
    assert_eq!(file(store, &events).await, 0);

    // Then nothing tells of it any more, and the counts are still true.
    let kept = store.error_events(gone.tenant, &print(1), 9).await.unwrap();
    assert_eq!(kept.iter().map(|event| event.project).collect::<Vec<_>>(), [Some(stays.project)]);
    assert_eq!(store.error_events(gone.tenant, &print(2), 9).await, Ok(vec![]));
    let (shared, own) = (issue(store, gone.tenant, 1).await, issue(store, gone.tenant, 2).await);
    assert_eq!((shared.count, shared.message.as_str()), (3, "no room at 2"));
    assert_eq!((own.count, own.message.as_str()), (2, ""));
}

pub(crate) async fn the_oldest_issues_go_when_there_are_too_many(store: &dyn Both) {
    let tenant = TenantId::new(at(0));
    let events: Vec<_> = (0..10_005).map(|kind| failure(tenant, kind, kind)).collect();
    for part in events.chunks(2_000) {
        file(store, part).await;
    }

    let left = store.list_error_issues(&of(tenant)).await.unwrap();
    assert_eq!(left.len(), 10_000);
    assert_eq!(left.last().map(|issue| issue.fingerprint.clone()), Some(print(5)));
    assert_eq!(store.error_events(tenant, &print(4), 9).await, Ok(vec![]));
    assert_eq!(file(store, &events[..5]).await, 0);
    assert_eq!(store.load_error_issue(tenant, &print(4)).await, Ok(None));
}

pub(crate) async fn counts_that_cannot_be_stored_stop_at_the_most(store: &dyn Both) {
    let tenant = TenantId::new(at(0));
    let huge = ErrorEvent { count: u64::MAX, ..failure(tenant, 1, 1) };

    assert_eq!(file(store, &[failure(tenant, 1, 0), huge, failure(tenant, 1, 2)]).await, 3);

    assert_eq!(issue(store, tenant, 1).await.count, u64::try_from(i64::MAX).unwrap());
}

/// How often something comes, of what kind, when it happened, and how many it stands for.
type Coming = (usize, u64, u64, u64);

pub(crate) async fn counts_are_exact_whatever_comes_again(store: &dyn Both) {
    let mut runner = TestRunner::deterministic();
    let comings = prop::collection::vec((1..4_usize, 0..3_u64, 0..50_u64, 1..9_u64), 1..120).prop_shuffle();
    let plans = (comings, prop::collection::vec(any::<prop::sample::Index>(), 400), 1..40_usize);
    for _ in 0..24 {
        let (comings, order, batch) = plans.new_tree(&mut runner).unwrap().current();
        let tenant = TenantId::new(at(0));
        let events: Vec<_> = comings.iter().map(|coming| of_coming(tenant, coming)).collect();
        let mut arrivals: Vec<_> =
            events.iter().zip(&comings).flat_map(|(event, coming)| vec![event.clone(); coming.0]).collect();
        for (place, other) in order.iter().enumerate().take(arrivals.len()) {
            let other = other.index(arrivals.len());
            arrivals.swap(place, other);
        }

        let mut new = 0;
        for part in arrivals.chunks(batch) {
            new += file(store, part).await;
        }

        assert_eq!(new, events.len() as u64, "{comings:?} in parts of {batch}");
        assert_eq!(seen(store, tenant).await, expected(&comings), "{comings:?} in parts of {batch}");
    }
}

fn of_coming(tenant: TenantId, &(_, kind, millis, count): &Coming) -> ErrorEvent {
    ErrorEvent { count, ..failure(tenant, kind, millis) }
}

/// Of each kind: how many, and the times of what is kept.
type Sums = BTreeMap<String, (u64, BTreeSet<u64>)>;

async fn seen(store: &dyn ErrorStore, tenant: TenantId) -> Sums {
    let mut sums = Sums::new();
    for issue in store.list_error_issues(&of(tenant)).await.unwrap() {
        let kept = store.error_events(tenant, &issue.fingerprint, 99).await.unwrap();
        let times = kept.iter().map(|event| event.record["millis"].as_u64().unwrap()).collect();
        sums.insert(issue.fingerprint, (issue.count, times));
    }
    sums
}

fn expected(comings: &[Coming]) -> Sums {
    let mut all: BTreeMap<String, (u64, Vec<u64>)> = BTreeMap::new();
    for &(_, kind, millis, count) in comings {
        let (sum, times) = all.entry(print(kind)).or_default();
        *sum += count;
        times.push(millis);
    }
    let keep = |mut times: Vec<u64>| {
        times.sort_unstable();
        let newest = times.iter().rev().take(20).copied();
        newest.chain(times.first().copied()).collect()
    };
    all.into_iter().map(|(kind, (sum, times))| (kind, (sum, keep(times)))).collect()
}
