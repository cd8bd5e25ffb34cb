//! What the metrics say of failures.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering},
};

use braincase_core::background::{Failure, Task};
use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};

use crate::supervisor;

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
    let counters = Counters::default();
    // When
    metrics::with_local_recorder(&counters, || {
        supervisor.report(&Task::new("upload"), Failure::new("disk_full", "no space"), std::time::Duration::ZERO);
    });
    // Then
    let counted: Vec<_> =
        counters.0.lock().unwrap().iter().map(|(name, n)| (name.clone(), n.load(Ordering::SeqCst))).collect();
    assert_eq!(counted, [("braincase_failures_total{operation=upload,code=disk_full}".to_owned(), 1)]);
}
