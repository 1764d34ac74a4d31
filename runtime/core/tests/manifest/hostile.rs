//! Files that mean harm end in one issue that names the limit.

use ampline_core::manifest::{self, FILE_BYTES_MAX};

use super::found;

/// Ten anchors, each of ten aliases of the one before: 10¹⁰ values if expanded.
fn billion_laughs() -> String {
    let mut source = "a0: &a0 [lol]\n".to_owned();
    for level in 1..=10 {
        let items = vec![format!("*a{}", level - 1); 10].join(", ");
        source.push_str(&format!("a{level}: &a{level} [{items}]\n"));
    }
    source
}

#[test]
fn bombs_and_towers_are_refused() {
    let deep = 100_000;
    let staircase: String = (0..400).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
    let wide: String = (0..2_000).map(|number| format!("k{number}: 1, ")).collect();
    let rows = [
        ("billion laughs", billion_laughs(), "E yaml-limit"),
        ("merges", format!("a: &a {{{wide}}}\nb:\n{}", "- {<<: *a}\n".repeat(200)), "E yaml-limit"),
        ("brackets", "[".repeat(deep), "E yaml-limit"),
        ("braces", "{a: ".repeat(deep), "E yaml-limit"),
        ("closed brackets", format!("{}{}", "[".repeat(deep), "]".repeat(deep)), "E yaml-limit"),
        ("dashes", "- ".repeat(deep), "E yaml-limit"),
        ("questions", "? ".repeat(deep), "E yaml-limit"),
        ("staircase", staircase, "E yaml-limit"),
        ("many values", format!("a: [{}]", "1,".repeat(260_000)), "E yaml-limit"),
        ("too large", "# ".repeat(FILE_BYTES_MAX / 2 + 1), "E yaml-limit"),
        ("10 MB", "a: 1\n".repeat(2_000_000), "E yaml-limit"),
        ("comments only", "#\n".repeat(200_000), "E empty-file"),
        ("unclosed quote", format!("a: \"{}", "x ".repeat(100_000)), "E yaml-syntax"),
        ("anchors", (0..20_000).map(|number| format!("- &a{number}\n")).collect(), "E wrong-type"),
        ("NULs", "\0".repeat(1_000), "E encoding"),
    ];
    for (name, source, expected) in rows {
        let found = found(source.as_bytes());
        assert!(found.len() == 1 && found[0].starts_with(expected), "{name}: {found:?}");
    }
}

#[test]
fn limits_are_named() {
    let message = |source: String| manifest::check(source.as_bytes()).issues.remove(0).message;
    assert!(message("x".repeat(10_000_000)).contains("larger than 1048576 bytes (1 MiB)"));
    assert!(message("[".repeat(1_000)).contains("deeper than 64 levels"));
    assert!(message(billion_laughs()).contains("more than 250000 values"));
}

#[test]
fn endless_problems_are_counted_and_not_all_listed() {
    let keys: String = (0..50_000).map(|number| format!("odd{number}: 1\n")).collect();
    let checked = manifest::check(format!("specVersion: 1.0.0\nintegrations: [{{}}]\n{keys}").as_bytes());
    assert!((1_000..1_100).contains(&checked.issues.len()), "{}", checked.issues.len());
    assert!(checked.issues.last().unwrap().message.ends_with("further problems are not listed"));
    assert!(checked.issues.iter().any(|issue| issue.rule == "required-field"), "errors are kept besides the warnings");
}

#[test]
fn odd_texts_stay_short_in_messages() {
    let long = "k".repeat(500_000);
    let checked =
        manifest::check(format!("specVersion: {long}\n? {long}\n: 1\nintegrations: [{{name: \"a\\u001b[31m\"}}]").as_bytes());
    for issue in checked.issues {
        let sizes = (issue.message.len(), issue.path.len(), issue.suggestion.as_deref().unwrap_or_default().len());
        assert!(sizes < (400, 400, 400) && sizes.1 < 400 && sizes.2 < 400, "{sizes:?}");
        assert!(!issue.message.contains('\u{1b}'), "{}", issue.message);
    }
}
