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
    status.lines().find_map(|line| mb_of(line, name)).unwrap_or(0.0)
}

/// Memory of this process that is no file's, in MB.
pub(super) fn anonymous_mb() -> f64 {
    let rollup = fs::read_to_string("/proc/self/smaps_rollup").unwrap_or_default();
    rollup.lines().find_map(|line| mb_of(line, "Anonymous:")).unwrap_or(0.0)
}

/// A file that is mapped into this process: its pages in memory, and those of them that the process wrote to and has for itself, in MB.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Mapped {
    pub(super) resident_mb: f64,
    pub(super) dirty_mb: f64,
}

/// What is mapped of the files whose path has `name` in it.
pub(super) fn mapped(name: &str) -> Mapped {
    let smaps = fs::read_to_string("/proc/self/smaps").unwrap_or_default();
    let (mut found, mut is_it) = (Mapped::default(), false);
    for line in smaps.lines() {
        // The head of a mapping begins with its addresses; what follows are names with a colon.
        if !line.split(' ').next().is_some_and(|first| first.ends_with(':')) {
            is_it = line.contains(name);
        } else if is_it {
            found.resident_mb += mb_of(line, "Rss:").unwrap_or(0.0);
            found.dirty_mb += mb_of(line, "Private_Dirty:").unwrap_or(0.0);
        }
    }
    found
}

fn mb_of(line: &str, name: &str) -> Option<f64> {
    let kib: f64 = line.strip_prefix(name)?.trim().split(' ').next()?.parse().ok()?;
    Some(kib * 1_024.0 / 1e6)
}
