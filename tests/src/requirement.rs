//! What a test does when the machine lacks something it needs: skip loudly at home, fail in continuous integration.

use std::{fmt::Display, io::Write};

/// The value of a requirement, or nothing when the test must be skipped; `test` and `need` go into what is printed.
///
/// A skipped test looks green, so on a build machine (`CI=true`) a missing requirement is a failure.
///
/// # Panics
/// With `CI=true` in the environment, when `found` is an error.
pub fn require<T, E: Display>(test: &str, need: &str, found: Result<T, E>) -> Option<T> {
    match decide(found, std::env::var("CI").is_ok_and(|value| value == "true")) {
        Verdict::Run(value) => Some(value),
        Verdict::Skip(reason) => {
            let notice = format!("\n*** SKIPPED {test}: it needs {need}: {reason}\n*** (set CI=true to make this a failure)\n");
            // Not eprintln!: the test harness swallows that of tests that pass. A broken stderr has no reader to tell.
            drop(writeln!(std::io::stderr(), "{notice}"));
            None
        }
        Verdict::Fail(reason) => panic!("{test} needs {need}: {reason} (CI=true, so nothing is skipped)"),
    }
}

#[derive(Debug, PartialEq)]
enum Verdict<T> {
    Run(T),
    Skip(String),
    Fail(String),
}

fn decide<T, E: Display>(found: Result<T, E>, is_ci: bool) -> Verdict<T> {
    match found {
        Ok(value) => Verdict::Run(value),
        Err(reason) if is_ci => Verdict::Fail(reason.to_string()),
        Err(reason) => Verdict::Skip(reason.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_requirement_is_skipped_at_home_and_fails_on_a_build_machine() {
        let check = |found: Result<u8, &str>, is_ci, expected| assert_eq!(decide(found, is_ci), expected, "{found:?} {is_ci}");
        check(Ok(1), false, Verdict::Run(1));
        check(Ok(1), true, Verdict::Run(1));
        check(Err("no node"), false, Verdict::Skip("no node".into()));
        check(Err("no node"), true, Verdict::Fail("no node".into()));
    }
}
