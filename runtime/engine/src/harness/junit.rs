//! A report as JUnit XML, as CI servers read it.

use std::fmt::Write as _;

use super::report::{Check, Origin, Report, Status};

/// The report as a document.
pub fn xml(report: &Report) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for (origin, title) in [(Origin::Conformance, "conformance"), (Origin::Case, "cases")] {
        let checks: Vec<&Check> = report.checks.iter().filter(|check| check.origin == origin).collect();
        if !checks.is_empty() {
            suite(&mut out, &report.sink.file, title, &checks);
        }
    }
    out += "</testsuites>\n";
    out
}

fn suite(out: &mut String, file: &str, title: &str, checks: &[&Check]) {
    let count = |wanted: &[Status]| checks.iter().filter(|check| wanted.contains(&check.status)).count();
    let seconds = seconds(checks.iter().map(|check| check.duration_ms).sum());
    // Writing to a string does not fail.
    let _ = writeln!(
        out,
        "  <testsuite name=\"{title}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" time=\"{seconds}\">",
        checks.len(),
        count(&[Status::Failed]),
        count(&[Status::Skipped, Status::Excepted]),
    );
    for check in checks {
        let class = format!("{file}.{title}");
        let head = format!(
            "    <testcase classname=\"{}\" name=\"{}\" time=\"{}\"",
            escaped(&class),
            escaped(&check.name),
            self::seconds(check.duration_ms)
        );
        let _ = match check.status {
            Status::Passed => writeln!(out, "{head}/>"),
            Status::Failed => writeln!(
                out,
                "{head}>\n      <failure message=\"{}\" type=\"{}\">expected: {}\nhappened: {}\nrepair: {}</failure>\n    </testcase>",
                escaped(check.happened.as_deref().unwrap_or_default()),
                escaped(&check.name),
                escaped(&check.expected),
                escaped(check.happened.as_deref().unwrap_or_default()),
                escaped(check.repair.as_deref().unwrap_or_default()),
            ),
            Status::Skipped | Status::Excepted => writeln!(
                out,
                "{head}>\n      <skipped message=\"{}\"/>\n    </testcase>",
                escaped(check.reason.as_deref().unwrap_or_default())
            ),
        };
    }
    *out += "  </testsuite>\n";
}

fn seconds(ms: u64) -> String {
    format!("{}.{:03}", ms / 1_000, ms % 1_000)
}

/// Text as XML takes it: what XML cannot hold at all becomes U+FFFD.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#9;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_hold_is_not_in_it() {
        assert_eq!(escaped("a<b>&\"c\"\u{0}\n\u{ffff}"), "a&lt;b&gt;&amp;&quot;c&quot;\u{fffd}&#10;\u{fffd}");
        assert_eq!(seconds(61_005), "61.005");
    }
}
