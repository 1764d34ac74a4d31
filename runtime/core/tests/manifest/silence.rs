//! `# amp:ignore`: warnings about a field and all beneath it fall silent, errors do not.

use super::check;

/// A manifest with three warnings, some lines with a comment before them or at their end.
fn check_comments(comments: &[(u32, &str)], expected: &[&str]) {
    let lines = [
        "specVersion: 1.0.0",
        "integrations:",
        "  - name: crm",
        "    provider: hubspot",
        "    odd: 1",
        "    read:",
        "      objects:",
        "        - objectName: contacts",
        "          destination: hook",
        "          schedule: '*/5 * * * *'",
    ];
    let mut source = String::new();
    for (number, line) in (1..).zip(lines) {
        for (_, comment) in comments.iter().filter(|(at, comment)| *at == number && !comment.starts_with(' ')) {
            source.push_str(&format!("{}{comment}\n", &line[..line.len() - line.trim_start().len()]));
        }
        let beside =
            comments.iter().find(|(at, comment)| *at == number && comment.starts_with(' ')).map_or("", |(_, comment)| comment);
        source.push_str(&format!("{line}{beside}\n"));
    }
    check(&source, expected);
}

#[test]
fn directives_silence_their_field_and_what_is_beneath() {
    let odd = "W unknown-key 5:5";
    let (risk, interval) = ("W frequent-schedule-risk 10:21", "W schedule-minimum-interval 10:21");
    check_comments(&[], &[odd, risk, interval]);
    check_comments(&[(10, " # amp:ignore")], &[odd]);
    check_comments(&[(10, " # amp:ignore[schedule-minimum-interval]")], &[odd, risk]);
    check_comments(&[(10, " # amp:ignore[ frequent-schedule-risk , schedule-minimum-interval ] for a while")], &[odd]);
    check_comments(&[(10, " # amp:ignore[unknown-key]")], &[odd, risk, interval]);
    check_comments(&[(10, " # amp:ignored")], &[odd, risk, interval]);
    check_comments(&[(10, " # see amp:ignore")], &[odd, risk, interval]);
    check_comments(&[(7, " # amp:ignore")], &[odd]);
    check_comments(&[(2, " # amp:ignore")], &[]);
    check_comments(&[(5, " #amp:ignore")], &[risk, interval]);
    // At the end of an item's first line it speaks of that key alone.
    check_comments(&[(8, " # amp:ignore")], &[odd, risk, interval]);
    check_comments(&[(9, " # amp:ignore")], &[odd, risk, interval]);
}

#[test]
fn a_directive_on_a_line_of_its_own_speaks_of_the_next() {
    let shifted = |lines: u32| {
        let line = 10 + lines;
        [format!("W frequent-schedule-risk {line}:21"), format!("W schedule-minimum-interval {line}:21")]
    };
    let [risk, interval] = shifted(1);
    check_comments(&[(10, "# amp:ignore")], &["W unknown-key 5:5"]);
    check_comments(&[(8, "# amp:ignore[frequent-schedule-risk]")], &["W unknown-key 5:5", &interval]);
    check_comments(&[(8, "# amp:ignore")], &["W unknown-key 5:5"]);
    check_comments(&[(9, "# amp:ignore")], &["W unknown-key 5:5", &risk, &interval]);
    check_comments(&[(1, "# amp:ignore")], &["W unknown-key 6:5", &risk, &interval]);
    let [risk, _] = shifted(3);
    check_comments(
        &[(8, "# why:"), (8, "# amp:ignore[schedule-minimum-interval]"), (8, "# that is why")],
        &["W unknown-key 5:5", &risk],
    );
}

#[test]
fn errors_cannot_be_silenced() {
    check(
        "# amp:ignore\nspecVersion: 3.0.0 # amp:ignore\n# amp:ignore\nintegrations: []",
        &["E spec-version 2:14", "E integration-structure 4:1"],
    );
}

#[test]
fn text_that_looks_like_a_directive_is_text() {
    check(
        "specVersion: 1.0.0\nintegrations:\n  - name: a\n    provider: p\n    odd: '# amp:ignore'\n    proxy: {enabled: true}",
        &["W unknown-key 5:5"],
    );
}
