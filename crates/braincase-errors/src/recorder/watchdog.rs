//! A thread that lets a recorder tell, at times, of what nobody else would tell.

use std::{
    sync::{Arc, Condvar, Mutex, PoisonError, Weak},
    thread,
    time::Duration,
};

use super::Inner;
use crate::lock;

const PERIOD: Duration = Duration::from_millis(250);

/// Stops its thread when it is dropped.
#[derive(Debug)]
pub(super) struct Watchdog(Arc<Bell>);

#[derive(Debug, Default)]
struct Bell {
    is_over: Mutex<bool>,
    rings: Condvar,
}

impl Watchdog {
    pub(super) fn start(inner: Weak<Inner>) -> Self {
        let bell = Arc::new(Bell::default());
        let heard = Arc::clone(&bell);
        let watch = move || keep_watch(&inner, &heard);
        if let Err(error) = thread::Builder::new().name("braincase-watchdog".to_owned()).spawn(watch) {
            tracing::warn!(%error, "nothing is told of what runs for too long, because no thread could be started");
        }
        Self(bell)
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        *lock(&self.0.is_over) = true;
        self.0.rings.notify_all();
    }
}

fn keep_watch(inner: &Weak<Inner>, bell: &Bell) {
    while !is_over_within(bell, PERIOD) {
        let Some(inner) = inner.upgrade() else { return };
        inner.tick(false);
    }
}

fn is_over_within(bell: &Bell, period: Duration) -> bool {
    let is_over = lock(&bell.is_over);
    let waited = bell.rings.wait_timeout_while(is_over, period, |is_over| !*is_over);
    *waited.unwrap_or_else(PoisonError::into_inner).0
}
