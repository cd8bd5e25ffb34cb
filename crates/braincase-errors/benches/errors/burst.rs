//! Ten thousand failures at once: what each waits for, and how many are accounted for in the end.

use std::{sync::Arc, time::Duration};

use braincase_core::{
    SystemClock,
    background::{Failure, Task},
};
use braincase_errors::{
    Limit, Recorder, RecorderOptions, Sink, Supervisor,
    deliver::{Delivery, Pace, Sentry, SentryOptions},
    spool::{Bounds, Lane, Spool, SpoolSink},
};

use crate::{
    CODE, OPERATION, error, micros,
    receiver::Receiver,
    record,
    report::{Goal, Report, Row},
    single::{prepare, sentry_event, sentry_hub},
    wall_time,
};

const BURST: u64 = 10_000;
/// For what is queued to be delivered, of either.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) fn measure(report: &mut Report) {
    let (mut ours, accounted) = ours();
    let (mut raw, arrived) = sentry();
    for (name, share, goal) in [
        ("burst of 10000: half wait at most", 0.5, Goal::Shown),
        ("burst of 10000: 99 of 100 wait at most", 0.99, Goal::AtMost(50.0)),
        ("burst of 10000: the longest wait", 1.0, Goal::Shown),
    ] {
        let (ours, raw) = (quantile(&mut ours, share), quantile(&mut raw, share));
        report.push(Row { name, unit: "us", ours, raw, ratio: ours / raw, goal });
    }
    let count = |name, ours: u64, raw: u64| {
        let (ours, raw) = (ours as f64, raw as f64);
        Row { name, unit: "events", ours, raw, ratio: ours / raw, goal: Goal::Exactly(BURST as f64) }
    };
    report.push(count("burst of 10000: delivered or counted", accounted, arrived));
    report.push(count("10000 of one kind, limited: told of", limited(), arrived));
}

/// The waits, and how many were delivered or counted as dropped.
fn ours() -> (Vec<Duration>, u64) {
    let folder = tempfile::tempdir().expect("a folder");
    let receiver = Receiver::start();
    let (spool, delivery) = deliver(folder.path(), &receiver);
    let sink = SpoolSink::new(spool.clone());
    let records: Vec<_> = (0..BURST).map(record).collect();
    let waits = records.iter().map(|record| timed(|| sink.record(record))).collect();
    let stats = spool.stats(Lane::Errors);
    assert_eq!(stats.appended + stats.refused, BURST, "every one was taken or refused");
    let dropped = closed(&delivery, || receiver.events());
    (waits, receiver.events() + dropped + stats.refused)
}

/// The waits, and how many arrived.
fn sentry() -> (Vec<Duration>, u64) {
    let receiver = Receiver::start();
    let hub = sentry_hub(&receiver);
    prepare(&hub);
    let waits = (0..BURST)
        .map(|number| {
            timed(|| {
                hub.capture_event(sentry_event(number));
            })
        })
        .collect();
    if let Some(client) = hub.client() {
        client.close(Some(PATIENCE));
    }
    (waits, receiver.events())
}

/// Through the supervisor with its usual limit: few records, which stand for all.
fn limited() -> u64 {
    let folder = tempfile::tempdir().expect("a folder");
    let receiver = Receiver::start();
    let (spool, delivery) = deliver(folder.path(), &receiver);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let _guard = runtime.enter();
    let options = RecorderOptions {
        sinks: vec![Arc::new(SpoolSink::new(spool))],
        clock: Arc::new(SystemClock::default()),
        limit: Limit::default(),
        ..RecorderOptions::default()
    };
    let recorder = Recorder::new(options);
    let supervisor = Supervisor::with_recorder(recorder.clone());
    runtime.block_on(async {
        for number in 0..BURST {
            let work = async move { Err::<(), _>(Failure::new(CODE, error(number))) };
            let ended = supervisor.start(&Task::new(OPERATION), work).join().await;
            assert!(ended.is_err(), "it fails as it should");
        }
    });
    recorder.close(Duration::from_secs(1));
    let dropped = closed(&delivery, || receiver.events());
    receiver.failures() + dropped
}

fn deliver(folder: &std::path::Path, receiver: &Receiver) -> (Spool, Delivery) {
    let spool = Spool::open(folder, Bounds::default()).expect("a spool");
    let options = SentryOptions::new(receiver.dsn().parse().expect("a DSN"));
    let sentry = Sentry::new(options).expect("a client");
    let delivery = Delivery::start(&spool, vec![Arc::new(sentry)], Pace::default()).expect("a thread");
    (spool, delivery)
}

/// Delivers what is there; says how many were dropped.
fn closed(delivery: &Delivery, arrived: impl Fn() -> u64) -> u64 {
    let left = delivery.close(PATIENCE).expect("it ends in time");
    let stats = delivery.stats()[0];
    assert_eq!((left, stats.delivered), (0, arrived()), "what it says is what arrived");
    stats.dropped
}

fn timed(work: impl FnOnce()) -> Duration {
    let before = wall_time();
    work();
    wall_time() - before
}

fn quantile(waits: &mut [Duration], share: f64) -> f64 {
    waits.sort_unstable();
    let index = ((waits.len() as f64 * share).ceil() as usize).clamp(1, waits.len());
    micros(waits[index - 1])
}
