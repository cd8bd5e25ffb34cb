//! Waits have a limit, and what is given up costs what is promised.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use braincase_core::{BoxFuture, background::Failure};

use super::*;

const SHORT: Duration = Duration::from_millis(20);
const LONG: Duration = Duration::from_secs(3_600);
const TASK: Task = Task::new("test");

type Work = Box<dyn FnOnce() -> Result<(), Failure> + Send>;

/// Threads that are busy with something else until they are told to work.
#[derive(Default)]
struct BusyThreads(Mutex<Vec<Work>>);

impl BusyThreads {
    fn work_off(&self) {
        for work in self.0.lock().unwrap().drain(..) {
            work().unwrap();
        }
    }
}

impl std::fmt::Debug for BusyThreads {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BusyThreads")
    }
}

impl Background for BusyThreads {
    fn spawn(&self, _: Task, _: BoxFuture<Result<(), Failure>>) {
        panic!("computations are not futures");
    }

    fn spawn_blocking(&self, _: Task, work: Work) {
        self.0.lock().unwrap().push(work);
    }
}

/// Runs everything at once where it is, or forgets it.
#[derive(Debug)]
enum Thread {
    Runs,
    Forgets,
}

impl Background for Thread {
    fn spawn(&self, _: Task, _: BoxFuture<Result<(), Failure>>) {
        panic!("computations are not futures");
    }

    fn spawn_blocking(&self, _: Task, work: Work) {
        match self {
            Self::Runs => work().unwrap(),
            Self::Forgets => drop(work),
        }
    }
}

#[tokio::test]
async fn a_computation_is_run_and_its_place_is_free_again() {
    let compute = Compute::new(Arc::new(Thread::Runs), 1, LONG);
    assert_eq!(compute.run(TASK, || 6 * 7).await, Ok(42));
    assert_eq!(compute.run(TASK, || 6 * 7).await, Ok(42));
    let forgets = Compute::new(Arc::new(Thread::Forgets), 1, LONG);
    assert_eq!(forgets.run(TASK, || 6 * 7).await, Err(NoResult::Dropped));
}

#[tokio::test]
async fn the_wait_for_a_place_has_a_limit() {
    // Given one place that is taken.
    let compute = Compute::new(Arc::new(BusyThreads::default()), 1, SHORT);
    let _taken = Arc::clone(&compute.places).acquire_owned().await.unwrap();
    // When there is one more computation, then it is told so.
    assert_eq!(compute.run(TASK, || ()).await, Err(NoResult::NoPlace(SHORT)));
}

#[tokio::test]
async fn the_wait_for_a_result_has_a_limit_and_what_had_not_begun_never_begins() {
    let threads = Arc::new(BusyThreads::default());
    let compute = Compute::new(threads.clone(), 1, SHORT);
    let begun = Arc::new(AtomicBool::new(false));
    let work = {
        let begun = Arc::clone(&begun);
        move || begun.store(true, Ordering::SeqCst)
    };
    assert_eq!(compute.run(TASK, work).await, Err(NoResult::TookTooLong(SHORT)));
    threads.work_off();
    assert!(!begun.load(Ordering::SeqCst));
    assert_eq!(compute.places.available_permits(), 1);
}

#[tokio::test]
async fn what_has_begun_holds_its_place_although_nobody_waits() {
    // Given a computation that has begun and that nobody waits for any longer.
    let compute = Compute::new(Arc::new(Thread::Runs), 1, LONG);
    let place = Arc::clone(&compute.places).acquire_owned().await.unwrap();
    let (answer, result) = oneshot::channel();
    let places = Arc::clone(&compute.places);
    let work = move || {
        drop(result);
        // Then, while it runs, there is no place.
        assert_eq!(places.available_permits(), 0);
    };
    // When it ends, there is one.
    Job { work, place, answer }.run();
    assert_eq!(compute.places.available_permits(), 1);
}
