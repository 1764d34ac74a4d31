//! Paths like `installations/{id}:pause`: the router cannot match a part of a segment, so a verb behind a parameter is routed as a
//! segment of its own, and requests are rewritten before they are routed.

use axum::http::{Uri, uri::PathAndQuery};

/// How the router knows a path of the document.
pub(in crate::api) fn routed(path: &str) -> String {
    path.replace("}:", "}/:")
}

/// The document's paths that end in a verb behind a parameter.
pub(in crate::api) struct Verbs(Vec<Vec<String>>);

impl Verbs {
    /// Those among these paths.
    pub(in crate::api) fn new<'p>(paths: impl IntoIterator<Item = &'p String>) -> Self {
        let ending = paths.into_iter().filter(|path| path.contains("}:"));
        Self(ending.map(|path| path.split('/').map(str::to_owned).collect()).collect())
    }

    /// The address that the router knows, where that is another one.
    pub(in crate::api) fn rewritten(&self, uri: &Uri) -> Option<Uri> {
        let (before, verb) = uri.path().rsplit_once(':').filter(|(_, verb)| !verb.contains('/'))?;
        let asked: Vec<&str> = uri.path().split('/').collect();
        self.0.iter().find(|template| fits(template, &asked, verb))?;
        let query = uri.query().map_or_else(String::new, |query| format!("?{query}"));
        let mut parts = uri.clone().into_parts();
        parts.path_and_query = Some(PathAndQuery::try_from(format!("{before}/:{verb}{query}")).ok()?);
        Uri::from_parts(parts).ok()
    }
}

fn fits(template: &[String], asked: &[&str], verb: &str) -> bool {
    let Some((last, before)) = template.split_last() else { return false };
    template.len() == asked.len()
        && last.rsplit_once("}:").is_some_and(|(_, known)| known == verb)
        && before.iter().zip(asked).all(|(known, asked)| known.starts_with('{') || known == asked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_of_the_document_are_routed_and_colons_of_others_are_left() {
        let paths = ["/v1/x/{x}:pause", "/v1/x/{x}", "/v1/{a}/y:batch"].map(str::to_owned);
        let verbs = Verbs::new(&paths);
        let rows = [
            ("/v1/x/7:pause", Some("/v1/x/7/:pause")),
            ("/v1/x/a:b:pause?c=d:pause", Some("/v1/x/a:b/:pause?c=d:pause")),
            ("/v1/x/:pause", Some("/v1/x//:pause")),
            ("/v1/x/7:fly", None),
            ("/v1/x/7%3Apause", None),
            ("/v1/z/7:pause", None),
            ("/v1/x/7/8:pause", None),
            ("/v1/x:pause/7", None),
            ("/v1/7/y:batch", None),
            ("/v1/x/7", None),
        ];
        for (asked, expected) in rows {
            let rewritten = verbs.rewritten(&asked.parse().unwrap());
            assert_eq!(rewritten.map(|uri| uri.to_string()).as_deref(), expected, "{asked}");
        }
        assert_eq!(routed(&paths[0]), "/v1/x/{x}/:pause");
    }
}
