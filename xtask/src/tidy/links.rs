//! Links in Markdown: each that points into the repository leads somewhere.

use super::{Problem, Source};

/// Checks a file's links; `exists` knows the paths of the repository.
pub(super) fn check(source: &Source, exists: impl Fn(&str) -> bool) -> Vec<Problem> {
    if !source.is_markdown() {
        return Vec::new();
    }
    let mut problems = Vec::new();
    for (line, target) in links(&source.text) {
        let message = match resolved(&source.path, target) {
            Some(path) if exists(&path) => continue,
            Some(path) => format!("`{target}` leads to {path}, which does not exist"),
            None => format!("`{target}` leads out of the repository"),
        };
        problems.push(Problem { path: source.path.clone(), line, rule: "link", message });
    }
    problems
}

/// Targets with their lines, of `[text](target)` and `[label]: target`, outside code, without those to other sites and to headings.
fn links(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut fenced = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        let defined = line.strip_prefix('[').and_then(|rest| rest.split_once("]: ")).map(|(_, target)| target);
        // Every second part between backticks is code.
        let inline =
            line.split('`').step_by(2).flat_map(|part| part.split("](").skip(1)).filter_map(|rest| rest.split(')').next());
        let targets = defined.into_iter().chain(inline).filter_map(|target| target.split_whitespace().next());
        let within =
            targets.filter(|target| !target.contains("://") && !target.starts_with(['#', '<']) && !target.starts_with("mailto:"));
        found.extend(within.map(|target| (index + 1, target)));
    }
    found
}

/// The path from the top of the repository; nothing where the link climbs out of it.
fn resolved(from: &str, target: &str) -> Option<String> {
    let path = target.split('#').next().unwrap_or(target);
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = if path.starts_with('/') { Vec::new() } else { folder.split('/').collect() };
    for part in path.split('/') {
        if part == ".." {
            parts.retain(|part| !part.is_empty());
            parts.pop()?;
        } else if part != "." {
            parts.push(part);
        }
    }
    parts.retain(|part| !part.is_empty());
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_somewhere() {
        let exists = |path: &str| ["README.md", "runtime/ARCHITECTURE.md", "docs"].contains(&path);
        for (path, text, expected) in [
            ("README.md", "[map](runtime/ARCHITECTURE.md#sinks) and [docs](docs/)", 0),
            ("runtime/ARCHITECTURE.md", "[up](../README.md) [self](./ARCHITECTURE.md \"title\") [top](/README.md)", 0),
            ("README.md", "[gone](runtime/GONE.md) [gone](GONE.md)", 2),
            ("runtime/ARCHITECTURE.md", "[out](../../README.md)", 1),
            ("README.md", "[label]: GONE.md\n[other]: https://example.com/x", 1),
            ("README.md", "[site](https://example.com) [part](#part) [mail](mailto:a@b.c)", 0),
            ("README.md", "`[code](GONE.md)`\n```\n[code](GONE.md)\n```\n[gone](GONE.md)", 1),
            ("a.rs", "// [gone](GONE.md)", 0),
        ] {
            assert_eq!(check(&Source::new(path, text), exists).len(), expected, "{path}: {text}");
        }
    }
}
