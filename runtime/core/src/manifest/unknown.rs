//! What to say about a key that does not stand where it should.

use super::{
    fix::Fix,
    issue::{Issue, quote},
    keys::{self, Key, Keys},
    rule,
    tree::{Place, Written},
};

/// Longer words are not compared: nobody mistypes a key by that much.
const COMPARED_BYTES_MAX: usize = 40;

/// Of more words only the first are compared.
const CANDIDATES_MAX: usize = 200;

/// Keys of the format's neighbours, with what to do about them.
const ELSEWHERE: [(&str, &str); 3] = [
    ("dynamicMappings", "it belongs to an installation's configuration, not into the manifest"),
    ("valueMappings", "it belongs to an installation's configuration, not into the manifest"),
    ("fieldMapping", "it belongs to an installation's configuration, not into the manifest"),
];

/// A key that a mapping does not have.
pub(super) struct Stray<'a> {
    pub(super) key: &'a str,
    /// The mapping.
    pub(super) keys: &'static Keys,
    pub(super) path: String,
    pub(super) place: Place,
    pub(super) written: Option<Written>,
    /// Keys of older forms are in order here.
    pub(super) legacy: bool,
}

impl Stray<'_> {
    /// The key that it is probably a misspelling of, among those that the mapping does not have yet.
    pub(super) fn meant(&self, present: &[&str]) -> Option<&'static str> {
        closest(self.key, self.keys.names(self.legacy).filter(|name| !present.contains(name)))
    }

    /// The warning about it; `meant` is what it is a misspelling of, `alone` whether no other key of the mapping is one of the same.
    pub(super) fn issue(self, meant: Option<&'static str>, alone: bool) -> Issue {
        let Self { key, keys, written, legacy, .. } = self;
        let known = format!("{} is not a key of {} and is ignored", quote(key), keys.name);
        let warning = |message: String| Issue::warning(rule::UNKNOWN_KEY, self.path, self.place, message);
        if let Some(name) = meant {
            let fix = written.and_then(|written| written.replace(name, format!("write `{name}`")));
            let fix = fix.map(|fix| Fix { safe: fix.safe && alone, ..fix });
            return warning(known).suggest(format!("did you mean `{name}`?")).fix(fix);
        }
        if let Some((home, levels)) = above(key, keys, legacy) {
            let count = if levels == 1 { "one level".to_owned() } else { format!("{levels} levels") };
            let message = format!("{known}; it belongs to {}, {count} up", home.place_name());
            return warning(message).suggest(format!("move `{}` {count} up, {}", home.key, home.neighbour()));
        }
        if let Some((name, way)) = beneath(key, keys, legacy) {
            return warning(format!("{known}; it belongs into `{way}`")).suggest(format!("move `{name}` into `{way}`"));
        }
        if let Some(remedy) = remedy(key) {
            return warning(known).suggest(remedy);
        }
        if let Some(stripped) = key.strip_prefix('-')
            && keys.find(stripped).is_some()
        {
            return warning(known).suggest(format!("a list item needs a space after the dash: `- {stripped}`"));
        }
        let expected: Vec<String> = keys.names(legacy).map(|name| format!("`{name}`")).collect();
        warning(known).suggest(format!("remove it; {} has {}", keys.name, expected.join(", ")))
    }
}

/// What to do about a key of an older form, or of an installation.
fn remedy(key: &str) -> Option<&'static str> {
    let elsewhere = ELSEWHERE.iter().find(|(name, _)| *name == key).map(|(_, remedy)| *remedy);
    elsewhere.or_else(|| older(key, &keys::MANIFEST))
}

/// What is written today in place of a key of an older form, from wherever it stood.
fn older(key: &str, keys: &'static Keys) -> Option<&'static str> {
    let here = keys.keys.iter().find(|known| known.name == key).and_then(|known| known.today);
    // The tree of today's keys is no deeper than a manifest.
    here.or_else(|| {
        keys.keys.iter().filter(|known| known.today.is_none()).filter_map(Key::child).find_map(|child| older(key, child))
    })
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
fn above(key: &str, keys: &'static Keys, legacy: bool) -> Option<(Home, usize)> {
    let mut inner = keys;
    let mut levels = 0;
    while let Some(outer) = inner.parent {
        levels += 1;
        // Those of an action stand beside no key of their own.
        let beside = outer.keys.iter().find(|key| key.child().is_some_and(|child| std::ptr::eq(child, inner)));
        let beside = beside.map_or("actions", |key| key.name);
        if let Some(key) = known(key, outer, legacy) {
            return Some((Home { keys: outer, key, beside }, levels));
        }
        inner = outer;
    }
    None
}

/// The nearest mapping beneath `keys` that has `key`, and the way there.
fn beneath(key: &str, keys: &'static Keys, legacy: bool) -> Option<(&'static str, String)> {
    let mut level: Vec<(&'static Keys, String)> = vec![(keys, String::new())];
    while !level.is_empty() {
        let mut next = Vec::new();
        for (outer, way) in level {
            for inner in outer.keys.iter().filter(|inner| legacy || inner.today.is_none()) {
                let Some(child) = inner.child() else { continue };
                let way = if way.is_empty() { inner.name.to_owned() } else { format!("{way}.{}", inner.name) };
                if let Some(spelling) = known(key, child, legacy) {
                    return Some((spelling, way));
                }
                next.push((child, way));
            }
        }
        level = next;
    }
    None
}

fn known(key: &str, keys: &'static Keys, legacy: bool) -> Option<&'static str> {
    keys.find(key).filter(|key| legacy || key.today.is_none()).map(|key| key.name)
}
