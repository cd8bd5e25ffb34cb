//! Brings records to one receiver, in their order, and never gives up on what it may still take.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::FutureExt;
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

use super::{
    Delivered, Pace, Receiver,
    backoff::Backoff,
    ledger::{Counts, Ledger},
};
use crate::{
    record::Record,
    spool::{Batch, Reader},
};

/// One receiver and its place in the spool.
#[derive(Debug)]
pub(super) struct Worker {
    receiver: Arc<dyn Receiver>,
    reader: Reader,
    ledger: Ledger,
    pace: Pace,
    closing: watch::Receiver<Option<Duration>>,
    backoff: Backoff,
    /// Whether there is more from before than comes fresh: after a start, and after a failure.
    catches_up: bool,
    /// What was last said of the receiver's trouble, so that it is said once.
    trouble: Option<&'static str>,
}

/// A batch, and what could be read of it.
#[derive(Debug)]
struct Load {
    batch: Batch,
    records: Vec<Record>,
    /// Payloads that are no records of this version.
    unreadable: usize,
}

impl Load {
    fn of(batch: Batch) -> Self {
        let read = batch.frames.iter().filter_map(|frame| serde_json::from_slice(&frame.payload).ok());
        let records: Vec<Record> = read.collect();
        Self { unreadable: batch.frames.len() - records.len(), records, batch }
    }

    /// Without what takes most of the room.
    fn trimmed(&self) -> Vec<Record> {
        let trim = |record: &Record| Record { backtrace: None, breadcrumbs: Vec::new(), ..record.clone() };
        self.records.iter().map(trim).collect()
    }
}

/// What comes after a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// The next one.
    GoOn,
    /// The next one, but not in a rush.
    GoOnCalmly,
    /// The same one after a wait of our own, which the closing cuts short.
    Retry(Duration),
    /// Nothing for so long, not even when closing: the receiver has asked for it.
    Pause(Duration),
}

impl Worker {
    pub(super) fn new(
        receiver: Arc<dyn Receiver>,
        reader: Reader,
        pace: Pace,
        closing: watch::Receiver<Option<Duration>>,
    ) -> Self {
        let ledger = Ledger::new(receiver.name());
        Self { receiver, reader, ledger, pace, closing, backoff: Backoff::default(), catches_up: true, trouble: None }
    }

    pub(super) fn counts(&self) -> Arc<Counts> {
        self.ledger.counts()
    }

    /// How much is in the spool that was not delivered.
    pub(super) fn left(&self) -> u64 {
        self.reader.behind()
    }

    /// Delivers until the closing; then what is there, as long as it works.
    pub(super) async fn run(&mut self) {
        loop {
            let last_attempt = self.is_closing();
            match self.step().await {
                Next::GoOn | Next::GoOnCalmly if self.left() == 0 => {
                    if self.is_closing() {
                        return;
                    }
                    self.wait_for_more().await;
                    // Failures come in bursts: a batch of them, and not while the program has its hands full.
                    self.wait(self.pace.between).await;
                }
                Next::GoOn => {}
                Next::GoOnCalmly => self.wait(self.pace.between).await,
                // Whoever fails after the closing does not get another chance.
                Next::Retry(_) if last_attempt => return,
                Next::Retry(wait) => self.wait(wait).await,
                Next::Pause(pause) => {
                    self.wait(pause).await;
                    if self.is_closing() {
                        return;
                    }
                }
            }
        }
    }

    /// Delivers one batch, if there is one.
    async fn step(&mut self) -> Next {
        let read = self.reader.next(self.receiver.max_records().max(1));
        self.ledger.passed_over(self.reader.stats());
        let batch = match read {
            Ok(batch) => batch,
            Err(error) => {
                self.say("the spool cannot be read", &error.to_string());
                return Next::Retry(self.backoff.failed(&self.pace));
            }
        };
        if batch.is_empty() {
            self.catches_up = self.left() > 0;
            return Next::GoOn;
        }
        let load = Load::of(batch);
        if load.records.is_empty() {
            self.advance(load);
            return Next::GoOn;
        }
        let mut outcome = self.attempt(&load.records).await;
        if outcome == Delivered::TooLarge {
            outcome = self.attempt(&load.trimmed()).await;
        }
        self.conclude(load, outcome)
    }

