//! A record in Sentry's words.

use std::{
    borrow::Cow,
    time::{Duration, SystemTime},
};

use braincase_core::Timestamp;
use sentry_types::protocol::v7::{
    Breadcrumb, ClientSdkInfo, Context, Event, Exception, Frame, Level, Map, Mechanism, Stacktrace, TraceContext, User,
    Values,
};

use serde_json::json;

use super::SentryOptions;
use crate::record::{Outcome, Record};

/// The envelope with the event that tells of a record.
pub(super) fn envelope(record: &Record, options: &SentryOptions) -> serde_json::Result<Vec<u8>> {
    let event = of(record, options);
    let header = json!({ "event_id": event.event_id.simple().to_string() });
    let mut payload = serde_json::to_value(&event)?;
    // The crate leaves out what Sentry takes for granted, and others show no level then.
    payload["level"] = json!(event.level);
    let payload = serde_json::to_vec(&payload)?;
    let item = json!({ "type": "event", "length": payload.len() });
    let mut envelope = format!("{header}\n{item}\n").into_bytes();
    envelope.extend_from_slice(&payload);
    envelope.push(b'\n');
    Ok(envelope)
}

/// The event; it has the record's id, so that whoever gets it twice can tell.
fn of(record: &Record, options: &SentryOptions) -> Event<'static> {
    let owned = |text: &Option<String>| text.clone().map(Cow::Owned);
    Event {
        event_id: record.id.as_uuid(),
        level: level(record.outcome),
        fingerprint: Cow::Owned(vec![Cow::Owned(record.fingerprint.to_string())]),
        transaction: Some(record.operation.to_string()),
        logger: Some("braincase".to_owned()),
        platform: Cow::Borrowed("native"),
        timestamp: time(record.at),
        server_name: owned(&options.server_name),
        release: owned(&options.release),
        environment: owned(&options.environment),
        user: record.context.user.as_ref().map(|user| User { id: Some(user.to_string()), ..User::default() }),
        contexts: contexts(record),
        breadcrumbs: breadcrumbs(record),
        exception: exceptions(record),
        tags: tags(record),
        extra: extra(record),
        sdk: Some(Cow::Owned(sdk())),
        ..Event::default()
    }
}

const fn level(outcome: Outcome) -> Level {
    match outcome {
        Outcome::Panic => Level::Fatal,
        Outcome::Error | Outcome::TimedOut => Level::Error,
        Outcome::Slow(_) => Level::Warning,
        Outcome::Cancelled(_) => Level::Info,
    }
}

fn time(at: Timestamp) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_micros(at.as_micros().max(0).unsigned_abs())
}

/// The chain as Sentry wants it: the root first. The outermost, which gives the issue its title, carries our code.
fn exceptions(record: &Record) -> Values<Exception> {
    let outermost = record.errors.first().cloned().unwrap_or_default();
    let causes = record.errors.iter().skip(1).rev();
    let mut chain: Vec<_> = causes
        .map(|text| Exception { ty: "cause".to_owned(), value: Some(text.clone()), ..Exception::default() })
        .collect();
    chain.push(Exception {
        ty: record.code.to_string(),
        value: Some(outermost),
        module: Some(record.operation.to_string()),
        stacktrace: record.location.as_deref().map(place),
        mechanism: Some(Mechanism {
            ty: record.outcome.as_str().to_owned(),
            handled: Some(record.outcome != Outcome::Panic),
            ..Mechanism::default()
        }),
        ..Exception::default()
    });
    chain.into()
}

/// `file:line:column` as the one frame that is known for sure.
fn place(location: &str) -> Stacktrace {
    let mut parts = location.rsplitn(3, ':');
    let (column, line, file) = (parts.next(), parts.next(), parts.next());
    let number = |part: Option<&str>| part.and_then(|part| part.parse().ok());
    let frame = Frame {
        filename: Some(file.unwrap_or(location).to_owned()),
        lineno: number(line),
        colno: number(column),
        in_app: Some(true),
        ..Frame::default()
    };
    Stacktrace { frames: vec![frame], ..Stacktrace::default() }
}

fn breadcrumbs(record: &Record) -> Values<Breadcrumb> {
    let lines = record.breadcrumbs.iter().map(|line| Breadcrumb {
        timestamp: time(line.at),
        ty: "default".to_owned(),
        category: Some(line.target.to_string()),
        // A level that Sentry has no word for, such as trace.
        level: line.level.to_lowercase().parse().unwrap_or(Level::Debug),
        message: Some(line.message.clone()),
        data: Map::new(),
    });
    lines.collect::<Vec<_>>().into()
}

fn contexts(record: &Record) -> Map<String, Context> {
    let trace = record.context.trace.and_then(|trace| {
        let context = TraceContext {
            trace_id: trace.trace_id().parse().ok()?,
            span_id: trace.span_id().parse().ok()?,
            op: Some(record.operation.to_string()),
            ..TraceContext::default()
        };
        Some(("trace".to_owned(), context.into()))
    });
    trace.into_iter().collect()
}

/// The most characters that Sentry takes of a tag.
const MAX_TAG: usize = 200;

/// What one searches by: in one line each, because Sentry takes no other.
fn tags(record: &Record) -> Map<String, String> {
    let context = &record.context;
    let tags = [
        ("code", Some(record.code.to_string())),
        ("operation", Some(record.operation.to_string())),
        ("outcome", Some(record.outcome.as_str().to_owned())),
        ("tenant", context.tenant.map(|id| id.to_string())),
        ("project", context.project.map(|id| id.to_string())),
        ("turn", context.turn.map(|id| id.to_string())),
        ("image", context.image.map(|id| id.to_string())),
        ("request_id", context.request_id.as_ref().map(ToString::to_string)),
        ("late", record.late.map(|_| "true".to_owned())),
    ];
    let fitting = |value: String| {
        let line = value.trim().chars().map(|c| if c.is_control() { ' ' } else { c });
        line.take(MAX_TAG).collect::<String>().trim_end().to_owned()
    };
    tags.into_iter().filter_map(|(name, value)| Some((name.to_owned(), fitting(value?)))).collect()
}

/// What one reads.
fn extra(record: &Record) -> Map<String, serde_json::Value> {
    let millis = |duration: Duration| duration.as_secs_f64() * 1e3;
    let mut extra = Map::from([
        ("count".to_owned(), record.count.into()),
        ("duration_ms".to_owned(), millis(record.duration).into()),
    ]);
    let optional = [
        ("attempt", record.context.attempt.map(Into::into)),
        ("late_ms", record.late.map(|late| millis(late).into())),
        ("backtrace", record.backtrace.clone().map(Into::into)),
    ];
    extra.extend(optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    // After ours, under a prefix: a fact that is named like one of ours must not replace it.
    extra.extend(record.metadata.iter().map(|(name, value)| (format!("metadata.{name}"), value.clone().into())));
    extra
}

fn sdk() -> ClientSdkInfo {
    ClientSdkInfo {
        name: "braincase".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        integrations: Vec::new(),
        packages: Vec::new(),
    }
}
