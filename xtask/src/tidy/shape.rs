//! The shape of a file: what it is called, what it begins with, how long it and its functions are, blanks at line ends.

use super::code::is_word;
use super::{Problem, Source};

const FILE_LINES_MAX: usize = 400;
const FUNCTION_LINES_MAX: usize = 70;

/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] = &["common", "helper", "helpers", "imp", "manager", "misc", "util", "utils"];

pub(super) fn check(source: &Source) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut report = |line, rule, message: String| problems.push(Problem { path: source.path.clone(), line, rule, message });
    if source.is_rust() || source.is_markdown() {
        for (line, message) in blanks(&source.text) {
            report(line, "blanks", message.to_owned());
        }
    }
    if !source.is_rust() || source.is_generated() {
        return problems;
    }
    if !source.text.starts_with("//!") {
        report(1, "module-doc", "begin with a `//!` sentence that says what this room is for".to_owned());
    }
    if let Some(name) = empty_name(&source.path) {
        report(0, "file-name", format!("`{name}` says nothing; name the file after what it holds"));
    }
    let lines = source.text.lines().count();
    if lines > FILE_LINES_MAX {
        report(
            0,
            "file-length",
            format!("{lines} lines; at most {FILE_LINES_MAX}: find the second idea in it and give it its own file"),
        );
    }
    for function in functions(&source.code) {
        if function.lines > FUNCTION_LINES_MAX {
            let Function { name, line, lines } = function;
            report(line, "function-length", format!("`{name}` has {lines} lines; at most {FUNCTION_LINES_MAX}"));
        }
    }
    problems
}

fn blanks(text: &str) -> impl Iterator<Item = (usize, &'static str)> {
    text.lines().enumerate().flat_map(|(index, line)| {
        let trailing = line.ends_with([' ', '\t', '\r']).then_some((index + 1, "blanks at the end of the line"));
        let tab = line.contains('\t').then_some((index + 1, "a tab; use blanks (in a literal: \\t)"));
        trailing.into_iter().chain(tab)
    })
}

/// The part of the path that says nothing: the file's own name, or for `mod.rs` that of its folder.
fn empty_name(path: &str) -> Option<&str> {
    let module = path.strip_suffix("/mod.rs").unwrap_or_else(|| path.strip_suffix(".rs").unwrap_or(path));
    let name = module.rsplit('/').next().unwrap_or(module);
    EMPTY_NAMES.contains(&name).then_some(name)
}

#[derive(Debug, PartialEq, Eq)]
struct Function {
    name: String,
    /// Of the word `fn`, from 1.
    line: usize,
    /// From the word `fn` to the closing brace, both included.
    lines: usize,
}

/// Functions with a body, nested ones too. Works on code without comments and literals, where braces pair up.
fn functions(code: &str) -> Vec<Function> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        let name: String = code[at + 3..].trim_start().chars().take_while(|&c| is_word(c)).collect();
        if code[..at].ends_with(is_word) || name.is_empty() {
            continue;
        }
        if let Some(body) = body(&code[at..]) {
            let line = code[..at].matches('\n').count() + 1;
            found.push(Function { name, line, lines: body.matches('\n').count() + 1 });
        }
    }
    found
}

/// From `fn` to the brace that closes its body; nothing for a declaration without one.
fn body(code: &str) -> Option<&str> {
    // Square brackets keep the `;` of `[u8; 4]` from being taken for the end of a declaration.
    let (mut brackets, mut braces) = (0_i32, 0_i32);
    for (at, c) in code.char_indices() {
        match c {
            '(' | '[' => brackets += 1,
            ')' | ']' => brackets -= 1,
            ';' if braces == 0 && brackets == 0 => return None,
            '{' => braces += 1,
            '}' => {
                braces -= 1;
                if braces <= 0 {
                    return Some(&code[..=at]);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(path: &str, text: &str) -> Vec<String> {
        check(&Source::new(path, text)).into_iter().map(|problem| format!("{} {}", problem.line, problem.rule)).collect()
    }

    #[test]
    fn a_file_begins_with_what_it_is_for() {
        assert_eq!(rules("a.rs", "//! What it is for.\nfn a() {}\n"), [""; 0]);
        assert_eq!(rules("a.rs", "// Not a doc.\nfn a() {}\n"), ["1 module-doc"]);
        assert_eq!(rules("a.rs", "#![allow(x)]\n//! Late.\n"), ["1 module-doc"]);
        assert_eq!(rules("a.rs", "// @generated\nfn a() {}\n"), [""; 0]);
        assert_eq!(rules("a.md", "No doc needed.\n"), [""; 0]);
    }

    #[test]
    fn names_that_say_nothing() {
        for (path, expected) in [
            ("a/utils.rs", Some("utils")),
            ("tests/common/mod.rs", Some("common")),
            ("a/utils/retry.rs", None),
            ("mod.rs", None),
            ("a/common_cold.rs", None),
        ] {
            assert_eq!(empty_name(path), expected, "{path}");
        }
    }

    #[test]
    fn blanks_and_tabs() {
        assert_eq!(rules("a.md", "fine\nnot fine \n\tnor this\nnor\tthis\t\n"), ["2 blanks", "3 blanks", "4 blanks", "4 blanks"]);
        assert_eq!(rules("a.toml", "a = 1 \n"), [""; 0]);
    }

    #[test]
    fn long_files_and_functions() {
        let long = |lines: usize| format!("//! Doc.\nfn short() {{}}\nfn long() {{\n{}}}\n", "    x();\n".repeat(lines - 2));
        assert_eq!(rules("a.rs", &long(FUNCTION_LINES_MAX)), [""; 0]);
        assert_eq!(rules("a.rs", &long(FUNCTION_LINES_MAX + 1)), ["3 function-length"]);
        let text = format!("//! Doc.\n{}", "const A: u8 = 1;\n".repeat(FILE_LINES_MAX));
        assert_eq!(rules("a.rs", &text), ["0 file-length"]);
    }

    #[test]
    fn functions_are_found_with_their_bodies() {
        let code = "impl A {\n fn a(&self, b: [u8; 4]) -> fn(u8) -> u8 {\n if x { y }\n }\n}\ntrait B { fn c(); fn d() { fn e() {} } }\nfn_like!();\n";
        let found: Vec<(String, usize, usize)> = functions(code).into_iter().map(|it| (it.name, it.line, it.lines)).collect();
        assert_eq!(found, [("a".to_owned(), 2, 3), ("d".to_owned(), 6, 1), ("e".to_owned(), 6, 1)]);
    }
}
