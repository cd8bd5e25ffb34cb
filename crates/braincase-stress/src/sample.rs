//! Memory and file descriptors of a process, from /proc; nothing where there is no /proc.

use std::fs;

use serde::Serialize;

/// What a process holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Memory {
    /// Bytes in memory now.
    pub rss: u64,
    /// The most bytes that ever were in memory, as the kernel counts them: sampling would miss short peaks.
    pub peak: u64,
    /// Open file descriptors.
    pub descriptors: u64,
    /// Threads.
    pub threads: u64,
}

/// Looks at a process.
#[must_use]
pub fn memory_of(pid: u32) -> Option<Memory> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let descriptors = fs::read_dir(format!("/proc/{pid}/fd")).map_or(0, |entries| entries.count() as u64);
    parse_status(&status).map(|memory| Memory { descriptors, ..memory })
}

/// CPU time that this process has used, in seconds.
#[must_use]
pub fn own_cpu_seconds() -> Option<f64> {
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The name in parentheses may hold spaces; user and system time are the 12th and 13th field behind it.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / TICKS_PER_SECOND)
}

fn parse_status(status: &str) -> Option<Memory> {
    let number = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        line.split_whitespace().next()?.parse::<u64>().ok()
    };
    let bytes = |name: &str| number(name).map(|kib| kib << 10);
    Some(Memory {
        rss: bytes("VmRSS")?,
        peak: bytes("VmHWM")?,
        descriptors: 0,
        threads: number("Threads").unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_file_is_read() {
        let status = "Name:\tx\nVmHWM:\t   20480 kB\nVmRSS:\t   10240 kB\nThreads:\t7\n";
        let memory = Memory { rss: 10 << 20, peak: 20 << 20, descriptors: 0, threads: 7 };
        assert_eq!(parse_status(status), Some(memory));
        assert_eq!(parse_status("Name:\tkthread\n"), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_can_be_seen() {
        let memory = memory_of(std::process::id()).unwrap();
        assert!(memory.peak >= memory.rss && memory.rss > 0 && memory.descriptors > 0);
        assert!(own_cpu_seconds().is_some());
    }
}
