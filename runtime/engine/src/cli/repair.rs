//! Writes a repaired manifest in one step, or shows what would change.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::Path,
};

use ampline_core::manifest::redact;

/// Lines shown around a change.
const CONTEXT_LINES: usize = 3;

/// Puts `content` in the place of the file, all of it or nothing: whoever reads it meanwhile sees the old or the new one. Its
/// permissions stay; of a link, the file that it leads to is replaced.
pub(super) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let target = fs::canonicalize(path)?;
    let name = target.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let draft = target.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    let written = write_draft(&draft, content, &target).and_then(|()| fs::rename(&draft, &target));
    if written.is_err() {
        // What is left of it is of no use; the first error is the one to tell.
        let _ = fs::remove_file(&draft);
    }
    written
}

fn write_draft(draft: &Path, content: &[u8], target: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(draft)?;
    file.write_all(content)?;
    file.set_permissions(fs::metadata(target)?.permissions())?;
    file.sync_all()
}

/// Prints a unified diff of a file before and after fixes, which lie within lines; nothing where nothing changes.
pub(super) fn print_diff(name: &str, before: &[u8], after: &[u8], out: &mut dyn Write) -> io::Result<()> {
    let (before, after) = (String::from_utf8_lossy(before), String::from_utf8_lossy(after));
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let changed: Vec<usize> = (0..old.len().min(new.len())).filter(|&at| old[at] != new[at]).collect();
    if changed.is_empty() {
        return Ok(());
    }
    writeln!(out, "--- {name}\n+++ {name}")?;
    for (start, end) in hunks(&changed, old.len()) {
        let length = end - start;
        writeln!(out, "@@ -{0},{length} +{0},{length} @@", start + 1)?;
        let mut at = start;
        while at < end {
            let run = (at..end).take_while(|&at| old[at] != new[at]).count();
            if run == 0 {
                writeln!(out, " {}", redact(old[at]))?;
                at += 1;
                continue;
            }
            for line in &old[at..at + run] {
                writeln!(out, "-{}", redact(line))?;
            }
            for line in &new[at..at + run] {
                writeln!(out, "+{}", redact(line))?;
            }
            at += run;
        }
    }
    Ok(())
}

/// Ranges of lines around the changed ones; those that meet are one.
fn hunks(changed: &[usize], lines: usize) -> Vec<(usize, usize)> {
    let mut hunks: Vec<(usize, usize)> = Vec::new();
    for at in changed {
        let (start, end) = (at.saturating_sub(CONTEXT_LINES), (at + CONTEXT_LINES + 1).min(lines));
        match hunks.last_mut() {
            Some(last) if last.1 >= start => last.1 = end,
            _ => hunks.push((start, end)),
        }
    }
    hunks
}
