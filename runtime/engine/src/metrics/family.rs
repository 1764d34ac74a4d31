//! Counters and histograms of one name: a series for each set of label values, as many as are bearable.

use std::{
    collections::BTreeMap,
    fmt::Write,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// Series of one name; what comes beyond them counts under [`OVERFLOW`], so that memory and answers stay bounded.
const SERIES_MAX: usize = 1_000;
/// The value of every label beyond [`SERIES_MAX`].
const OVERFLOW: &str = "other";

/// What is counted under one name.
pub(crate) struct Family {
    name: &'static str,
    help: &'static str,
    labels: &'static [&'static str],
    /// Upper bounds of a histogram's buckets, in seconds; a counter has none.
    bounds_s: Option<&'static [f64]>,
    /// By labels as they are written.
    series: Mutex<BTreeMap<String, Series>>,
}

#[derive(Default)]
struct Series {
    count: u64,
    sum_s: f64,
    /// Those that each bucket alone holds.
    buckets: Vec<u64>,
}

impl Family {
    pub(super) const fn counter(name: &'static str, help: &'static str, labels: &'static [&'static str]) -> Self {
        Self { name, help, labels, bounds_s: None, series: Mutex::new(BTreeMap::new()) }
    }

    pub(super) const fn histogram(
        name: &'static str,
        help: &'static str,
        labels: &'static [&'static str],
        bounds_s: &'static [f64],
    ) -> Self {
        Self { name, help, labels, bounds_s: Some(bounds_s), series: Mutex::new(BTreeMap::new()) }
    }

    /// Counts so many, under a value for each label.
    pub(crate) fn add(&self, values: &[&str], count: u64) {
        if count > 0 {
            self.with(values, |series| series.count += count);
        }
    }

    /// Counts how long things took, under a value for each label.
    pub(crate) fn observe(&self, values: &[&str], times: impl IntoIterator<Item = Duration>) {
        let bounds_s = self.bounds_s.unwrap_or_default();
        let mut times = times.into_iter().peekable();
        if times.peek().is_none() {
            return;
        }
        self.with(values, |series| {
            series.buckets.resize(bounds_s.len(), 0);
            for time in times {
                let seconds = time.as_secs_f64();
                series.count += 1;
                series.sum_s += seconds;
                if let Some(bucket) = series.buckets.get_mut(bounds_s.partition_point(|bound| *bound < seconds)) {
                    *bucket += 1;
                }
            }
        });
    }

    fn with(&self, values: &[&str], change: impl FnOnce(&mut Series)) {
        let mut series = self.series.lock().unwrap_or_else(PoisonError::into_inner);
        let mut key = self.written(values.iter().copied());
        if series.len() >= SERIES_MAX && !series.contains_key(&key) {
            key = self.written(values.iter().map(|_| OVERFLOW));
        }
        change(series.entry(key).or_default());
    }

    fn written<'v>(&self, values: impl Iterator<Item = &'v str>) -> String {
        let pairs: Vec<String> =
            self.labels.iter().zip(values).map(|(label, value)| format!("{label}=\"{}\"", escaped(value))).collect();
        pairs.join(",")
    }

    /// Appends all series in the text format.
    pub(super) fn write(&self, out: &mut String) {
        let series = self.series.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(bounds_s) = self.bounds_s else {
            let samples = series.iter().map(|(labels, series)| (labels.clone(), series.count as f64));
            return super::sampled(out, self.name, self.help, "counter", samples);
        };
        super::sampled(out, self.name, self.help, "histogram", []);
        for (labels, series) in series.iter() {
            write_histogram(out, self.name, labels, bounds_s, series);
        }
    }
}

/// Writing to a string cannot fail.
fn write_histogram(out: &mut String, name: &str, labels: &str, bounds_s: &[f64], series: &Series) {
    let separator = if labels.is_empty() { "" } else { "," };
    let mut so_far = 0;
    for (bound, count) in bounds_s.iter().zip(&series.buckets) {
        so_far += count;
        let _ = writeln!(out, "{name}_bucket{{{labels}{separator}le=\"{bound}\"}} {so_far}");
    }
    let (count, sum_s) = (series.count, series.sum_s);
    let _ = writeln!(out, "{name}_bucket{{{labels}{separator}le=\"+Inf\"}} {count}");
    let braced = if labels.is_empty() { String::new() } else { format!("{{{labels}}}") };
    let _ = writeln!(out, "{name}_sum{braced} {sum_s}\n{name}_count{braced} {count}");
}

/// A label's value as the text format has it.
pub(crate) fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(family: &Family, expected: &str) {
        let mut out = String::new();
        family.write(&mut out);
        assert_eq!(out, expected);
    }

    #[test]
    fn series_are_written_in_the_text_format() {
        let counter = Family::counter("made_total", "Made.", &["by"]);
        counter.add(&["a\"b\\c\nd"], 2);
        counter.add(&["a\"b\\c\nd"], 1);
        counter.add(&["nobody"], 0);
        check(&counter, "# HELP made_total Made.\n# TYPE made_total counter\nmade_total{by=\"a\\\"b\\\\c\\nd\"} 3\n");
        let histogram = Family::histogram("took_seconds", "Took.", &[], &[0.5, 2.0]);
        histogram.observe(&[], [0.25, 0.5, 1.0, 4.0].map(Duration::from_secs_f64));
        let expected = "# HELP took_seconds Took.\n# TYPE took_seconds histogram\ntook_seconds_bucket{le=\"0.5\"} 2\n\
             took_seconds_bucket{le=\"2\"} 3\ntook_seconds_bucket{le=\"+Inf\"} 4\ntook_seconds_sum 5.75\ntook_seconds_count 4\n";
        check(&histogram, expected);
    }

    #[test]
    fn there_are_only_so_many_series() {
        let counter = Family::counter("made_total", "Made.", &["by"]);
        for number in 0..SERIES_MAX + 50 {
            counter.add(&[&number.to_string()], 1);
        }
        let mut out = String::new();
        counter.write(&mut out);
        assert_eq!(out.lines().count(), SERIES_MAX + 3);
        assert!(out.contains("made_total{by=\"other\"} 50\n"), "{out}");
    }
}
