//! The steps of a command: announced, timed, and summed up in a table; the first failure ends them and says how to repeat it alone.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// What a step found worth telling in one line, or why it failed.
pub(crate) type Outcome = Result<String, String>;

/// A failed step; what there is to say has been said when it comes back.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failed;

/// The steps that ran so far.
pub(crate) struct Steps {
    command: &'static str,
    done: Vec<Done>,
}

struct Done {
    name: &'static str,
    took: Duration,
    outcome: Outcome,
}

impl Steps {
    /// No step yet, of the command of this name.
    pub(crate) fn of(command: &'static str) -> Self {
        Self { command, done: Vec::new() }
    }

    /// The name of the command whose steps these are.
    pub(crate) fn command(&self) -> &'static str {
        self.command
    }

    /// Announces a step, does it and keeps how it went. `rerun` is what to type to do it alone.
    ///
    /// # Errors
    /// The step failed; the summary is printed.
    pub(crate) fn run(&mut self, name: &'static str, rerun: &str, work: impl FnOnce() -> Outcome) -> Result<(), Failed> {
        println!("\n── {name}: {rerun}");
        let begin = Instant::now();
        let outcome = work();
        let took = begin.elapsed();
        match &outcome {
            Ok(note) => println!("   {name} ok in {}: {note}", seconds(took)),
            Err(reason) => println!("   {name} FAILED after {}: {reason}", seconds(took)),
        }
        let failed = outcome.is_err();
        self.done.push(Done { name, took, outcome });
        if !failed {
            return Ok(());
        }
        print!("{}", self.summary());
        println!("to repeat the step that failed: {rerun}");
        Err(Failed)
    }

    /// The table of all steps, with the total.
    pub(crate) fn summary(&self) -> String {
        let mut table = format!("\n── {}: summary\n", self.command);
        for step in &self.done {
            let (mark, note) = match &step.outcome {
                Ok(note) => ("ok", note.as_str()),
                Err(reason) => ("FAILED", reason.lines().next().unwrap_or_default()),
            };
            // Writing to a String cannot fail.
            let _ = writeln!(table, "   {:<14} {mark:<7} {:>9}   {note}", step.name, seconds(step.took));
        }
        let total = self.done.iter().map(|step| step.took).sum();
        let result = if self.done.iter().any(|step| step.outcome.is_err()) { "FAILED" } else { "ok" };
        let _ = writeln!(table, "   {:<14} {result:<7} {:>9}", "total", seconds(total));
        table
    }
}

fn seconds(duration: Duration) -> String {
    let whole = duration.as_secs();
    if whole < 60 { format!("{:.1} s", duration.as_secs_f64()) } else { format!("{} min {:02} s", whole / 60, whole % 60) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_step_ends_the_rest_and_marks_the_total() {
        let mut steps = Steps::of("test");
        assert_eq!(steps.run("first", "cargo one", || Ok("3 files".to_owned())), Ok(()));
        assert_eq!(steps.run("second", "cargo two", || Err("it broke\nin detail".to_owned())), Err(Failed));
        let summary = steps.summary();
        let rows: Vec<Vec<&str>> = summary.lines().skip(2).map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(rows[0], ["first", "ok", "0.0", "s", "3", "files"]);
        assert_eq!(rows[1], ["second", "FAILED", "0.0", "s", "it", "broke"]);
        assert_eq!(rows[2][..2], ["total", "FAILED"]);
    }

    #[test]
    fn durations_read_as_a_person_says_them() {
        assert_eq!(seconds(Duration::from_millis(1_250)), "1.2 s");
        assert_eq!(seconds(Duration::from_secs(754)), "12 min 34 s");
    }
}
