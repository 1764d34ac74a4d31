//! What stands beside a field, a struct or a variant: `#[config(…)]` and its doc comment.

use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Meta, Path, spanned::Spanned};

/// What `#[config(…)]` said; which words are allowed differs by where it stands.
#[derive(Default)]
pub(crate) struct Said {
    pub(crate) title: Option<LitStr>,
    pub(crate) name: Option<LitStr>,
    pub(crate) check: Option<Path>,
    /// None within: [`Default::default`].
    pub(crate) default: Option<Option<Expr>>,
    /// The rule's name in `Rules`, and its bound.
    pub(crate) rules: Vec<(&'static str, Expr)>,
    pub(crate) description: String,
}

const RULES: [&str; 4] = ["min", "max", "min_length", "max_length"];

/// Reads the attributes of one place, where these words have a meaning.
pub(crate) fn read(attributes: &[Attribute], words: &[&str]) -> syn::Result<Said> {
    let mut said = Said { description: description(attributes), ..Said::default() };
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("config")) {
        attribute.parse_nested_meta(|meta| {
            let word = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
            if !words.contains(&word.as_str()) {
                return Err(meta.error(format!("is not known here: there are {}", words.join(", "))));
            }
            match word.as_str() {
                "title" => said.title = Some(meta.value()?.parse()?),
                "name" => said.name = Some(meta.value()?.parse()?),
                "check" => said.check = Some(meta.value()?.parse()?),
                "default" if meta.input.peek(syn::Token![=]) => said.default = Some(Some(meta.value()?.parse()?)),
                "default" => said.default = Some(None),
                _ => {
                    let bound = meta.value()?.parse()?;
                    said.rules.extend(RULES.iter().find(|rule| **rule == word).map(|rule| (*rule, bound)));
                }
            }
            Ok(())
        })?;
    }
    Ok(said)
}

/// The doc comment as one line.
fn description(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value().trim().to_owned()),
            _ => None,
        },
        _ => None,
    });
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

/// `timeout_ms` as `timeoutMs`.
pub(crate) fn camel(name: &str) -> String {
    let mut words = name.trim_start_matches("r#").split('_').filter(|word| !word.is_empty());
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |joined, word| {
        let (head, tail) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
        joined + &head.to_uppercase() + tail
    })
}

/// `MultiLine` as `multi-line`.
pub(crate) fn kebab(name: &str) -> String {
    let mut joined = String::with_capacity(name.len() + 2);
    for letter in name.trim_start_matches("r#").chars() {
        if letter.is_uppercase() && !joined.is_empty() {
            joined.push('-');
        }
        joined.extend(letter.to_lowercase());
    }
    joined
}

/// An error at the place of something.
pub(crate) fn refused<T>(place: &impl Spanned, reason: &str) -> syn::Result<T> {
    Err(syn::Error::new(place.span(), reason))
}

#[cfg(test)]
mod tests {
    use super::{camel, kebab};

    #[test]
    fn names_are_those_that_people_write_in_json() {
        for (field, member) in [("url", "url"), ("timeout_ms", "timeoutMs"), ("r#type", "type"), ("a_b_c", "aBC"), ("_x", "x")] {
            assert_eq!(camel(field), member, "{field}");
        }
        for (variant, word) in [("Plain", "plain"), ("MultiLine", "multi-line"), ("V2", "v2")] {
            assert_eq!(kebab(variant), word, "{variant}");
        }
    }
}
