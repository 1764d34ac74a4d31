//! Words of a query: names, literals, signs, each with the byte where it begins.

use jiff::{Timestamp, civil::Date};

use super::fault::Fault;
use crate::salesforce::error::Code;

/// A word.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A name or a keyword; which of them, its place tells.
    Name(String),
    /// A quoted text, its escapes resolved.
    Text(String),
    Number(f64),
    Date(Date),
    /// An instant, in Unix milliseconds.
    Instant(i64),
    /// `(`, `)`, `,`, `.`, `:`, `=`, `!=`, `<`, `<=`, `>`, `>=`, and what stands nowhere, such as `*`.
    Sign(&'static str),
    End,
}

/// A word and where it begins.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Word {
    pub(super) token: Token,
    pub(super) at: usize,
    pub(super) end: usize,
}

/// Two-letter signs stand before the signs they begin with.
const SIGNS: [(&str, &str); 17] = [
    ("!=", "!="),
    ("<>", "!="),
    ("<=", "<="),
    (">=", ">="),
    ("<", "<"),
    (">", ">"),
    ("=", "="),
    ("(", "("),
    (")", ")"),
    (",", ","),
    (".", "."),
    (":", ":"),
    ("*", "*"),
    (";", ";"),
    ("-", "-"),
    ("+", "+"),
    ("/", "/"),
];

/// The words of a query, the last of them its end.
pub(super) fn words(query: &str) -> Result<Vec<Word>, Fault> {
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(first) = query[at..].chars().next() {
        let rest = &query[at..];
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (token, length) = match first {
            'a'..='z' | 'A'..='Z' | '_' => name(rest),
            '0'..='9' => number_or_time(query, at)?,
            '-' | '+' if rest[1..].starts_with(|next: char| next.is_ascii_digit()) => number(rest),
            '\'' => text(query, at)?,
            _ => match SIGNS.iter().find(|(sign, _)| rest.starts_with(sign)) {
                Some((sign, token)) => (Token::Sign(token), sign.len()),
                None => return Err(unreadable(query, at, &first.to_string())),
            },
        };
        words.push(Word { token, at, end: at + length });
        at += length;
    }
    words.push(Word { token: Token::End, at: query.len(), end: query.len() });
    Ok(words)
}

/// What Salesforce says to a character that begins no word.
fn unreadable(query: &str, at: usize, what: &str) -> Fault {
    let before = &query[..at];
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|c| *c != '\n').count();
    Fault::whole(Code::MalformedQuery, format!("line {line}:{column} no viable alternative at character '{what}'"))
}

fn name(rest: &str) -> (Token, usize) {
    let length = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
    (Token::Name(rest[..length].to_owned()), length)
}

fn number(rest: &str) -> (Token, usize) {
    let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let sign = usize::from(rest.starts_with(['-', '+']));
    let whole = sign + digits(&rest[sign..]);
    let fraction = rest[whole..].strip_prefix('.').map(digits).filter(|length| *length > 0);
    let length = whole + fraction.map_or(0, |length| length + 1);
    // Digits always make a number, if need be an infinite one.
    (Token::Number(rest[..length].parse().unwrap_or(f64::NAN)), length)
}

/// `2026-01-31`, `2026-01-31T10:00:00Z`, with fractions and offsets; else a number.
fn number_or_time(query: &str, at: usize) -> Result<(Token, usize), Fault> {
    let rest = &query[at..];
    let is_date = rest.len() >= 10
        && rest.bytes().take(10).enumerate().all(|(n, byte)| if n == 4 || n == 7 { byte == b'-' } else { byte.is_ascii_digit() });
    if !is_date {
        return Ok(number(rest));
    }
    let wrong = |length: usize| Fault::at(at, Code::MalformedQuery, format!("invalid date or time: {}", &rest[..length]));
    if !rest[10..].starts_with('T') {
        return rest[..10].parse().map(|date| (Token::Date(date), 10)).map_err(|_| wrong(10));
    }
    let clock = 11 + rest[11..].find(|c: char| !(c.is_ascii_digit() || c == ':' || c == '.')).unwrap_or(rest.len() - 11);
    let zone = match rest.as_bytes().get(clock) {
        Some(b'Z') => 1,
        Some(b'+' | b'-') => {
            1 + rest[clock + 1..].find(|c: char| !(c.is_ascii_digit() || c == ':')).unwrap_or(rest.len() - clock - 1)
        }
        // An offset is a must. A `+` that was sent without its escape arrives as a blank, and falls here too.
        _ => {
            return Err(unreadable(
                query,
                at + clock,
                &rest[clock..].chars().next().map_or("<EOF>".to_owned(), |c| c.to_string()),
            ));
        }
    };
    let length = clock + zone;
    match rest[..length].parse::<Timestamp>() {
        Ok(instant) => Ok((Token::Instant(instant.as_millisecond()), length)),
        Err(_) => Err(wrong(length)),
    }
}

fn text(query: &str, at: usize) -> Result<(Token, usize), Fault> {
    let mut text = String::new();
    let mut letters = query[at + 1..].char_indices();
    while let Some((place, letter)) = letters.next() {
        match letter {
            '\'' => return Ok((Token::Text(text), place + 2)),
            '\\' => match letters.next() {
                Some((_, 'n' | 'N')) => text.push('\n'),
                Some((_, 'r' | 'R')) => text.push('\r'),
                Some((_, 't' | 'T')) => text.push('\t'),
                Some((_, 'b' | 'B')) => text.push('\u{8}'),
                Some((_, 'f' | 'F')) => text.push('\u{c}'),
                Some((_, same @ ('"' | '\'' | '\\'))) => text.push(same),
                // Only LIKE makes a difference between these and the bare letters.
                Some((_, same @ ('%' | '_'))) => text.extend(['\\', same]),
                Some((place, 'u')) => {
                    let start = at + 1 + place + 1;
                    let code = query.get(start..start + 4).and_then(|digits| u32::from_str_radix(digits, 16).ok());
                    text.push(code.and_then(char::from_u32).ok_or_else(|| illegal(query, at, "\\u"))?);
                    letters.nth(3);
                }
                Some((_, other)) => return Err(illegal(query, at, &format!("\\{other}"))),
                None => break,
            },
            other => text.push(other),
        }
    }
    Err(unreadable(query, query.len(), "<EOF>"))
}

fn illegal(query: &str, at: usize, sequence: &str) -> Fault {
    let literal: String = query[at..].chars().take(40).collect();
    Fault::at(
        at,
        Code::MalformedQuery,
        format!("Invalid string literal {literal}. Illegal character sequence '{sequence}' in string literal."),
    )
}
