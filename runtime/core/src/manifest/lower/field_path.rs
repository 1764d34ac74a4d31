//! Field names that are paths: JSONPath in bracket form, `$['address']['city']`.

/// Why a field name that looks like a path is none, and the path that was probably meant.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Flaw {
    pub(super) reason: &'static str,
    pub(super) instead: Option<String>,
}

/// Whether a field name is a plain name or a path in bracket form.
pub(super) fn check(name: &str) -> Result<(), Flaw> {
    if let Some(dotted) = name.strip_prefix("$.") {
        let is_plain = dotted.split('.').all(|step| !step.is_empty() && !step.contains(['\'', '"', '[', ']', '\\', '*']));
        let steps = || dotted.split('.').map(|step| format!("['{step}']")).collect::<String>();
        return Err(Flaw { reason: "paths are written in bracket form", instead: is_plain.then(|| format!("${}", steps())) });
    }
    let Some(mut rest) = name.strip_prefix('$').filter(|rest| rest.starts_with('[')) else { return Ok(()) };
    while !rest.is_empty() {
        rest = step(rest)?;
    }
    Ok(())
}

/// Reads one `['name']`, `["name"]`, `[*]` or `[0]` and gives what follows.
fn step(text: &str) -> Result<&str, Flaw> {
    let flaw = |reason| Flaw { reason, instead: None };
    let inner = text.strip_prefix('[').ok_or(flaw("each step stands in brackets"))?;
    if let Some(quote @ ('\'' | '"')) = inner.chars().next() {
        let (name, rest) = inner[1..].split_once(quote).ok_or(flaw("a quotation mark is not closed"))?;
        if name.is_empty() {
            return Err(flaw("a step is empty"));
        }
        return rest.strip_prefix(']').ok_or(flaw("a bracket is not closed"));
    }
    let (step, rest) = inner.split_once(']').ok_or(flaw("a bracket is not closed"))?;
    let is_index = !step.is_empty() && step.chars().all(|char| char.is_ascii_digit());
    if step == "*" || is_index { Ok(rest) } else { Err(flaw("names in brackets stand in quotes")) }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn paths_are_told_from_names_and_from_mistakes() {
        for name in ["email", "$['a']", "$['a']['b.c']", "$[\"a\"][*]['b']", "$[0]", "$id", "a.b"] {
            assert_eq!(check(name), Ok(()), "{name}");
        }
        for name in ["$[", "$[]", "$['a'", "$['a", "$['']", "$[a]", "$['a'].b", "$['a']b", "$.a.b"] {
            assert!(check(name).is_err(), "{name}");
        }
        assert_eq!(check("$.a.b").unwrap_err().instead.as_deref(), Some("$['a']['b']"));
    }
}
