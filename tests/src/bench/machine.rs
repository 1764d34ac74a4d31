//! What the operating system knows of a process.

use std::{fs, time::Duration};

/// Clock ticks per second in /proc; fixed on Linux.
const TICKS_PER_SECOND: f64 = 100.0;

/// Processor time that this process has used, of all its threads.
pub(super) fn cpu_time() -> Duration {
    cpu_time_of(std::process::id())
}

/// Processor time that a process has used, of all its threads; none of its children.
pub(super) fn cpu_time_of(pid: u32) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The second field is the name in parentheses, which may hold spaces; user and system time are the 14th and 15th.
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or("").split(' ').collect();
    let ticks = |place: usize| fields.get(place).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
    Duration::from_secs_f64((ticks(11) + ticks(12)) / TICKS_PER_SECOND)
}

/// Memory of a process in MB: resident, with the pages of mapped files that it has touched.
pub(super) fn resident_mb(pid: u32) -> f64 {
    status_mb(pid, "VmRSS:")
}

/// The most memory that a process ever had, in MB, counted as [`resident_mb`] does.
pub(super) fn peak_mb(pid: u32) -> f64 {
    status_mb(pid, "VmHWM:")
}

fn status_mb(pid: u32, name: &str) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("");
    let kib = line.trim().split(' ').next().and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
    kib * 1_024.0 / 1e6
}
