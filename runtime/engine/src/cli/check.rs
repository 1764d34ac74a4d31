//! `ampline check`: prints what is wrong with manifests, for people or for programs, and repairs what can be repaired safely.

use std::{
    fs::File,
    io::{self, IsTerminal, Read, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use ampline_core::manifest::{self, FILE_BYTES_MAX, Issue};
use clap::Args;

use super::{
    Format,
    findings::{self, CheckedFile, Paint},
    repair,
};

/// Checks amp.yaml files and prints every problem with its place and its remedy.
///
/// Exit code: 0 without errors, 1 with errors, 2 where a file could not be read or written.
#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// Manifests to check; `-` reads the standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// How to print what is found
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Apply the fixes that are safe to the files, keeping comments and layout, and say what they were
    #[arg(long)]
    fix: bool,
    /// Show what `--fix` would change, as a unified diff, and write nothing; secrets are blanked in it
    #[arg(long, visible_alias = "dry-run")]
    diff: bool,
    /// End with 1 for warnings too
    #[arg(long)]
    deny_warnings: bool,
}

/// How a check ended, worst last. The number is the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    /// No errors, perhaps warnings.
    Sound = 0,
    /// At least one error, or a warning where those are denied.
    Errors = 1,
    /// At least one file could not be read or written, or the findings not be printed.
    Unreadable = 2,
}

impl From<Verdict> for ExitCode {
    fn from(verdict: Verdict) -> Self {
        Self::from(verdict as u8)
    }
}

/// Prints what is wrong with a manifest that was read already, without a summary.
///
/// # Errors
/// When it cannot be written.
pub(super) fn print_issues(file: &Path, source: &[u8], issues: &[Issue], out: &mut dyn Write) -> io::Result<()> {
    findings::print_file(&file.display().to_string(), source, issues, &Paint { colour: false }, out)
}

/// Checks the files and prints to the standard output; what could not be read goes to the standard error.
pub(super) fn run(args: &CheckArgs) -> ExitCode {
    let colour = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let mut out = io::BufWriter::new(io::stdout().lock());
    let verdict = check(args, colour, &mut io::stdin().lock(), &mut out, &mut io::stderr().lock());
    match verdict.and_then(|verdict| out.flush().map(|()| verdict)) {
        Ok(verdict) => verdict.into(),
        // Whoever reads the findings has seen enough (`ampline check … | head`).
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Verdict::Unreadable.into(),
        Err(error) => {
            eprintln!("error: cannot write the findings: {error}");
            Verdict::Unreadable.into()
        }
    }
}

