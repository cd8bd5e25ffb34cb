//! Brings what is in the spool to receivers elsewhere, on a thread of its own, so that none of them can slow the program.

mod backoff;
mod better_stack;
mod http;
mod ledger;
mod limits;
mod sentry;
mod worker;

use std::{
    fmt, io,
    pin::Pin,
    sync::{Arc, Mutex, atomic::Ordering, mpsc},
    thread,
    time::Duration,
};

use futures_util::future::join_all;
use tokio::{runtime, sync::watch, time::sleep};

use crate::{
    lock,
    record::Record,
    spool::{Spool, SpoolError},
};

pub use better_stack::{BetterStack, BetterStackOptions};
pub use http::{Limits, ReceiverError};
pub use sentry::{Dsn, DsnError, Sentry, SentryOptions};

use ledger::Counts;
use worker::Worker;

/// Somewhere that records are delivered to.
pub trait Receiver: Send + Sync + fmt::Debug {
    /// Its name: of its reader in the spool, and in metrics.
    fn name(&self) -> &'static str;

    /// The most records that it takes at once; at least one.
    fn max_records(&self) -> usize;

    /// Tries once to deliver the records.
    fn deliver<'a>(&'a self, records: &'a [Record]) -> Pin<Box<dyn Future<Output = Delivered> + Send + 'a>>;
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivered {
    /// They arrived.
    Done {
        /// The receiver wants to be left alone so long.
        pause: Option<Duration>,
    },
    /// Not now, but they may be taken later.
    Later {
        /// Why, in Sentry's words: `network_error`, `ratelimit_backoff` or `send_error`.
        reason: &'static str,
        /// The receiver wants to be left alone so long.
        pause: Option<Duration>,
        /// What was wrong.
        detail: String,
    },
    /// It does not take anything from us: the address or the key is wrong, or what it may take is used up.
    Denied {
        /// What was wrong.
        detail: String,
    },
    /// It is too much for it. It may take less.
    TooLarge,
    /// It will never take these.
    Refused {
        /// What was wrong.
        detail: String,
    },
}

/// How hard receivers are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// The wait after a first failure; it doubles with each further one.
    pub first_wait: Duration,
    /// The longest wait between failures.
    pub longest_wait: Duration,
    /// The wait between deliveries of what has piled up, so that a receiver that comes back is not run down; also how
    /// long what comes fresh is gathered before it is delivered.
    pub between: Duration,
    /// The wait after the receiver denied us.
    pub denied: Duration,
    /// How long one attempt may take, whatever the receiver says of itself.
    pub attempt: Duration,
}

impl Default for Pace {
    /// 100 ms to 60 s after failures, 100 ms between deliveries, 10 min after a denial, 15 s for an attempt.
    fn default() -> Self {
        Self {
            first_wait: Duration::from_millis(100),
            longest_wait: Duration::from_secs(60),
            between: Duration::from_millis(100),
            denied: Duration::from_secs(600),
            attempt: Duration::from_secs(15),
        }
    }
}

/// Delivers from a spool until it is closed.
#[derive(Debug)]
pub struct Delivery {
    closing: watch::Sender<Option<Duration>>,
    ended: Mutex<mpsc::Receiver<u64>>,
    counts: Vec<(&'static str, Arc<Counts>)>,
}

/// What has become of the records of one receiver since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveryStats {
    /// The name of the receiver.
    pub receiver: &'static str,
    /// Records that arrived.
    pub delivered: u64,
    /// Records that were dropped: there was no room for them in the spool, or the receiver will never take them.
    pub dropped: u64,
}

impl Delivery {
    /// Starts the thread that delivers to all of these.
    ///
    /// # Errors
    /// If two receivers have the same name, or there can be no thread.
    pub fn start(spool: &Spool, receivers: Vec<Arc<dyn Receiver>>, pace: Pace) -> Result<Self, SpoolError> {
        let (closing, told) = watch::channel(None);
        let (mut workers, mut counts) = (Vec::new(), Vec::new());
        for receiver in receivers {
            let (name, reader) = (receiver.name(), spool.reader(receiver.name())?);
            let worker = Worker::new(receiver, reader, pace, told.clone());
            counts.push((name, worker.counts()));
            workers.push(worker);
        }
        let failed = |source: io::Error| SpoolError::Io {
            action: "start a thread to deliver from",
            path: spool.dir().to_owned(),
            source,
        };
        let runtime = runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let (tell, ended) = mpsc::channel();
        let run = move || {
            let left = runtime.block_on(deliver_all(workers, told));
            // Looking up a name may hang in a thread of the runtime's; nobody waits for it.
            runtime.shutdown_background();
            // Nobody waits any more if it took too long.
            let _ = tell.send(left);
        };
        thread::Builder::new().name("braincase-delivery".to_owned()).spawn(run).map_err(failed)?;
        Ok(Self { closing, ended: Mutex::new(ended), counts })
    }

    /// What has become of the records, for each receiver.
    #[must_use]
    pub fn stats(&self) -> Vec<DeliveryStats> {
        let read = |counts: &Counts| (counts.delivered.load(Ordering::Relaxed), counts.dropped.load(Ordering::Relaxed));
        let stats = self.counts.iter().map(|(receiver, counts)| {
            let (delivered, dropped) = read(counts);
            DeliveryStats { receiver, delivered, dropped }
        });
        stats.collect()
    }

    /// Tries to deliver what is there, and ends within the time, whatever the receivers do. Says how many payloads were
    /// not delivered to somebody and wait in the spool for the next start; `None` if not even that could be learned. Blocks.
    #[must_use]
    pub fn close(&self, within: Duration) -> Option<u64> {
        self.closing.send_replace(Some(within.mul_f64(0.9)));
        lock(&self.ended).recv_timeout(within).ok()
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        self.closing.send_if_modified(|closing| {
            let is_open = closing.is_none();
            closing.get_or_insert(Duration::ZERO);
            is_open
        });
    }
}

/// Runs until all workers have ended, or until they had their time after the closing; says how much they left.
async fn deliver_all(mut workers: Vec<Worker>, mut told: watch::Receiver<Option<Duration>>) -> u64 {
    let deadline = async {
        let within = told.wait_for(Option::is_some).await.ok().and_then(|within| *within);
        sleep(within.unwrap_or_default()).await;
    };
    tokio::select! {
        biased;
        _ = join_all(workers.iter_mut().map(Worker::run)) => {}
        () = deadline => {}
    }
    workers.iter().map(Worker::left).sum()
}
