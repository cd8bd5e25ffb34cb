//! Catches panics together with their message, place and calls, and keeps supervised ones from being printed twice.

use std::{
    any::Any,
    backtrace::Backtrace,
    cell::{Cell, RefCell},
    panic::{self, AssertUnwindSafe, PanicHookInfo},
    sync::{
        LazyLock, Once,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use braincase_core::{Clock, SystemClock};

use crate::{
    context::Operation,
    fingerprint::Fingerprint,
    limiter::{Head, Limit, Limiter},
    record::Outcome,
    redact::redact,
};

/// The most bytes that are kept of the calls that led to a panic.
const MAX_BACKTRACE: usize = 8_192;
/// Looking at the calls takes milliseconds: it is done for the first panics of a place in a minute.
static BACKTRACES: LazyLock<(Limiter, SystemClock)> = LazyLock::new(|| {
    (Limiter::new(Limit { burst: 3, window: Duration::from_secs(60), max_kinds: 256 }), SystemClock::default())
});
/// Whether panics outside of every task are logged.
static LOGS_OTHERS: AtomicBool = AtomicBool::new(false);

/// What is known of a panic.
#[derive(Debug, Clone)]
pub(crate) struct Panicked {
    pub(crate) message: String,
    pub(crate) location: Option<String>,
    pub(crate) backtrace: Option<String>,
}

/// What only the hook sees.
#[derive(Debug, Default)]
struct Seen {
    location: Option<String>,
    backtrace: Option<String>,
}

thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    static SEEN: RefCell<Option<Seen>> = const { RefCell::new(None) };
}

/// Runs `work` so that a panic in it becomes a value. The hook must be installed for its place to be known.
pub(crate) fn catch<T>(work: impl FnOnce() -> T) -> Result<T, Panicked> {
    let _within = Within::enter();
    panic::catch_unwind(AssertUnwindSafe(work)).map_err(|payload| {
        let Seen { location, backtrace } = SEEN.with(RefCell::take).unwrap_or_default();
        Panicked { message: message(payload.as_ref()), location, backtrace }
    })
}

/// Has panics outside of every task logged as errors, and thereby recorded, instead of printed. Only once there is a log.
pub(crate) fn log_others() {
    install_hook();
    LOGS_OTHERS.store(true, Ordering::Release);
}

/// Makes supervised panics leave their place instead of being printed; all others are logged, if there is a log, or go to
/// the hook that was there before.
pub(crate) fn install_hook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if DEPTH.try_with(Cell::get).unwrap_or(0) > 0 {
                keep_what_is_seen(info);
            } else if LOGS_OTHERS.load(Ordering::Acquire) {
                log(info);
            } else {
                previous(info);
            }
        }));
    });
}

fn keep_what_is_seen(info: &PanicHookInfo<'_>) {
    let location = info.location().map(ToString::to_string);
    let backtrace = backtrace_of(location.as_deref().unwrap_or_default());
    if let Some(operation) = Operation::current() {
        // If somebody on the way catches it, what is recorded later still shows it.
        operation.note_panic(&message(info.payload()), location.as_deref());
    }
    // A hook must not panic: what cannot be kept is left out.
    let _ = SEEN.try_with(|seen| {
        if let Ok(mut seen) = seen.try_borrow_mut() {
            *seen = Some(Seen { location, backtrace });
        }
    });
}

fn log(info: &PanicHookInfo<'_>) {
    let location = info.location().map(ToString::to_string).unwrap_or_default();
    let backtrace = backtrace_of(&location);
    let thread = thread::current();
    tracing::error!(
        code = "panic",
        operation = "thread",
        thread = thread.name(),
        backtrace,
        error = format_args!("{} at {location}", message(info.payload())),
        "a panic outside of every task",
    );
}

fn backtrace_of(location: &str) -> Option<String> {
    let (limiter, clock) = &*BACKTRACES;
    let kind = Fingerprint::of("", "panic", "", location, "");
    let head =
        || Head { code: String::new(), operation: String::new(), outcome: Outcome::Panic, message: String::new() };
    limiter.admit(kind, clock.monotonic(), head)?;
    let mut text = redact(&Backtrace::force_capture().to_string());
    text.truncate(text.floor_char_boundary(MAX_BACKTRACE));
    Some(text)
}

fn message(payload: &(dyn Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&'static str>() {
        (*text).to_owned()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "a panic without a text".to_owned()
    }
}

struct Within;

impl Within {
    fn enter() -> Self {
        DEPTH.with(|depth| depth.set(depth.get() + 1));
        Self
    }
}
impl Drop for Within {
    fn drop(&mut self) {
        DEPTH.with(|depth| depth.set(depth.get() - 1));
    }
}
