//! The house rules that no other tool knows, checked over every file of the repository. Each rule is a function from sources to problems.

mod boundaries;
mod code;
mod dead;
mod dependencies;
mod links;
mod shape;
mod source;
mod words;

use std::fmt;
use std::path::Path;

use crate::place;
use crate::step::Outcome;
use source::Source;

/// Files that may break a rule: the rule, the path, and why. An entry that is not needed any more is itself a problem.
const EXCEPTIONS: &[(&str, &str, &str)] = &[];

/// One broken rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Problem {
    /// Relative to the repository.
    path: String,
    /// From 1; 0 where the file as a whole is meant.
    line: usize,
    rule: &'static str,
    /// What is wrong and what to do.
    message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, line, rule, message } = self;
        if *line == 0 { write!(out, "{path}: {message} [{rule}]") } else { write!(out, "{path}:{line}: {message} [{rule}]") }
    }
}

/// Checks the whole repository.
///
/// # Errors
/// A rule is broken; every place has been printed.
pub(crate) fn run() -> Outcome {
    let root = place::repository();
    let sources = source::read_all(&root)?;
    let mut problems: Vec<Problem> = sources.iter().flat_map(|source| in_one(source, &root)).collect();
    problems.extend(dead::check(&sources));
    problems.extend(dependencies::check(&place::metadata(true)?));
    let mut problems = without_exceptions(problems, EXCEPTIONS);
    problems.sort();
    for problem in &problems {
        println!("   {problem}");
    }
    match problems.len() {
        0 => Ok(format!("{} files", sources.len())),
        1 => Err("1 problem, named above".to_owned()),
        count => Err(format!("{count} problems, named above")),
    }
}

/// All rules that look at one file.
fn in_one(source: &Source, root: &Path) -> Vec<Problem> {
    let mut problems = shape::check(source);
    problems.extend(words::check(source));
    problems.extend(boundaries::check(source));
    problems.extend(links::check(source, |path| root.join(path).exists()));
    problems
}

fn without_exceptions(problems: Vec<Problem>, exceptions: &[(&str, &str, &str)]) -> Vec<Problem> {
    let excepts = |problem: &Problem| exceptions.iter().any(|(rule, path, _)| problem.rule == *rule && problem.path == *path);
    let stale = exceptions.iter().filter(|(rule, path, _)| !problems.iter().any(|it| it.rule == *rule && it.path == *path));
    let stale: Vec<Problem> = stale
        .map(|(rule, path, why)| Problem {
            path: (*path).to_owned(),
            line: 0,
            rule: "exception",
            message: format!("the exception from `{rule}` ({why}) is not needed; remove it from xtask/src/tidy/mod.rs"),
        })
        .collect();
    problems.into_iter().filter(|problem| !excepts(problem)).chain(stale).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(rule: &'static str, path: &str) -> Problem {
        Problem { path: path.to_owned(), line: 1, rule, message: "it is so".to_owned() }
    }

    #[test]
    fn an_exception_hides_its_own_problem_only() {
        let problems = vec![problem("file-length", "a.rs"), problem("file-length", "b.rs"), problem("module-doc", "a.rs")];
        let left = without_exceptions(problems, &[("file-length", "a.rs", "a table")]);
        assert_eq!(
            left.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["b.rs:1: it is so [file-length]", "a.rs:1: it is so [module-doc]"]
        );
    }

    #[test]
    fn an_exception_that_nothing_needs_is_a_problem() {
        let left = without_exceptions(Vec::new(), &[("file-length", "a.rs", "a table")]);
        assert_eq!(left.len(), 1);
        assert!(left[0].to_string().starts_with("a.rs: the exception from `file-length` (a table) is not needed"), "{}", left[0]);
    }
}
