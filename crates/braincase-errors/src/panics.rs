//! Catches panics together with their message and place, and keeps supervised ones from being printed twice.

use std::{
    any::Any,
    cell::{Cell, RefCell},
    panic::{self, AssertUnwindSafe, PanicHookInfo},
    sync::Once,
};

/// What is known of a panic.
#[derive(Debug, Clone)]
pub(crate) struct Panicked {
    pub(crate) message: String,
    pub(crate) location: Option<String>,
}

thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    static LOCATION: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Runs `work` so that a panic in it becomes a value. The hook must be installed for its place to be known.
pub(crate) fn catch<T>(work: impl FnOnce() -> T) -> Result<T, Panicked> {
    let _within = Within::enter();
    panic::catch_unwind(AssertUnwindSafe(work)).map_err(|payload| {
        let location = LOCATION.with(RefCell::take);
        Panicked { message: message(payload.as_ref()), location }
    })
}

/// Makes supervised panics leave their place instead of being printed; all others go to the hook that was there before.
pub(crate) fn install_hook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if DEPTH.try_with(Cell::get).unwrap_or(0) == 0 {
                previous(info);
            } else {
                keep_location(info);
            }
        }));
    });
}

fn keep_location(info: &PanicHookInfo<'_>) {
    let place = info.location().map(ToString::to_string);
    // A hook must not panic: what cannot be kept is left out.
    let _ = LOCATION.try_with(|location| {
        if let Ok(mut location) = location.try_borrow_mut() {
            *location = place;
        }
    });
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
