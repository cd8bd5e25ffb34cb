//! Our cache beside raw moka, in the same run: speed, the worst read while many entries expire, memory after idling.
//!
//! `cargo xtask bench cache [memory|stall|speed]` runs all of it or parts; all of it is also written to `bench/cache.json` in
//! the target folder.

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

const PARTS: [&str; 3] = ["memory", "stall", "speed"];

fn main() -> io::Result<()> {
    // Caches start their loads on it; nothing else runs there.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let _guard = runtime.enter();
    let wanted: Vec<_> = env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let Some(unknown) = wanted.iter().find(|part| !PARTS.contains(&part.as_str())) {
        return Err(io::Error::other(format!("there is no part {unknown:?}; there are {}", PARTS.join(", "))));
    }
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|part| part == name);
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
    if !PARTS.into_iter().all(is_wanted) {
        // The report on disk is of all parts; those that were not measured now would be missing.
        return Ok(());
    }
    // The program lies in `target/release/deps`.
    let program = env::current_exe()?;
    let target = program.ancestors().nth(3).expect("cargo runs it from its target folder");
    report.write(&target.join("bench").join("cache.json"))
}
