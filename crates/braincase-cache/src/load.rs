//! Computes what is missing: once for all who ask, and beside them rather than within one of them.

use std::{
    any::Any,
    fmt,
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::Arc,
    task::Poll,
    time::Duration,
};

use braincase_core::background::{Failure, Task};
use tokio::time::Instant;

use crate::{
    cache::{Inner, Key},
    entry::Content,
    flights::{Boarding, Ticket},
    table::Found,
};

/// How long a load may take that says nothing about it.
const DEFAULT_DEADLINE: Duration = Duration::from_secs(30);

/// Why there is no value. But for [`LoadError::Busy`], the failure has been recorded by whoever ran the load.
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
    /// The load was not begun, because too many are waiting already. Nothing was recorded.
    #[error("too many loads are waiting")]
    Busy,
}

/// What the counts of an `Arc` take.
const SHARED: usize = 16;

impl LoadError {
    /// What it has on the heap. What an error has on the heap itself cannot be asked: as much as its text, most likely.
    pub(crate) fn heap(&self) -> u64 {
        let Self::Failed(failure) = self else { return 0 };
        let facts = &failure.metadata;
        let texts: usize = facts.iter().map(|(_, text)| text.capacity()).sum();
        let facts = facts.capacity() * size_of::<(&str, String)>() + texts;
        let error = size_of_val(&*failure.source) + failure.source.to_string().len();
        (SHARED + size_of::<Failure>() + error + facts) as u64
    }
}

/// What a load comes to.
pub(crate) type Loaded<V> = Result<Arc<V>, LoadError>;

pub(crate) async fn join_or_start<K, V, F, L>(
    cache: &Arc<Inner<K, V>>,
    key: K,
    mut task: Task,
    load: F,
) -> Result<Arc<V>, LoadError>
where
    K: Key,
    V: Send + Sync + 'static,
    F: FnOnce() -> L + Send + 'static,
    L: Future<Output = Result<V, Failure>> + Send + 'static,
{
    let counters = &cache.table.counters;
    let mut landing = match cache.flights.board(&key, || look_again(cache, &key)) {
        Boarding::Landed(loaded) => return loaded,
        Boarding::Full => {
            counters.loads_shed.add(1);
            return Err(LoadError::Busy);
        }
        Boarding::Joined(landing) => {
            counters.coalesced.add(1);
            landing
        }
        Boarding::Started(landing, ticket) => {
            let limit = *task.deadline.get_or_insert(DEFAULT_DEADLINE);
            let pilot = Pilot { cache: cache.clone(), key, started: Instant::now(), limit, ticket: Some(ticket) };
            cache.background.spawn(task, Box::pin(pilot.fly(load)));
            landing
        }
    };
    let landed = landing.wait_for(Option::is_some).await.ok().and_then(|landed| landed.clone());
    landed.unwrap_or(Err(LoadError::Cancelled))
}

/// What may have landed since the caller looked.
fn look_again<K: Key, V: Send + Sync + 'static>(cache: &Inner<K, V>, key: &K) -> Option<Loaded<V>> {
    match cache.table.find(key, cache.flights.epoch()) {
        Found::Good(Content::Value(value)) => Some(Ok(value)),
        Found::Good(Content::Failure(error)) => Some(Err(error)),
        Found::Outdated | Found::Nothing => None,
    }
}

/// Brings a load to its end; if it is dropped on the way, those who wait are told why.
struct Pilot<K: Key, V: Send + Sync + 'static> {
    cache: Arc<Inner<K, V>>,
    key: K,
    started: Instant,
    limit: Duration,
    ticket: Option<Ticket<Loaded<V>>>,
}

impl<K: Key, V: Send + Sync + 'static> Pilot<K, V> {
    async fn fly<F, L>(mut self, load: F) -> Result<(), Failure>
    where
        F: FnOnce() -> L + Send + 'static,
        L: Future<Output = Result<V, Failure>> + Send + 'static,
    {
        let permits = self.cache.load_permits.clone();
        // The semaphore is never closed; if it were, loads would merely be unlimited.
        let _permit = permits.acquire().await.ok();
        let table = &self.cache.table;
        let weighed = async {
            let value = Arc::new(load().await?);
            let content = Content::Value(Arc::clone(&value));
            Ok::<_, Failure>((table.weigh(&self.key, &content), content, value))
        };
        match catching(weighed).await {
            Ok(Ok((weight, content, value))) => {
                self.land(value, content, weight);
                Ok(())
            }
            Ok(Err(failure)) => {
                let failure = Arc::new(failure);
                self.crash(LoadError::Failed(failure.clone()));
                // Where it was made, and what it carries, is what its record is found by.
                let (code, location, metadata) = (failure.code, failure.location, failure.metadata.clone());
                Err(Failure { code, location, metadata, source: Box::new(Shared(failure)) })
            }
            Err(panic) => {
                self.crash(LoadError::Panicked);
                // Whoever runs the task records the panic, as that of any other task.
                resume_unwind(panic)
            }
        }
    }

    fn crash(&mut self, error: LoadError) {
        self.cache.table.counters.of_failure(&error).add(1);
        let kept = self.cache.table.keeps_failures() && !matches!(error, LoadError::Cancelled);
        let content = Content::Failure(error.clone());
        // Weighing runs the user's code; a panic on top of a failure is not worth a second report.
        let weigh = || catch_unwind(AssertUnwindSafe(|| self.cache.table.weigh(&self.key, &content))).ok();
        let weight = if kept { weigh() } else { None };
        self.come_down(Err(error), weight.map(|weight| (weight, content)));
    }

    fn land(&mut self, value: Arc<V>, content: Content<V>, weight: u64) {
        self.cache.table.counters.loads_ok.add(1);
        self.come_down(Ok(value), Some((weight, content)));
    }

    fn come_down(&mut self, loaded: Loaded<V>, kept: Option<(u64, Content<V>)>) {
        let Some(ticket) = self.ticket.take() else { return };
        let Inner { table, flights, .. } = &*self.cache;
        let keep = |epoch| {
            if let Some((weight, content)) = kept {
                let ttl = table.ttl_of(&content);
                table.put(self.key.clone(), content, weight, ttl, epoch);
            }
        };
        flights.land(&self.key, ticket, loaded, keep);
    }
}

impl<K: Key, V: Send + Sync + 'static> Drop for Pilot<K, V> {
    fn drop(&mut self) {
        if self.ticket.is_some() {
            let late = self.started.elapsed() >= self.limit;
            self.crash(if late { LoadError::TimedOut(self.limit) } else { LoadError::Cancelled });
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
