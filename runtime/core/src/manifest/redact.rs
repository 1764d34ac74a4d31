//! Blanks secrets in text of a manifest that is shown to people: the user information of URLs, and values of keys that hold secrets.

use std::borrow::Cow;

/// Endings of keys whose values are nobody's business, lower-case, without `_` and `-`.
const SECRET_KEYS: [&str; 9] =
    ["password", "passwd", "secret", "token", "apikey", "authorization", "privatekey", "secretkey", "connectionstring"];

/// What may stand around a value.
const QUOTES: [char; 2] = ['"', '\''];

/// `text` (a line, or a value) with a `*` for each character of a secret, so that columns stay what they are.
pub fn redact(text: &str) -> Cow<'_, str> {
    let mut secrets: Vec<(usize, usize)> = user_information(text);
    secrets.extend(secret_value(text));
    if secrets.is_empty() {
        return Cow::Borrowed(text);
    }
    secrets.sort_unstable();
    let mut left = secrets.into_iter().peekable();
    let mut secret_until = 0;
    let shown = text.char_indices().map(|(at, char)| {
        while let Some((_, end)) = left.next_if(|(start, _)| *start <= at) {
            secret_until = secret_until.max(end);
        }
        if at < secret_until { '*' } else { char }
    });
    Cow::Owned(shown.collect())
}

/// `user:password` of each `user:password@host`. A scheme need not stand before it: destinations may leave it out.
fn user_information(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find('@').map(|at| from + at) {
        let is_end = |char: char| char.is_whitespace() || QUOTES.contains(&char) || matches!(char, '/' | '[' | '{' | ',');
        let start = text[from..at]
            .rfind(is_end)
            .map_or(from, |end| from + end + text[from + end..].chars().next().map_or(0, char::len_utf8));
        // A mail address or a handle is no secret; a name with a password is.
        let has_scheme = text[..start].ends_with("://");
        if start < at && (has_scheme || text[start..at].contains(':')) {
            found.push((start, at));
        }
        from = at + 1;
    }
    found
}

/// The value behind a key that holds a secret: `password: hunter2`.
fn secret_value(text: &str) -> Option<(usize, usize)> {
    let mut from = 0;
    while let Some(colon) = text[from..].find(':').map(|at| from + at) {
        let is_key = |char: char| char.is_alphanumeric() || matches!(char, '_' | '-');
        let before = text[..colon].trim_end_matches(' ').trim_end_matches(QUOTES);
        let key: String = before.chars().rev().take_while(|char| is_key(*char)).collect();
        let key: String = key.chars().rev().filter(|char| char.is_alphanumeric()).collect::<String>().to_lowercase();
        if SECRET_KEYS.iter().any(|secret| key.ends_with(secret)) {
            let start = colon + 1 + text[colon + 1..].chars().take_while(|char| *char == ' ').count();
            return (start < text.len()).then_some((start, text.len()));
        }
        from = colon + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::redact;

    #[test]
    fn secrets_are_blanked_and_the_rest_stays() {
        for (text, shown) in [
            ("url: https://ann:hunter2@example.com/x # see", "url: https://***********@example.com/x # see"),
            ("url: https://token@example.com", "url: https://*****@example.com"),
            ("url: ann:hunter2@example.com", "url: ***********@example.com"),
            ("url: 'https://ännä:ü@example.com'", "url: 'https://******@example.com'"),
            ("a: http://x.org, b: http://u:p@x.org", "a: http://x.org, b: http://***@x.org"),
            ("headers: {Authorization: Bearer abc}", "headers: {Authorization: ***********"),
            ("  \"api_key\": abc", "  \"api_key\": ***"),
            ("awsSecretKey: abc", "awsSecretKey: ***"),
            ("password:", "password:"),
            ("mail: ann@example.com, at 10:30", "mail: ann@example.com, at 10:30"),
            ("objectName: tokens", "objectName: tokens"),
            ("prompt: Which password: none", "prompt: Which password: ****"),
            ("@", "@"),
            ("", ""),
        ] {
            assert_eq!(redact(text), shown, "{text}");
        }
    }
}