/// [`run`] with its surroundings as parameters. An error is one of writing.
pub(super) fn check(
    args: &CheckArgs,
    colour: bool,
    stdin: &mut dyn Read,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<Verdict> {
    let mut verdict = Verdict::Sound;
    let mut files = Vec::new();
    for path in &args.files {
        let name = if is_stdin(path) { "<stdin>".to_owned() } else { path.display().to_string() };
        let file = read(path, stdin).map_err(|error| format!("cannot read {name}: {error}"));
        match file.and_then(|source| judge(args, path, name, source, out)) {
            Ok(file) => {
                verdict = verdict.max(if is_sound(&file, args) { Verdict::Sound } else { Verdict::Errors });
                files.push(file);
            }
            Err(message) => {
                writeln!(err, "error: {message}")?;
                verdict = Verdict::Unreadable;
            }
        }
    }
    match (args.format, args.diff) {
        (Format::Json, _) => findings::print_json(&files, out)?,
        (Format::Yaml, _) => findings::print_yaml(&files, out)?,
        // The diff was printed, and is what was asked for.
        (Format::Table, true) => {}
        (Format::Table, false) => findings::print_text(&files, colour, out)?,
    }
    Ok(verdict)
}

fn is_sound(file: &CheckedFile, args: &CheckArgs) -> bool {
    file.checked.manifest.is_some() && (!args.deny_warnings || file.checked.issues.is_empty())
}

/// Checks a file; with `--fix` as it is afterwards.
fn judge(args: &CheckArgs, path: &Path, name: String, source: Vec<u8>, out: &mut dyn Write) -> Result<CheckedFile, String> {
    if args.diff {
        let fixed = manifest::fixed(&source);
        if args.format == Format::Table {
            repair::print_diff(&name, &source, &fixed.source, out)
                .map_err(|error| format!("cannot print the changes: {error}"))?;
        }
        return Ok(CheckedFile { name, checked: manifest::check(&source), source, applied: Vec::new() });
    }
    if !args.fix {
        return Ok(CheckedFile { name, checked: manifest::check(&source), source, applied: Vec::new() });
    }
    if is_stdin(path) {
        return Err("cannot fix the standard input: give a file, or `--diff` to see the changes".to_owned());
    }
    let fixed = manifest::fixed(&source);
    if fixed.source != source {
        repair::replace(path, &fixed.source).map_err(|error| format!("cannot write {name}: {error}"))?;
    }
    Ok(CheckedFile { name, checked: manifest::check(&fixed.source), source: fixed.source, applied: fixed.applied })
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// The file, or one byte more of it than a manifest may have.
fn read(path: &Path, stdin: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut source = Vec::new();
    let limit = FILE_BYTES_MAX as u64 + 1;
    if is_stdin(path) {
        stdin.take(limit).read_to_end(&mut source)?;
    } else {
        File::open(path)?.take(limit).read_to_end(&mut source)?;
    }
    Ok(source)
}

#[cfg(test)]
mod tests {
    //! No doubles but byte buffers for the streams; files are those of `examples/amp-yaml`, and temporary ones.

    use super::*;

    const SOUND: &str = "specVersion: 1.0.0\nintegrations: [{name: a, provider: p, proxy: {enabled: true}}]\n";

    fn example(name: &str) -> String {
        format!("{}/../../examples/amp-yaml/{name}.yaml", env!("CARGO_MANIFEST_DIR"))
    }

    fn arguments(files: &[&str]) -> CheckArgs {
        let files = files.iter().map(PathBuf::from).collect();
        CheckArgs { files, format: Format::Table, fix: false, diff: false, deny_warnings: false }
    }

    /// The verdict, what was printed, and what went to the standard error.
    fn checked(files: &[&str], format: Format, stdin: &str) -> (Verdict, String, String) {
        checked_with(&CheckArgs { format, ..arguments(files) }, stdin)
    }

    fn checked_with(args: &CheckArgs, stdin: &str) -> (Verdict, String, String) {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let verdict = check(args, false, &mut stdin.as_bytes(), &mut out, &mut err).unwrap();
        (verdict, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
    }

    const FAULTY: &str =
        "# ours\nspecVersion: 1.0.0\nintegrations: [{name: a, provider: HubSpot, proxy: {enabled: yes}}] # why\n";

    /// A file of its own that holds `content`.
    fn file(content: &str) -> (tempfile::TempDir, String) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("amp.yaml");
        std::fs::write(&path, content).unwrap();
        (folder, path.display().to_string())
    }

    #[test]
    fn fixes_are_written_and_told() {
        let (folder, path) = file(FAULTY);
        let args = CheckArgs { fix: true, ..arguments(&[&path]) };
        let expected = format!(
            "{path}:3:36: fixed[provider-not-supported]: write `hubspot`\n{path}:3:62: fixed[wrong-type]: write `true`\n\
             1 file checked: 0 errors, 0 warnings; 2 fixed\n"
        );
        assert_eq!(checked_with(&args, ""), (Verdict::Sound, expected, String::new()));
        let fixed = std::fs::read_to_string(&path).unwrap();
        assert_eq!(fixed, FAULTY.replace("HubSpot", "hubspot").replace("yes", "true"));
        assert_eq!(checked_with(&args, "").1, "1 file checked: 0 errors, 0 warnings\n");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no draft is left");
        let (verdict, _, err) = checked_with(&CheckArgs { fix: true, ..arguments(&["-"]) }, FAULTY);
        assert_eq!((verdict, err.starts_with("error: cannot fix the standard input")), (Verdict::Unreadable, true));
    }

    #[cfg(unix)]
    #[test]
    fn links_and_permissions_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let (folder, path) = file(FAULTY);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let link = folder.path().join("link.yaml");
        symlink(&path, &link).unwrap();
        checked_with(&CheckArgs { fix: true, ..arguments(&[link.to_str().unwrap()]) }, "");
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        assert!(std::fs::read_to_string(&path).unwrap().contains("hubspot"));
    }

    #[test]
    fn a_diff_shows_what_would_change_and_changes_nothing() {
        let (_folder, path) = file(FAULTY);
        let expected = format!(
            "--- {path}\n+++ {path}\n@@ -1,3 +1,3 @@\n # ours\n specVersion: 1.0.0\n\
             -integrations: [{{name: a, provider: HubSpot, proxy: {{enabled: yes}}}}] # why\n\
             +integrations: [{{name: a, provider: hubspot, proxy: {{enabled: true}}}}] # why\n"
        );
        for fix in [true, false] {
            let args = CheckArgs { fix, diff: true, ..arguments(&[&path]) };
            assert_eq!(checked_with(&args, "").1, expected);
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), FAULTY);
        assert_eq!(checked_with(&CheckArgs { diff: true, ..arguments(&["-"]) }, SOUND).1, "");
    }

    #[test]
    fn secrets_are_not_quoted() {
        let declared = "destinations: [{name: d, type: webhook, url: ann:hunter2@example.com, password: swordfish, name: 7}]\n";
        let source = format!("{SOUND}{declared}");
        let diff = CheckArgs { diff: true, ..arguments(&["-"]) };
        let json = CheckArgs { format: Format::Json, ..arguments(&["-"]) };
        for args in [arguments(&["-"]), diff, json] {
            let (_, out, _) = checked_with(&args, &source);
            assert!(out.contains("https://"), "{out}");
            assert!(!out.contains("hunter2") && !out.contains("swordfish"), "{out}");
        }
    }

    #[test]
    fn warnings_count_where_they_are_denied() {
        let warned = SOUND.replace("true", "yes");
        assert_eq!(checked(&["-"], Format::Table, &warned).0, Verdict::Sound);
        let args = CheckArgs { deny_warnings: true, ..arguments(&["-"]) };
        assert_eq!(checked_with(&args, &warned).0, Verdict::Errors);
        assert_eq!(checked_with(&args, SOUND).0, Verdict::Sound);
    }

    #[test]
    fn the_worst_file_decides_the_verdict() {
        let (sound, broken) = (example("0c6a5ce-salesforce"), example("c88e8c9-quickstart"));
        let rows: [(&[&str], Verdict); 5] = [
            (&["-"], Verdict::Sound),
            (&[&sound], Verdict::Sound),
            (&[&sound, &broken, "-"], Verdict::Errors),
            (&["/nowhere/amp.yaml", &broken], Verdict::Unreadable),
            (&[&broken, "/"], Verdict::Unreadable),
        ];
        for (files, verdict) in rows {
            assert_eq!(checked(files, Format::Table, SOUND).0, verdict, "{files:?}");
        }
    }

    #[test]
    fn people_see_the_line_and_where_in_it() {
        let (_, out, err) = checked(&["-"], Format::Table, &SOUND.replace("true", "3").replace("name: a", "name: é"));
        let expected = "\
<stdin>:2:23: warning[integration-structure]: integration names are up to 64 letters, digits, `-` and `_`
 2 | integrations: [{name: é, provider: p, proxy: {enabled: 3}}]
   |                       ^
   at $.integrations[0].name
   help: put the readable name into `displayName`

<stdin>:2:56: error[wrong-type]: `enabled` must be `true` or `false`, found a number `3`
 2 | integrations: [{name: é, provider: p, proxy: {enabled: 3}}]
   |                                                        ^
   at $.integrations[0].proxy.enabled

1 file checked: 1 error, 1 warning
";
        assert_eq!(out, expected, "{out}");
        assert_eq!(err, "");
        assert_eq!(checked(&["-"], Format::Table, SOUND).1, "1 file checked: 0 errors, 0 warnings\n");
        assert!(checked(&["/nowhere"], Format::Table, "").2.starts_with("error: cannot read /nowhere: "));
    }

    #[test]
    fn programs_read_one_array() {
        let (fourfour, broken) = (example("58532ae-fourfour"), example("c88e8c9-quickstart"));
        let (_, out, _) = checked(&[&fourfour, "-", &broken], Format::Json, SOUND);
        let findings: serde_json::Value = serde_json::from_str(&out).unwrap();
        let expected = serde_json::json!([
            {
                "file": fourfour, "severity": "warning", "rule": "unknown-key",
                "message": "`proxy` is not a key of `read` and is ignored; it belongs to the integration, one level up",
                "path": "$.integrations[0].read.proxy", "line": 46, "column": 7,
                "suggestion": "move `proxy` one level up, beside `read`", "fix": null
            },
            {
                "file": broken, "severity": "error", "rule": "yaml-syntax",
                "message": "not valid YAML: mapping values are not allowed in this context", "path": "$", "line": 51, "column": 21,
                "suggestion": "one line holds two keys: put the inner one on a line of its own, or quote a text that contains `: `",
                "fix": null
            }
        ]);
        assert_eq!(findings, expected);
        assert_eq!(checked(&["-"], Format::Json, SOUND).1, "[]\n");

        let (_, out, _) = checked(&["-"], Format::Json, &SOUND.replace("true", "yes"));
        let findings: serde_json::Value = serde_json::from_str(&out).unwrap();
        let fix = serde_json::json!({
            "title": "write `true`", "safe": true, "edits": [{"start": 74, "end": 77, "text": "true"}]
        });
        assert_eq!(findings[0]["fix"], fix);
    }

    #[test]
    fn files_beyond_the_limit_are_read_no_further() {
        let mut endless = io::repeat(b'#');
        let args = arguments(&["-"]);
        let mut out = Vec::new();
        let verdict = check(&args, false, &mut endless, &mut out, &mut io::sink()).unwrap();
        assert_eq!(verdict, Verdict::Errors);
        assert!(String::from_utf8(out).unwrap().starts_with("<stdin>:1:1: error[yaml-limit]: the file is larger than"));
    }
}
