//! The words and signs of an expression with their places: enough to see brackets, quotes and neighbours, as the parser's own
//! errors do not.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// A bare name.
    Word,
    /// A name in double quotes.
    Quoted,
    /// A text in single quotes or JSON in backticks.
    Literal,
    /// An index, or a bound of a slice.
    Number,
    /// `(`, `[`, `{`.
    Open,
    /// `)`, `]`, `}`.
    Close,
    /// Any other sign of JMESPath.
    Sign,
    /// A character that JMESPath has no use for, or a quote that is never closed.
    Foreign,
}

/// A token and where it stands, in bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token<'e> {
    pub(super) class: Class,
    pub(super) text: &'e str,
    pub(super) start: usize,
}

impl Token<'_> {
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Whether an operand may end with it.
    pub(super) fn ends_operand(&self) -> bool {
        matches!(self.class, Class::Word | Class::Quoted | Class::Literal | Class::Number | Class::Close)
            || matches!(self.text, "*" | "@")
    }

    /// Whether only the beginning of an operand can be written like this.
    pub(super) fn begins_operand(&self) -> bool {
        matches!(self.class, Class::Word | Class::Quoted | Class::Literal) || matches!(self.text, "@" | "{")
    }
}

/// All tokens, in order.
pub(super) fn tokens(expression: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = expression[at..].chars().next() {
        let rest = &expression[at..];
        let run = |belongs: fn(char) -> bool| rest.find(|char| !belongs(char)).unwrap_or(rest.len());
        let (class, length) = match first {
            ' ' | '\n' | '\r' | '\t' => {
                at += 1;
                continue;
            }
            'a'..='z' | 'A'..='Z' | '_' => (Class::Word, run(|char| char.is_ascii_alphanumeric() || char == '_')),
            '0'..='9' => (Class::Number, run(|char| char.is_ascii_digit())),
            '-' if rest[1..].starts_with(|char: char| matches!(char, '1'..='9')) => {
                (Class::Number, 1 + rest[1..].find(|char: char| !char.is_ascii_digit()).unwrap_or(rest.len() - 1))
            }
            '"' => quote(rest, first, Class::Quoted),
            '\'' | '`' => quote(rest, first, Class::Literal),
            '(' | '[' | '{' => (Class::Open, 1),
            ')' | ']' | '}' => (Class::Close, 1),
            '|' | '&' | '=' | '<' | '>' | '!' => sign(rest),
            '.' | '*' | '@' | ',' | ':' | '?' => (Class::Sign, 1),
            other => (Class::Foreign, other.len_utf8()),
        };
        tokens.push(Token { class, text: &rest[..length], start: at });
        at += length;
    }
    tokens
}

fn sign(rest: &str) -> (Class, usize) {
    const DOUBLE: [&str; 6] = ["||", "&&", "==", "<=", ">=", "!="];
    match DOUBLE.iter().any(|sign| rest.starts_with(sign)) {
        true => (Class::Sign, 2),
        false if rest.starts_with('=') => (Class::Foreign, 1),
        false => (Class::Sign, 1),
    }
}

/// From a quote to the one that closes it, a backslash hiding the character behind it.
fn quote(rest: &str, quote: char, class: Class) -> (Class, usize) {
    let mut hidden = false;
    for (at, char) in rest.char_indices().skip(1) {
        match char {
            _ if hidden => hidden = false,
            '\\' => hidden = true,
            char if char == quote => return (class, at + 1),
            _ => {}
        }
    }
    (Class::Foreign, rest.len())
}
