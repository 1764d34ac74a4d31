//! What to say about a key that does not stand where it should.

use super::{
    issue::{Issue, quote},
    keys::Keys,
    rule,
    tree::Place,
};

/// Longer words are not compared: nobody mistypes a key by that much.
const COMPARED_BYTES_MAX: usize = 40;

/// Of more words only the first are compared.
const CANDIDATES_MAX: usize = 200;

/// Keys of the format's past and of its neighbours, with what to do about them.
const ELSEWHERE: [(&str, &str); 13] = [
    ("api", "it is called `provider` since specVersion 1.0.0"),
    ("standardObjects", "it is called `objects` since specVersion 1.0.0"),
    ("customObjects", "since specVersion 1.0.0 all objects stand in `objects`"),
    ("mappedObjects", "since specVersion 1.0.0 all objects stand in `objects`"),
    ("customFields", "since specVersion 1.0.0 they stand among `requiredFields` and `optionalFields`"),
    ("watchFields", "it is `updateEvent.requiredWatchFields` since specVersion 1.0.0"),
    ("additionalFields", "since specVersion 1.0.0 the fields are those of the read object"),
    ("event", "since specVersion 1.0.0 it is `createEvent`, `updateEvent` or `deleteEvent`, each with `enabled: always`"),
    ("appName", "specVersion 1.0.0 has no such key; remove it"),
    ("transform", "specVersion 1.0.0 has no such key; transform the messages where they arrive"),
    ("dynamicMappings", "it belongs to an installation's configuration, not into the manifest"),
    ("valueMappings", "it belongs to an installation's configuration, not into the manifest"),
    ("fieldMapping", "it belongs to an installation's configuration, not into the manifest"),
];

/// The warning about `key`, which `keys` does not have, while it has all of `present`.
pub(super) fn issue(key: &str, keys: &'static Keys, present: &[&str], path: String, place: Place) -> Issue {
    let known = format!("{} is not a key of {} and is ignored", quote(key), keys.name);
    let warning = |message: String| Issue::warning(rule::UNKNOWN_KEY, path, place, message);
    let missing = || keys.names().filter(|name| !present.contains(name));
    if let Some(name) = closest(key, missing()) {
        return warning(known).suggest(format!("did you mean `{name}`?"));
    }
    if let Some((home, levels)) = above(key, keys) {
        let count = if levels == 1 { "one level".to_owned() } else { format!("{levels} levels") };
        let message = format!("{known}; it belongs to {}, {count} up", home.place_name());
        return warning(message).suggest(format!("move `{}` {count} up, {}", home.key, home.neighbour()));
    }
    if let Some((_, remedy)) = ELSEWHERE.iter().find(|(name, _)| *name == key) {
        return warning(known).suggest(*remedy);
    }
    if let Some((name, way)) = beneath(key, keys) {
        return warning(format!("{known}; it belongs into `{way}`")).suggest(format!("move `{name}` into `{way}`"));
    }
    if let Some(stripped) = key.strip_prefix('-')
        && keys.spelling(stripped).is_some()
    {
        return warning(known).suggest(format!("a list item needs a space after the dash: `- {stripped}`"));
    }
    let expected: Vec<String> = keys.names().map(|name| format!("`{name}`")).collect();
    warning(known).suggest(format!("remove it; {} has {}", keys.name, expected.join(", ")))
}

/// The candidate that `word` is probably a misspelling of.
pub(crate) fn closest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > COMPARED_BYTES_MAX {
        return None;
    }
    let folded = word.to_lowercase();
    candidates
        .take(CANDIDATES_MAX)
        .filter(|candidate| candidate.len() <= COMPARED_BYTES_MAX)
        .map(|candidate| (strsim::damerau_levenshtein(&folded, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.chars().count().min(folded.chars().count()).div_ceil(4))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// A mapping that would have a misplaced key.
struct Home {
    keys: &'static Keys,
    key: &'static str,
    /// The key in `keys` beneath which the misplaced key was found.
    beside: &'static str,
}

impl Home {
    fn place_name(&self) -> String {
        match self.keys.name {
            "an integration" => "the integration".to_owned(),
            name => name.replacen("a ", "the ", 1),
        }
    }

    fn neighbour(&self) -> String {
        format!("beside `{}`", self.beside)
    }
}

/// The nearest mapping around `keys` that has `key`, and how many levels it is up.
fn above(key: &str, keys: &'static Keys) -> Option<(Home, usize)> {
    let mut inner = keys;
    let mut levels = 0;
    while let Some(outer) = inner.parent {
        levels += 1;
        let beside = outer.keys.iter().find(|(_, child)| child.is_some_and(|child| std::ptr::eq(child, inner)))?.0;
        if let Some(spelling) = outer.spelling(key) {
            return Some((Home { keys: outer, key: spelling, beside }, levels));
        }
        inner = outer;
    }
    None
}

/// The nearest mapping beneath `keys` that has `key`, and the way there.
fn beneath(key: &str, keys: &'static Keys) -> Option<(&'static str, String)> {
    let mut level: Vec<(&'static Keys, String)> = vec![(keys, String::new())];
    while !level.is_empty() {
        let mut next = Vec::new();
        for (outer, way) in level {
            for (name, child) in outer.keys {
                let Some(child) = child else { continue };
                let way = if way.is_empty() { (*name).to_owned() } else { format!("{way}.{name}") };
                if let Some(spelling) = child.spelling(key) {
                    return Some((spelling, way));
                }
                next.push((*child, way));
            }
        }
        level = next;
    }
    None
}
