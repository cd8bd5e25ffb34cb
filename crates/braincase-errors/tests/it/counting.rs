//! What the metrics say of failures.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use braincase_core::background::{Failure, Task};
use braincase_errors::{Limit, MemorySink, Supervisor};
use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};

use crate::{clock, recorder, supervisor};

/// The counters that were asked for, by their full name.
#[derive(Debug, Default)]
struct Counters(Mutex<Vec<(String, Arc<AtomicU64>)>>);

impl Recorder for Counters {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        let value = Arc::new(AtomicU64::new(0));
        let labels: Vec<_> = key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
        let name = format!("{}{{{}}}", key.name(), labels.join(","));
        self.0.lock().unwrap().push((name, value.clone()));
        Counter::from_arc(value)
    }
    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }
    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

#[tokio::test]
async fn every_record_is_counted_by_operation_and_code() {
    // Given
    let (supervisor, _) = supervisor();
    // When
    let counted = counted(|| fail(&supervisor));
    // Then
    assert_eq!(counted, BTreeMap::from([(FAILURES.to_owned(), 1)]));
}

#[tokio::test]
async fn what_has_no_record_of_its_own_is_counted_twice_over() {
    // Given room for two records of a kind, and the record that tells of the rest.
    let (sink, limit) = (Arc::new(MemorySink::new(9)), Limit { burst: 2, ..Limit::default() });
    let recorder = recorder(limit, clock(), sink.clone());
    let supervisor = Supervisor::with_recorder(recorder.clone());
    // When
    let counted = counted(|| (0..7).for_each(|_| fail(&supervisor)));
    recorder.close(Duration::ZERO);
    // Then
    let suppressed = "braincase_failures_suppressed_total{}".to_owned();
    assert_eq!(counted, BTreeMap::from([(FAILURES.to_owned(), 7), (suppressed, 5)]));
    assert_eq!(sink.records().iter().map(|record| record.count).collect::<Vec<_>>(), [1, 1, 5]);
}

const FAILURES: &str = "braincase_failures_total{operation=upload,code=disk_full}";

fn fail(supervisor: &Supervisor) {
    supervisor.report(&Task::new("upload"), Failure::new("disk_full", "no space"), Duration::ZERO);
}

/// The sums of the counters after something was done.
fn counted(work: impl FnOnce()) -> BTreeMap<String, u64> {
    let counters = Counters::default();
    metrics::with_local_recorder(&counters, work);
    let mut sums = BTreeMap::new();
    for (name, value) in &*counters.0.lock().unwrap() {
        *sums.entry(name.clone()).or_default() += value.load(Ordering::SeqCst);
    }
    sums
}
