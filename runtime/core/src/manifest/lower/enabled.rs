//! Keys whose value is one of a few words, above all `enabled: always`.

use super::super::{
    block::Spot,
    issue::{Report, quote},
    unknown,
};

/// Whether an `enabled` says `always`. The official program takes any text here; `true` and `false` can be understood, others not.
pub(super) fn read(spot: &Spot<'_>, rule: &'static str, report: &mut Report) -> bool {
    choose(spot, &[("always", true)], rule, report).unwrap_or_default()
}

/// The choice that the value names. Where there is one choice, a boolean takes it or leaves it, with a warning.
pub(super) fn choose(spot: &Spot<'_>, choices: &[(&str, bool)], rule: &'static str, report: &mut Report) -> Option<bool> {
    let Some(text) = spot.raw_text() else {
        spot.text(report);
        return None;
    };
    if let Some((_, choice)) = choices.iter().find(|(word, _)| *word == text) {
        return Some(*choice);
    }
    let words: Vec<String> = choices.iter().map(|(word, _)| format!("`{word}`")).collect();
    let message = format!("{} is not one of the values that are known: {}", quote(text), words.join(", "));
    let boolean = match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => Some(true),
        "false" | "no" | "off" | "never" => Some(false),
        _ => None,
    };
    match boolean {
        Some(boolean) if choices.len() == 1 => {
            let remedy = if boolean { format!("write {}", words.join(", ")) } else { "remove the key".to_owned() };
            let taken = if boolean { words.join(", ") } else { "absent".to_owned() };
            report.add(spot.warning(rule, format!("{message}; it is taken for {taken}")).suggest(remedy));
            Some(boolean)
        }
        _ => {
            let issue = spot.error(rule, format!("{message}, so it cannot be told what to do"));
            let near = unknown::closest(text, choices.iter().map(|(word, _)| *word));
            report.add(
                issue.suggest(
                    near.map_or_else(|| format!("write {}", words.join(" or ")), |word| format!("did you mean `{word}`?")),
                ),
            );
            None
        }
    }
}
