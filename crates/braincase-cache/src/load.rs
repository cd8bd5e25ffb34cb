//! Computes what is missing: once for all who ask, and beside them rather than within one of them.

use std::{
    any::Any,
    fmt,
    future::poll_fn,
    hash::Hash,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::Arc,
    task::Poll,
    time::Duration,
};

use braincase_core::background::{Failure, Task};
use tokio::{sync::watch, time::Instant};

use crate::cache::Inner;

/// How long a load may take that says nothing about it.
const DEFAULT_DEADLINE: Duration = Duration::from_secs(30);

/// Why there is no value. The failure has been recorded by whoever ran the load.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LoadError {
    /// The load returned an error.
    #[error(transparent)]
    Failed(Arc<Failure>),
    /// The load panicked.
    #[error("the load panicked")]
    Panicked,
    /// The load did not end in time.
    #[error("the load did not end within {0:?}")]
    TimedOut(Duration),
    /// The load was cancelled, because the program is shutting down.
    #[error("the load was cancelled")]
    Cancelled,
}

/// What a load comes to.
type Landing<V> = Result<Arc<V>, LoadError>;

/// A load that is running.
pub(crate) struct Flight<V> {
    landing: watch::Receiver<Option<Landing<V>>>,
}

pub(crate) async fn join_or_start<K, V, F, L>(
    cache: &Arc<Inner<K, V>>,
    key: K,
    mut task: Task,
    load: F,
) -> Result<Arc<V>, LoadError>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
    F: FnOnce() -> L + Send + 'static,
    L: Future<Output = Result<V, Failure>> + Send + 'static,
{
    let limit = *task.deadline.get_or_insert(DEFAULT_DEADLINE);
    let (mut landing, pilot) = match board(cache, key, limit) {
        Boarding::Landed(value) => return Ok(value),
        Boarding::Joined(landing) => (landing, None),
        Boarding::Started(landing, pilot) => (landing, Some(pilot)),
    };
    if let Some(pilot) = pilot {
        // Not under the lock: a task that is refused is dropped at once, and then says so to the flight.
        cache.background.spawn(task, Box::pin(pilot.fly(load)));
    }
    let landed = landing.wait_for(Option::is_some).await.ok().and_then(|landed| landed.clone());
    landed.unwrap_or(Err(LoadError::Cancelled))
}

enum Boarding<K, V>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    Landed(Arc<V>),
    Joined(watch::Receiver<Option<Landing<V>>>),
    Started(watch::Receiver<Option<Landing<V>>>, Pilot<K, V>),
}

fn board<K, V>(cache: &Arc<Inner<K, V>>, key: K, limit: Duration) -> Boarding<K, V>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    let mut flights = cache.flights();
    if let Some(flight) = flights.get(&key) {
        cache.counters.coalesced.add();
        return Boarding::Joined(flight.landing.clone());
    }
    // It may have landed since the caller looked.
    if let Some(value) = cache.peek(&key) {
        return Boarding::Landed(value);
    }
    let (announce, landing) = watch::channel(None);
    flights.insert(key.clone(), Flight { landing: landing.clone() });
    drop(flights);
    let pilot = Pilot { cache: cache.clone(), key, announce, started: Instant::now(), limit, landed: false };
    Boarding::Started(landing, pilot)
}

/// Brings a load to its end; if it is dropped on the way, those who wait are told why.
struct Pilot<K, V>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    cache: Arc<Inner<K, V>>,
    key: K,
    announce: watch::Sender<Option<Landing<V>>>,
    started: Instant,
    limit: Duration,
    landed: bool,
}

impl<K, V> Pilot<K, V>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    async fn fly<F, L>(mut self, load: F) -> Result<(), Failure>
    where
        F: FnOnce() -> L + Send + 'static,
        L: Future<Output = Result<V, Failure>> + Send + 'static,
    {
        let permits = self.cache.load_permits.clone();
        // The semaphore is never closed; if it were, loads would merely be unlimited.
        let _permit = permits.acquire().await.ok();
        match catching(async { load().await }).await {
            Ok(Ok(value)) => {
                self.land(Ok(Arc::new(value)));
                Ok(())
            }
            Ok(Err(failure)) => {
                let failure = Arc::new(failure);
                self.land(Err(LoadError::Failed(failure.clone())));
                Err(Failure::new(failure.code, Shared(failure)))
            }
            Err(panic) => {
                self.land(Err(LoadError::Panicked));
                // Whoever runs the task records the panic, as that of any other task.
                resume_unwind(panic)
            }
        }
    }

    fn land(&mut self, landing: Landing<V>) {
        self.landed = true;
        let counters = &self.cache.counters;
        match &landing {
            Ok(_) => counters.loads_ok.add(),
            Err(LoadError::TimedOut(_)) => counters.loads_timed_out.add(),
            Err(LoadError::Failed(_) | LoadError::Panicked | LoadError::Cancelled) => counters.loads_failed.add(),
        }
        let mut flights = self.cache.flights();
        // An invalidation or an insertion has taken the flight off the list: its value is outdated, and not kept.
        let ours = flights.get(&self.key).is_some_and(|flight| flight.landing.same_channel(&self.announce.subscribe()));
        if ours {
            flights.remove(&self.key);
            if let Ok(value) = &landing {
                self.cache.put_loaded(self.key.clone(), value.clone());
            }
        }
        drop(flights);
        self.announce.send_replace(Some(landing));
    }
}

impl<K, V> Drop for Pilot<K, V>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    fn drop(&mut self) {
        if !self.landed {
            let late = self.started.elapsed() >= self.limit;
            self.land(Err(if late { LoadError::TimedOut(self.limit) } else { LoadError::Cancelled }));
        }
    }
}

/// Runs a future to its end; a panic becomes a value.
async fn catching<T>(work: impl Future<Output = T>) -> Result<T, Box<dyn Any + Send>> {
    let mut work = Box::pin(work);
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
        Ok(poll) => poll.map(Ok),
        Err(panic) => Poll::Ready(Err(panic)),
    })
    .await
}

/// A failure that others have, too.
#[derive(Debug)]
struct Shared(Arc<Failure>);

impl fmt::Display for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.source.fmt(f)
    }
}
impl std::error::Error for Shared {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.source()
    }
}
