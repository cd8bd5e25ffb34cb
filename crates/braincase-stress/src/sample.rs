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

/// CPU time used until some moment, in seconds of one core.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct CpuTimes {
    /// By this process.
    pub harness: f64,
    /// By the server.
    pub server: f64,
    /// By the provider.
    pub provider: f64,
    /// By everybody on this machine.
    pub busy: f64,
    /// What all cores together could have done.
    pub passed: f64,
}

/// Linux counts CPU time in these, on every machine that we know.
const TICKS_PER_SECOND: f64 = 100.0;

/// CPU time that the machine has used and could have used, in seconds of one core.
#[must_use]
pub fn machine_cpu_seconds() -> Option<(f64, f64)> {
    parse_machine(&fs::read_to_string("/proc/stat").ok()?)
}

fn parse_machine(stat: &str) -> Option<(f64, f64)> {
    // User, nice, system, idle, waiting for disks, interrupts, soft interrupts, stolen.
    let line = stat.lines().find_map(|line| line.strip_prefix("cpu "))?;
    let ticks: Vec<f64> = line.split_whitespace().take(8).map_while(|ticks| ticks.parse().ok()).collect();
    let (all, idle) = (ticks.iter().sum::<f64>(), ticks.get(3)? + ticks.get(4)?);
    Some(((all - idle) / TICKS_PER_SECOND, all / TICKS_PER_SECOND))
}

/// CPU time that this process has used, in seconds.
#[must_use]
pub fn own_cpu_seconds() -> Option<f64> {
    cpu_seconds("self")
}

/// CPU time that a process has used, in seconds.
#[must_use]
pub fn cpu_seconds_of(pid: u32) -> Option<f64> {
    cpu_seconds(&pid.to_string())
}

fn cpu_seconds(process: &str) -> Option<f64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
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
    fn the_cpu_time_of_a_machine_is_read() {
        let stat = "cpu  100 0 200 600 100 0 0 0 0 0\ncpu0 1 2 3 4\n";
        assert_eq!(parse_machine(stat), Some((3.0, 10.0)));
        assert_eq!(parse_machine("intr 5"), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_can_be_seen() {
        let memory = memory_of(std::process::id()).unwrap();
        assert!(memory.peak >= memory.rss && memory.rss > 0 && memory.descriptors > 0);
        assert!(own_cpu_seconds().is_some() && cpu_seconds_of(std::process::id()).is_some());
        assert!(machine_cpu_seconds().is_some_and(|(busy, passed)| 0.0 < busy && busy < passed));
    }
}
