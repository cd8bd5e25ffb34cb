//! Times work by the processor time of the thread, so that what else the machine does matters little.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// What the thread has used so far, in seconds.
fn thread_seconds() -> f64 {
    seconds(ClockId::ThreadCPUTime)
}

/// What the process has used so far, in seconds.
pub(crate) fn process_seconds() -> f64 {
    seconds(ClockId::ProcessCPUTime)
}

fn seconds(clock: ClockId) -> f64 {
    let time = clock_gettime(clock);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32).as_secs_f64()
}

/// One of those that are compared: what is done before each round, and what is timed.
pub(crate) struct Contender<'a> {
    pub(crate) prepare: &'a dyn Fn(),
    pub(crate) work: &'a mut dyn FnMut(),
}

/// The best time of each, in seconds. Rounds alternate between them, so that a slow moment hits all.
pub(crate) fn interleaved<const N: usize>(rounds: usize, mut contenders: [Contender<'_>; N]) -> [f64; N] {
    let mut best = [f64::INFINITY; N];
    for _ in 0..rounds {
        for (best, contender) in best.iter_mut().zip(&mut contenders) {
            (contender.prepare)();
            let start = thread_seconds();
            (contender.work)();
            *best = best.min(thread_seconds() - start);
        }
    }
    best
}
