//! Files in the store what the spool holds of failures, so that they can be looked at without any other service.

use std::{sync::Arc, time::Duration};

use braincase_core::{
    TenantId,
    background::{Background, Failure, Task},
    error_issue::{ErrorEvent, ErrorStore, one_line},
    store::StoreError,
};
use braincase_errors::{
    Record, SpoolError,
    spool::{Frame, Reader},
};
use tokio::time::{sleep, timeout};

use crate::app::Stopping;

/// The most events that share a transaction, which others wait for.
const BATCH: usize = 64;
/// So that a burst shares commits, of which each syncs the disk.
const GATHERING: Duration = Duration::from_millis(200);
/// After a failure; doubles from one to the next.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// For what was recorded last before the server stops; what is not filed by then is filed at the next start.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Begins to file, until the server stops.
pub(crate) fn start(reader: Reader, store: Arc<dyn ErrorStore>, stopping: Stopping, background: &dyn Background) {
    let filing = Filing { reader, store };
    background.spawn(Task::new("error_filing"), Box::pin(until_stopped(filing, stopping)));
}

/// Whatever is interrupted in between is filed again, which changes nothing.
async fn until_stopped(mut filing: Filing, stopping: Stopping) -> Result<(), Failure> {
    tokio::select! {
        () = filing.go_on() => {}
        () = stopping.begun() => {}
    }
    match timeout(LAST_WORDS, filing.file()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "failures wait for the next start to be filed"),
        Err(_) => tracing::warn!("failures wait for the next start to be filed, the store is too slow"),
    }
    Ok(())
}

struct Filing {
    reader: Reader,
    store: Arc<dyn ErrorStore>,
}

/// Why nothing can be filed now.
#[derive(Debug, thiserror::Error)]
enum FilingError {
    #[error("the spool cannot be read: {0}")]
    Spool(#[from] SpoolError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Filing {
    /// Files what comes. Failing to is told once for each outage, and not as an error: that would make a record, which
    /// would have to be filed.
    async fn go_on(&mut self) {
        let mut pause = FIRST_PAUSE;
        loop {
            self.reader.more().await;
            sleep(GATHERING).await;
            match self.file().await {
                Ok(()) if pause > FIRST_PAUSE => {
                    tracing::info!("failures are filed again");
                    pause = FIRST_PAUSE;
                }
                Ok(()) => {}
                Err(error) => {
                    if pause == FIRST_PAUSE {
                        tracing::warn!(%error, "failures cannot be filed; they wait in the spool");
                    }
                    sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    /// Files all there is.
    async fn file(&mut self) -> Result<(), FilingError> {
        loop {
            // Reads from the page cache, as a rule: what is filed was written a moment ago.
            let batch = self.reader.next(BATCH)?;
            if batch.is_empty() {
                return Ok(());
            }
            let events: Vec<_> = batch.frames.iter().filter_map(event).collect();
            let new = self.store.file_errors(&events).await?;
            metrics::counter!("braincase_errors_filed_total").increment(new);
            if let Err(error) = self.reader.advance(batch) {
                tracing::debug!(%error, "after a restart, some failures are read again");
            }
        }
    }
}

/// What is filed of a record; nothing of one that cannot be read, since it would keep all others from being filed.
fn event(frame: &Frame) -> Option<ErrorEvent> {
    let read = serde_json::from_slice::<Record>(&frame.payload);
    match read.and_then(|record| Ok((record, serde_json::from_slice(&frame.payload)?))) {
        Ok((record, value)) => Some(event_of(record, value)),
        Err(error) => {
            metrics::counter!("braincase_errors_unreadable_total").increment(1);
            tracing::warn!(%error, number = frame.number, "a record in the spool cannot be read, and is left out");
            None
        }
    }
}

fn event_of(record: Record, value: serde_json::Value) -> ErrorEvent {
    ErrorEvent {
        id: record.id,
        // What belongs to no tenant belongs to whoever runs the server, as the first tenant does.
        tenant: record.context.tenant.unwrap_or(TenantId::DEFAULT),
        project: record.context.project,
        turn: record.context.turn,
        fingerprint: record.fingerprint.to_string(),
        message: one_line(&record.message()),
        code: record.code.into_owned(),
        operation: record.operation.into_owned(),
        outcome: record.outcome.as_str().to_owned(),
        count: record.count,
        at: record.at,
        record: value,
    }
}

#[cfg(test)]
mod tests;
