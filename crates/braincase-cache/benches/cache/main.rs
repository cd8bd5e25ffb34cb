//! Our cache beside raw moka, in the same run: speed, the worst read while many entries expire, memory after idling.
//!
//! `cargo xtask bench cache [memory|stall|speed]` runs all of it or a part; what it prints is also written to `target/bench/cache.json`.

#![expect(clippy::expect_used, reason = "a bench that cannot run has nothing to say")]
#![expect(clippy::print_stdout, reason = "its table is for people")]

mod memory;
mod report;
mod speed;
mod stall;
mod trace;

use std::{alloc::System, env, io};

use cap::Cap;

use crate::report::Report;

/// Counts the bytes that are in use, for both alike.
#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

fn main() -> io::Result<()> {
    // Caches start their loads on it; nothing else runs there.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let _guard = runtime.enter();
    let part = env::args().skip(1).find(|argument| argument != "--bench");
    let is_wanted = |name: &str| part.as_ref().is_none_or(|part| part == name);
    let mut report = Report::new();
    if is_wanted("memory") {
        memory::measure(&mut report);
    }
    if is_wanted("stall") {
        stall::measure(&mut report);
    }
    if is_wanted("speed") {
        speed::measure(&mut report, &runtime);
    }
    // The program lies in `target/release/deps`.
    let program = env::current_exe()?;
    let target = program.ancestors().nth(3).expect("cargo runs it from its target folder");
    report.write(&target.join("bench").join("cache.json"))
}
