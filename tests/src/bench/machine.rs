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

/// Code of a file that is mapped into this process: its pages in memory, and those of them that this process has for itself, in MB.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Code {
    pub(super) resident_mb: f64,
    pub(super) private_mb: f64,
}

/// The code out of the files whose path has `name` in it. What else is mapped of them is data, of which every instance writes its own.
pub(super) fn mapped_code(name: &str) -> Code {
    code_in(&fs::read_to_string("/proc/self/smaps").unwrap_or_default(), name)
}

fn code_in(smaps: &str, name: &str) -> Code {
    let (mut found, mut is_it) = (Code::default(), false);
    for line in smaps.lines() {
        let mut words = line.split_ascii_whitespace();
        // The head of a mapping begins with its addresses and permissions; what follows are names with a colon.
        if words.next().is_some_and(|first| !first.ends_with(':')) {
            is_it = line.contains(name) && words.next().is_some_and(|permissions| permissions.contains('x'));
        } else if is_it {
            found.resident_mb += mb_of(line, "Rss:").unwrap_or(0.0);
            // Not those that are dirty: a file that was written a moment ago has dirty pages that are everybody's.
            found.private_mb += mb_of(line, "Anonymous:").unwrap_or(0.0);
        }
    }
    found
}

fn mb_of(line: &str, name: &str) -> Option<f64> {
    let kib: f64 = line.strip_prefix(name)?.trim().split(' ').next()?.parse().ok()?;
    Some(kib * 1_024.0 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_what_can_be_executed() {
        let smaps = "7f10-7f20 r--p 00000000 08:01 42 /cache/abc.cwasm\nRss: 1000 kB\nAnonymous: 500 kB\n\
                     7f20-7f30 r-xp 00010000 08:01 42 /cache/abc.cwasm\nRss: 2000 kB\nPrivate_Dirty: 2000 kB\nAnonymous: 0 kB\n\
                     7f30-7f40 rw-p 00020000 08:01 42 /cache/abc.cwasm\nRss: 4000 kB\nAnonymous: 4000 kB\n\
                     7f40-7f50 r-xp 00000000 08:01 43 /usr/lib/other.so\nRss: 8000 kB\nAnonymous: 8 kB\n";
        let code = code_in(smaps, "abc");
        assert_eq!((code.resident_mb, code.private_mb), (2.048, 0.0));
    }
}