    /// Once, within the limit. A receiver that panics has refused.
    async fn attempt(&self, records: &[Record]) -> Delivered {
        let attempt = AssertUnwindSafe(async { self.receiver.deliver(records).await }).catch_unwind();
        match timeout(self.pace.attempt, attempt).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Delivered::Refused { detail: "the receiver panicked".to_owned() },
            Err(_) => Delivered::Later { reason: "network_error", pause: None, detail: "timed out".to_owned() },
        }
    }

    fn conclude(&mut self, load: Load, outcome: Delivered) -> Next {
        match outcome {
            Delivered::Done { pause } => self.done(load, pause),
            Delivered::Later { reason, pause, detail } => self.later(reason, pause, &detail),
            Delivered::Denied { detail } => {
                self.say("it denies us", &detail);
                Next::Pause(self.pace.denied)
            }
            Delivered::Refused { detail } => self.refused(load, &detail),
            Delivered::TooLarge => self.refused(load, "too large even without backtrace and breadcrumbs"),
        }
    }

    fn done(&mut self, load: Load, pause: Option<Duration>) -> Next {
        self.ledger.delivered(load.records.len());
        self.backoff.succeeded();
        if self.advance(load) && self.trouble.take().is_some() {
            let sink = self.receiver.name();
            tracing::info!(sink, "{sink} takes records again");
        }
        match pause {
            Some(pause) => Next::Pause(pause),
            None if self.catches_up => Next::GoOnCalmly,
            None => Next::GoOn,
        }
    }

    fn later(&mut self, reason: &'static str, pause: Option<Duration>, detail: &str) -> Next {
        self.ledger.delayed(reason);
        self.say(reason, detail);
        self.catches_up = true;
        let wait = self.backoff.failed(&self.pace);
        pause.map_or(Next::Retry(wait), |pause| Next::Pause(pause.max(wait)))
    }

    fn refused(&mut self, load: Load, detail: &str) -> Next {
        self.say("it refuses records", detail);
        self.ledger.dropped("send_error", load.records.len());
        self.backoff.succeeded();
        self.advance(load);
        Next::GoOnCalmly
    }

    /// Goes past what was delivered or dropped; says whether that will be known after a restart, too.
    fn advance(&mut self, load: Load) -> bool {
        // Only now: what is tried again is read again.
        self.ledger.dropped("internal_sdk_error", load.unreadable);
        let kept = self.reader.advance(load.batch);
        if let Err(error) = &kept {
            self.say("the position in the spool cannot be kept", &error.to_string());
        }
        kept.is_ok()
    }

    /// Says what is wrong, unless the same was said last.
    fn say(&mut self, trouble: &'static str, detail: &str) {
        if self.trouble != Some(trouble) {
            let sink = self.receiver.name();
            tracing::warn!(sink, trouble, detail, "records do not reach {sink}: {trouble}");
            self.trouble = Some(trouble);
        }
    }

    fn is_closing(&self) -> bool {
        self.closing.borrow().is_some()
    }

    async fn wait_for_more(&self) {
        let mut closing = self.closing.clone();
        tokio::select! {
            () = self.reader.more() => {}
            // Closing, or nobody is there any more who could.
            _ = closing.wait_for(Option::is_some) => {}
        }
    }

    async fn wait(&self, wait: Duration) {
        let mut closing = self.closing.clone();
        tokio::select! {
            () = sleep(wait) => {}
            _ = closing.wait_for(Option::is_some) => {}
        }
    }
}
