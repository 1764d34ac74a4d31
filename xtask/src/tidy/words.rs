//! Words that may not stand in a file: work left undone, tests switched off, paths of somebody's machine.

use super::code::{is_word, stands_in};
use super::{Problem, Source};

/// Code that says "not finished", and what to do instead.
const UNFINISHED: &[(&str, &str)] = &[
    ("todo!", "write it, or return an error that says what is missing"),
    ("unimplemented!", "write it, or return an error that says what is missing"),
    ("#[ignore", "a test runs or goes; a known-wrong behaviour is asserted with a FIXME"),
    ("dbg!", "use a log line that may stay, or none"),
];

/// First folders of absolute paths that exist on one machine only.
const PRIVATE_ROOTS: &[&str] = &["Users", "home", "root", "work"];

/// A folder that a team keeps beside its clones.
const SHARED: &str = "shared";

pub(super) fn check(source: &Source) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut report = |index: usize, rule, message| {
        problems.push(Problem { path: source.path.clone(), line: index + 1, rule, message });
    };
    for (index, line) in source.code.lines().enumerate() {
        for (word, instead) in UNFINISHED.iter().filter(|(word, _)| stands_in(line, word)) {
            report(index, "unfinished", format!("`{word}`: {instead}"));
        }
    }
    for (index, line) in source.text.lines().enumerate() {
        if let Some(path) = private_path(line) {
            report(
                index,
                "outside",
                format!("`{path}` lies outside the repository, which must stand alone; say it here in our own words"),
            );
        }
    }
    problems
}

/// A path that leads out of the repository to a place that others do not have.
fn private_path(line: &str) -> Option<String> {
    let absolute = PRIVATE_ROOTS.iter().map(|root| format!("/{root}/"));
    let beside = std::iter::once(format!("../{SHARED}/"));
    absolute.chain(beside).find(|path| line.match_indices(path).any(|(at, _)| !continues_a_path(&line[..at])))
}

/// Whether what comes next is the middle of a longer path or address, such as `https://example.com/home/` or `$ROOT/work/`.
fn continues_a_path(before: &str) -> bool {
    before.ends_with(|c: char| is_word(c) || ".-}/".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unfinished_work_is_found_in_code_only() {
        for (text, expected) in [
            ("fn a() { todo!() }", 1),
            ("fn a() { unimplemented!(\"later\") }", 1),
            ("#[ignore = \"slow\"]\nfn a() { dbg!(1); }", 2),
            ("// todo! in a comment\nlet a = \"dbg!\";", 0),
            ("my_todo!()", 0),
        ] {
            assert_eq!(check(&Source::new("a.rs", text)).len(), expected, "{text}");
        }
    }

    #[test]
    fn paths_of_one_machine_are_found_everywhere() {
        let home = |rest: &str| format!("see /{}/{rest}", "home");
        for (line, expected) in [
            (home("me/notes.md"), true),
            (format!("see ../{SHARED}/spec.md"), true),
            (format!("\"/{}/x\"", "work"), true),
            ("https://example.com/home/page".to_owned(), false),
            ("$HOME/work/here, ${ROOT}/home/".to_owned(), false),
            ("src/home/mod.rs, home/, /homework/".to_owned(), false),
        ] {
            let found = check(&Source::new("a.md", &line));
            assert_eq!(!found.is_empty(), expected, "{line}");
        }
    }
}
