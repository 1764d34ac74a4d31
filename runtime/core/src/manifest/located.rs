//! YAML files that are no manifests: their content as JSON, and where each value stands, for whoever reads them into types of its own.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    issue::Issue,
    json, parse, rule, source,
    tree::{Kind, Node, Place},
};

/// What a YAML file says, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct Located {
    /// The content; null where there is none.
    pub value: Value,
    /// By JSON Pointer: line and column of each value, of a member those of its key. From 1.
    places: BTreeMap<String, (u32, u32)>,
}

impl Located {
    /// Line and column of the value that a JSON Pointer names, or of the nearest around it that is there.
    pub fn place(&self, pointer: &str) -> (u32, u32) {
        let mut pointer = pointer;
        loop {
            if let Some(place) = self.places.get(pointer) {
                return *place;
            }
            match pointer.rfind('/') {
                Some(end) => pointer = &pointer[..end],
                None => return (Place::START.line, Place::START.column),
            }
        }
    }
}

/// Reads a YAML file.
///
/// # Errors
/// What is wrong with it as YAML; a key that stands twice in a mapping is an error too.
pub fn located(bytes: &[u8]) -> Result<Located, Issue> {
    let document = source::decode(bytes).and_then(parse::parse)?;
    let Some(root) = document.root else { return Ok(Located { value: Value::Null, places: BTreeMap::new() }) };
    let mut places = BTreeMap::new();
    walk(&root, String::new(), root.place, &mut places)?;
    Ok(Located { value: json::value(&root), places })
}

fn walk(node: &Node, pointer: String, place: Place, places: &mut BTreeMap<String, (u32, u32)>) -> Result<(), Issue> {
    match &node.kind {
        Kind::Scalar(_) => {}
        Kind::List(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, format!("{pointer}/{index}"), item.place, places)?;
            }
        }
        Kind::Mapping(entries) => {
            for entry in entries {
                let inner = format!("{pointer}/{}", entry.key.replace('~', "~0").replace('/', "~1"));
                if places.contains_key(&inner) {
                    let message = format!("the key {:?} stands here twice", entry.key);
                    return Err(Issue::error(rule::DUPLICATE_KEY, inner, entry.key_place, message).suggest("keep one of them"));
                }
                walk(&entry.value, inner, entry.key_place, places)?;
            }
        }
    }
    places.insert(pointer, (place.line, place.column));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_know_where_they_stand() {
        let located = located(b"a: 1\nb/c:\n  - x\n  - {d~: [2]}\n").unwrap();
        for (pointer, place) in [
            ("", (1, 1)),
            ("/a", (1, 1)),
            ("/b~1c", (2, 1)),
            ("/b~1c/0", (3, 5)),
            ("/b~1c/1/d~0", (4, 6)),
            ("/b~1c/1/d~0/0", (4, 11)),
            ("/b~1c/1/nothing", (4, 5)),
            ("/nothing/at/all", (1, 1)),
        ] {
            assert_eq!(located.place(pointer), place, "{pointer}");
        }
        assert_eq!(located.value, serde_json::json!({"a": 1, "b/c": ["x", {"d~": [2]}]}));
    }

    #[test]
    fn a_key_stands_once() {
        let issue = located(b"a: 1\nb: {c: 1, c: 2}\n").unwrap_err();
        assert_eq!((issue.line, issue.column, issue.message.as_str()), (2, 11, "the key \"c\" stands here twice"));
        assert!(located(b"").unwrap().value.is_null() && located(b": [").is_err());
    }
}
