//! Our cache beside raw moka, in the same run: speed, the worst read while many entries expire, memory after idling.
//!
//! `cargo bench -p braincase-cache --bench cache -- [--json PATH]`

#![expect(clippy::expect_used, reason = "a bench that cannot run has nothing to say")]
#![expect(clippy::print_stdout, reason = "its table is for people")]

mod memory;
mod report;
mod speed;
mod stall;
mod trace;

use std::{alloc::System, env, io, path::PathBuf};

use cap::Cap;

use crate::report::Report;

/// Counts the bytes that are in use, for both alike.
#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

fn main() -> io::Result<()> {
    let mut arguments = env::args();
    let json = arguments.by_ref().find(|argument| argument == "--json").and_then(|_| arguments.next());
    // Caches start their loads on it; nothing else runs there.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let _guard = runtime.enter();
    let mut report = Report::new();
    memory::measure(&mut report);
    stall::measure(&mut report);
    speed::measure(&mut report, &runtime);
    json.map_or(Ok(()), |path| report.write(&PathBuf::from(path)))
}
