//! Rust without what is said about it: comments and literals become blanks, so that a rule sees code alone and line numbers stay.

/// The text with a blank for each character of a comment or of a string, byte or character literal. Line ends stay.
pub(super) fn only(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        match opaque_end(&chars, at) {
            Some(end) => {
                let end = end.min(chars.len());
                code.extend(chars[at..end].iter().map(|&c| if c == '\n' { '\n' } else { ' ' }));
                at = end;
            }
            None => {
                code.push(chars[at]);
                at += 1;
            }
        }
    }
    code
}

/// Where the comment or literal that begins here ends; nothing where none begins. May lie past the end of an unfinished file.
fn opaque_end(chars: &[char], at: usize) -> Option<usize> {
    match (chars[at], chars.get(at + 1)) {
        ('/', Some('/')) => Some(find(chars, at, '\n')),
        ('/', Some('*')) => Some(block_comment_end(chars, at)),
        ('"', _) => Some(string_end(chars, at)),
        ('\'', Some('\\')) => Some(find(chars, at + 3, '\'') + 1),
        ('\'', _) => (chars.get(at + 2) == Some(&'\'')).then_some(at + 3),
        ('b' | 'c' | 'r', _) if at == 0 || !is_word(chars[at - 1]) => raw_string_end(chars, at),
        _ => None,
    }
}

fn find(chars: &[char], from: usize, wanted: char) -> usize {
    (from..chars.len()).find(|&at| chars[at] == wanted).unwrap_or(chars.len())
}

fn block_comment_end(chars: &[char], begin: usize) -> usize {
    let (mut depth, mut at) = (0_usize, begin);
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
            ('*', Some('/')) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    at
}

fn string_end(chars: &[char], begin: usize) -> usize {
    let mut at = begin + 1;
    while at < chars.len() && chars[at] != '"' {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

/// `r"…"`, `r#"…"#`, and the same after `b` or `c`.
fn raw_string_end(chars: &[char], begin: usize) -> Option<usize> {
    let r = if chars[begin] == 'r' { begin } else { begin + 1 };
    let hashes = chars[(r + 1).min(chars.len())..].iter().take_while(|&&c| c == '#').count();
    let quote = r + 1 + hashes;
    if chars.get(r) != Some(&'r') || chars.get(quote) != Some(&'"') {
        return None;
    }
    let closes = |at: &usize| chars[*at] == '"' && chars[at + 1..].iter().take(hashes).filter(|&&c| c == '#').count() == hashes;
    Some((quote + 1..chars.len()).find(closes).map_or(chars.len(), |at| at + 1 + hashes))
}

/// Whether a name can hold this character.
pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Places where `wanted` stands in the code of a line and does not merely end a longer name.
pub(super) fn stands_in(line: &str, wanted: &str) -> bool {
    line.match_indices(wanted).any(|(at, _)| !line[..at].ends_with(is_word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_become_blanks() {
        for (text, expected) in [
            ("a // b\nc", "a     \nc"),
            ("a /* b /* c */ d */ e", "a                   e"),
            ("/* a\nb */c", "    \n    c"),
            (r#"a("b \" // c")d"#, "a(           )d"),
            (r##"a(r#"b " c"#)d"##, "a(          )d"),
            (r#"br"a\"+b"#, "      +b"),
            (r"f('a', '\'', '\u{1F}')", "f(   ,     ,         )"),
            ("fn f<'a>(x: &'a str)", "fn f<'a>(x: &'a str)"),
            ("r#fn + bar + c", "r#fn + bar + c"),
            ("var\"a\"", "var   "),
            ("\"not closed", "           "),
            ("'\\", "  "),
            ("r", "r"),
        ] {
            assert_eq!(only(text), expected, "{text}");
        }
    }

    #[test]
    fn a_word_is_found_where_it_begins() {
        assert!(stands_in("use wasmtime_wasi;", "wasmtime"));
        assert!(!stands_in("my_wasmtime()", "wasmtime"));
        assert!(stands_in("my_dbg!(dbg!(1))", "dbg!"));
    }
}
