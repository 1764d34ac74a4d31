//! What lies under an error: the outer text of an HTTP client's error names only the URL, which may hold a key and tells nobody what broke.

use std::error::Error;

/// How deep a chain is followed; one that leads back to itself would never end.
const CAUSES_MAX: usize = 16;

/// The error and what caused it, outermost first.
pub(crate) fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |cause: &&'a (dyn Error + 'static)| (*cause).source()).take(CAUSES_MAX)
}

/// Why a request failed, in the words of the innermost cause and without the request's address.
pub(crate) fn reason(error: &reqwest::Error) -> String {
    causes(error).skip(1).last().map_or_else(|| "the request failed".to_owned(), ToString::to_string)
}
