//! The processor time of one capture on the calling thread, when receivers keep up.

use std::{sync::Arc, time::Duration};

use braincase_core::{
    SystemClock,
    background::{Failure, Task},
};
use braincase_errors::{
    Limit, Record, Recorder, RecorderOptions, Sink, Supervisor,
    spool::{Bounds, Spool, SpoolSink},
};
use sentry::{ClientOptions, Hub, Level, Scope, protocol::Event};

use crate::{
    CODE, ID, LINES, OPERATION, error, message, micros,
    receiver::Receiver,
    record,
    report::{Goal, Report, Row},
    thread_time,
};

const CALLS: u64 = 2_000;
const ROUNDS: usize = 15;

/// The bare sentry crate, set up as one would, with its own transport.
pub(crate) fn sentry_hub(receiver: &Receiver) -> Arc<Hub> {
    let mut options = ClientOptions::default();
    options.dsn = Some(receiver.dsn().parse().expect("a DSN"));
    options.release = Some("braincase@0.1.0".into());
    let client = Arc::new(sentry::Client::from(sentry::apply_defaults(options)));
    Arc::new(Hub::new(Some(client), Arc::new(Scope::default())))
}

/// What a request does before it fails: says whose it is, and logs.
pub(crate) fn prepare(hub: &Hub) {
    hub.configure_scope(|scope| {
        for name in ["tenant", "project", "turn"] {
            scope.set_tag(name, ID);
        }
        scope.set_tag("code", CODE);
        scope.set_tag("operation", OPERATION);
    });
    for line in 0..LINES {
        hub.add_breadcrumb(sentry::Breadcrumb { message: Some(message(line)), ..sentry::Breadcrumb::default() });
    }
}

pub(crate) fn sentry_event(number: u64) -> Event<'static> {
    Event { message: Some(error(number)), level: Level::Error, ..Event::default() }
}

pub(crate) fn measure(report: &mut Report) {
    let folder = tempfile::tempdir().expect("a folder");
    let receiver = Receiver::start();
    let hub = sentry_hub(&receiver);
    prepare(&hub);
    let spool = Spool::open(folder.path().join("sink"), Bounds::default()).expect("a spool");
    let sink = SpoolSink::new(spool);
    let records: Vec<Record> = (0..CALLS).map(record).collect();
    let (mut ours, mut raw) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(per_call(|| records.iter().for_each(|record| sink.record(record))));
        raw.push(per_call(|| {
            for number in 0..CALLS {
                hub.capture_event(sentry_event(number));
            }
        }));
    }
    report.push(row("a record into the spool, mean", &ours, &raw, Goal::AtMost(20.0)));
    let all_in = supervised(&folder.path().join("supervised"));
    report.push(row("a task that fails, supervised, into the spool", &all_in, &raw, Goal::AtMost(20.0)));
}

/// Starting a task, its failure, the record and the spool, all on this thread.
fn supervised(folder: &std::path::Path) -> Vec<f64> {
    let spool = Spool::open(folder, Bounds::default()).expect("a spool");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let _guard = runtime.enter();
    let options = RecorderOptions {
        sinks: vec![Arc::new(SpoolSink::new(spool))],
        clock: Arc::new(SystemClock::default()),
        limit: Limit::NONE,
        ..RecorderOptions::default()
    };
    let supervisor = Supervisor::with_recorder(Recorder::new(options));
    let fail = || async {
        for number in 0..CALLS {
            let work = async move { Err::<(), _>(Failure::new(CODE, error(number))) };
            let ended = supervisor.start(&Task::new(OPERATION), work).join().await;
            assert!(ended.is_err(), "it fails as it should");
        }
    };
    (0..ROUNDS).map(|_| per_call(|| runtime.block_on(fail()))).collect()
}

fn per_call(work: impl FnOnce()) -> f64 {
    let before = thread_time();
    work();
    let took: Duration = thread_time() - before;
    micros(took) / CALLS as f64
}

fn row(name: &'static str, ours: &[f64], raw: &[f64], goal: Goal) -> Row {
    let (ours, raw) = (median(ours.to_vec()), median(raw.to_vec()));
    Row { name, unit: "us CPU", ours, raw, ratio: ours / raw, goal }
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}
