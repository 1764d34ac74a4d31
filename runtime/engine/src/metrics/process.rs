//! The process itself, under the names that every Prometheus client uses. Linux tells it in `/proc`; elsewhere these figures are absent.

/// What the kernel counts time in for programs (USER_HZ): the same on every architecture that Rust builds for.
#[cfg(target_os = "linux")]
const TICKS_PER_S: f64 = 100.0;

/// Appends what is known.
#[cfg(target_os = "linux")]
pub(super) fn write(out: &mut String) {
    let read = |path| std::fs::read_to_string(path).ok();
    let mut told = |name, help, kind, value: Option<f64>| {
        if let Some(value) = value {
            super::sampled(out, name, help, kind, [(String::new(), value)]);
        }
    };
    let stat = read("/proc/self/stat").unwrap_or_default();
    let cpu_s = field(&stat, 14).zip(field(&stat, 15)).map(|(user, system)| (user + system) / TICKS_PER_S);
    told("process_cpu_seconds_total", "Time of the processors, user and system.", "counter", cpu_s);
    told("process_virtual_memory_bytes", "Memory that is mapped.", "gauge", field(&stat, 23));
    let resident_kib = read("/proc/self/status").and_then(|status| line(&status, "VmRSS:"));
    told("process_resident_memory_bytes", "Memory that is resident.", "gauge", resident_kib.map(|kib| kib * 1024.0));
    let booted_s = read("/proc/stat").and_then(|stat| line(&stat, "btime "));
    let started_s = booted_s.zip(field(&stat, 22)).map(|(booted_s, ticks)| booted_s + ticks / TICKS_PER_S);
    told("process_start_time_seconds", "When the process began, in seconds since 1970.", "gauge", started_s);
    let open = std::fs::read_dir("/proc/self/fd").ok().map(|open| open.count() as f64);
    told("process_open_fds", "Files and sockets that are open.", "gauge", open);
    let most = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    told("process_max_fds", "Files and sockets that may be open.", "gauge", most.map(|most| most as f64));
}

/// Nothing is known.
#[cfg(not(target_os = "linux"))]
pub(super) fn write(_out: &mut String) {}

/// A field of `/proc/self/stat` by its number in proc(5). The second, a name in parentheses, may hold anything: what counts is behind it.
#[cfg(target_os = "linux")]
fn field(stat: &str, number: usize) -> Option<f64> {
    stat.rsplit_once(')')?.1.split_whitespace().nth(number.checked_sub(3)?)?.parse().ok()
}

/// The number at the beginning of what follows a name.
#[cfg(target_os = "linux")]
fn line(text: &str, name: &str) -> Option<f64> {
    text.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse().ok()
}
