//! Keys whose value is one of a few words, above all `enabled: always`. The official program takes any text, so none is an error.

use super::super::{
    block::Spot,
    issue::{Report, quote},
    unknown,
};

/// Whether an `enabled` says `always`.
pub(super) fn read(spot: &Spot<'_>, rule: &'static str, report: &mut Report) -> bool {
    choose(spot, &[("always", true)], rule, report).unwrap_or_default()
}

/// The choice that the value names, in whatever case. Where there is one choice, a boolean takes it or leaves it. Every other
/// text is reported and taken for an absent key.
pub(super) fn choose<T: Copy>(spot: &Spot<'_>, choices: &[(&str, T)], rule: &'static str, report: &mut Report) -> Option<T> {
    let Some(text) = spot.raw_text() else {
        spot.text(report);
        return None;
    };
    if let Some((_, choice)) = choices.iter().find(|(word, _)| *word == text) {
        return Some(*choice);
    }
    let words: Vec<String> = choices.iter().map(|(word, _)| format!("`{word}`")).collect();
    let (all, either) = (words.join(", "), words.join(" or "));
    let mut warn = |taken: &str, remedy: String, word: Option<&str>| {
        let message = format!("{} is not one of the values that are known ({all}); it is taken for {taken}", quote(text));
        report.add(spot.warning(rule, message).suggest(remedy).fix(word.and_then(|word| spot.replace(word))));
    };
    let says_yes = matches!(text.to_ascii_lowercase().as_str(), "true" | "yes" | "on");
    let meant = choices.iter().find(|(word, _)| word.eq_ignore_ascii_case(text) || (says_yes && choices.len() == 1));
    if let Some((word, choice)) = meant {
        warn(&format!("`{word}`"), format!("write `{word}`"), Some(*word));
        return Some(*choice);
    }
    let says_no = matches!(text.to_ascii_lowercase().as_str(), "false" | "no" | "off" | "never");
    if says_no && choices.len() == 1 {
        warn("absent", "remove the key".to_owned(), None);
        return None;
    }
    match unknown::closest(text, choices.iter().map(|(word, _)| *word)) {
        Some(word) => warn("absent", format!("did you mean `{word}`?"), Some(word)),
        None => warn("absent", format!("write {either}"), None),
    }
    None
}
