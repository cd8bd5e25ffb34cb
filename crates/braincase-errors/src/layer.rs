//! Listens to the log: errors become records, other lines become breadcrumbs, spans of known names are timed.
//!
//! So a library needs nothing but `tracing`: what it logs as an error, with a stable `code`, is a failure like any other.

use std::{
    borrow::Cow,
    error::Error,
    fmt,
    sync::{Arc, OnceLock},
    time::Duration,
};

use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id},
};
use tracing_subscriber::{Layer, layer::Context as LayerContext, registry::LookupSpan};

use crate::{
    breadcrumb::{Breadcrumb, Line},
    context::{Context, Operation},
    record::{Draft, Outcome, chain},
    recorder::Recorder,
    redact::{redact, tidy},
    slow::Timed,
};

/// Lines with this target tell of records, and are none themselves.
pub(crate) const RECORD_TARGET: &str = "braincase_errors::record";

/// Makes records of errors that are logged, and breadcrumbs of what is logged before. It does nothing until it has a
/// recorder, so that the log can be set up first. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Capture {
    recorder: Arc<OnceLock<Recorder>>,
}

impl Capture {
    /// Hands it its recorder; only the first one counts.
    pub fn connect(&self, recorder: Recorder) {
        let _ = self.recorder.set(recorder);
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Capture {
    fn on_event(&self, event: &Event<'_>, _: LayerContext<'_, S>) {
        let Some(recorder) = self.recorder.get() else { return };
        let metadata = event.metadata();
        // Trails are of what operations say; a line of the recorder's own would say the failure twice.
        if metadata.target() == RECORD_TARGET {
            return;
        }
        let operation = Operation::current();
        if *metadata.level() == Level::ERROR {
            recorder.capture(draft(event, operation.as_deref()), operation.as_deref());
        } else if let Some(operation) = operation
            && *metadata.level() <= Level::INFO
        {
            operation.add_breadcrumb(breadcrumb(event, recorder));
        }
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: LayerContext<'_, S>) {
        let Some(recorder) = self.recorder.get() else { return };
        let now = recorder.clock().monotonic();
        let timed = recorder.slow().begin(attributes.metadata().name(), Operation::current(), now);
        if let (Some(timed), Some(span)) = (timed, context.span(id)) {
            span.extensions_mut().insert(timed);
        }
    }

    fn on_close(&self, id: Id, context: LayerContext<'_, S>) {
        let Some(recorder) = self.recorder.get() else { return };
        let timed = context.span(&id).and_then(|span| span.extensions_mut().remove::<Timed>());
        if let Some(timed) = timed {
            recorder.slow().end(timed, recorder.clock().monotonic());
        }
    }
}

fn breadcrumb(event: &Event<'_>, recorder: &Recorder) -> Breadcrumb {
    let mut line = Line::default();
    event.record(&mut line);
    let metadata: &'static Metadata<'static> = event.metadata();
    Breadcrumb {
        at: recorder.clock().now(),
        level: level_word(*metadata.level()).into(),
        target: metadata.target().into(),
        message: line.finish(),
    }
}

const fn level_word(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        Level::TRACE => "trace",
    }
}

fn draft(event: &Event<'_>, operation: Option<&Operation>) -> Draft {
    let mut fields = Fields::default();
    event.record(&mut fields);
    let metadata = event.metadata();
    let mut errors = vec![tidy(&fields.message)];
    errors.append(&mut fields.errors);
    errors.retain(|text| !text.is_empty());
    let place = metadata.file().map(|file| format!("{file}:{}", metadata.line().unwrap_or(0)));
    let said = fields.operation.map(Cow::Owned);
    Draft {
        code: fields.code.map_or(Cow::Borrowed("error_logged"), Cow::Owned),
        operation: said.or(operation.map(|operation| operation.name.into())).unwrap_or(Cow::Borrowed("none")),
        outcome: Outcome::Error,
        errors,
        location: place,
        metadata: fields.others,
        backtrace: fields.backtrace,
        context: fields.context,
        logged: true,
        duration: Duration::ZERO,
    }
}

/// What an error that is logged says of itself.
#[derive(Debug, Default)]
struct Fields {
    message: String,
    code: Option<String>,
    operation: Option<String>,
    errors: Vec<String>,
    backtrace: Option<String>,
    context: Context,
    others: Vec<(Cow<'static, str>, String)>,
}

impl Fields {
    fn add(&mut self, field: &Field, text: String) {
        match field.name() {
            "message" => self.message = text,
            "code" => self.code = Some(tidy(&text)),
            "operation" => self.operation = Some(tidy(&text)),
            "error" => self.errors.push(tidy(&text)),
            "backtrace" => self.backtrace = Some(redact(&text)),
            "project.id" => self.context.project = text.parse().ok(),
            "turn.id" => self.context.turn = text.parse().ok(),
            "image.id" => self.context.image = text.parse().ok(),
            name => self.others.push((name.into(), text)),
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, value.to_owned());
    }

    fn record_error(&mut self, _: &Field, value: &(dyn Error + 'static)) {
        self.errors.append(&mut chain(value));
    }
}
