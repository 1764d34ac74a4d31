//! The syntax of an expression: the crate's parser within limits, its complaints in sentences with places and remedies.

use jmespath::{ErrorReason, JmespathError, ast::Ast};

use super::{
    Issue,
    print::cut,
    scan::{Class, Token, tokens},
};

/// Longer expressions are refused.
pub(super) const EXPRESSION_BYTES_MAX: usize = 4096;

/// Brackets, wildcards and prefixes of one expression: what the parser goes deeper for.
const DEEPENING_MAX: usize = 128;

/// How deep the parts of an expression may lie within each other.
const DEPTH_MAX: usize = 128;

/// What is shown of a token.
const SHOWN_CHARS_MAX: usize = 40;

/// The tree of an expression, or what is wrong with it.
pub(super) fn parse(expression: &str) -> Result<Ast, Vec<Issue>> {
    if expression.len() > EXPRESSION_BYTES_MAX {
        let len = expression.len();
        return Err(vec![fatal(None, format!("the template has {len} bytes, at most {EXPRESSION_BYTES_MAX} are allowed"))]);
    }
    let tokens = tokens(expression);
    if tokens.is_empty() {
        return Err(vec![fatal(None, "the template is empty: write a JMESPath expression, or leave it out for the default")]);
    }
    let at = |byte: usize| Some(characters(expression, byte));
    if let Some((byte, message)) = fault_of_tokens(expression, &tokens) {
        return Err(vec![fatal(at(byte), message)]);
    }
    let mut deepening =
        tokens.iter().enumerate().filter(|(place, token)| deepens(token, place.checked_sub(1).map(|place| &tokens[place])));
    if let Some((_, token)) = deepening.nth(DEEPENING_MAX) {
        let message = format!("more than {DEEPENING_MAX} brackets, wildcards and prefixes; write a shorter template");
        return Err(vec![fatal(at(token.start), message)]);
    }
    let tree = jmespath::parse(expression).map_err(|error| vec![translated(expression, &tokens, &error)])?;
    if depth_exceeds(&tree, DEPTH_MAX) {
        return Err(vec![fatal(
            None,
            format!("the parts of the template lie more than {DEPTH_MAX} levels deep; write a shorter one"),
        )]);
    }
    Ok(tree)
}

/// Whether the parser goes a level deeper for a token.
fn deepens(token: &Token<'_>, before: Option<&Token<'_>>) -> bool {
    match token.text {
        "*" => before.is_none_or(|before| before.text != "["),
        "!" | "&" => true,
        _ => token.class == Class::Open,
    }
}

/// A byte offset in characters.
pub(super) fn characters(expression: &str, byte: usize) -> usize {
    expression.char_indices().take_while(|(at, _)| *at < byte).count()
}

fn fatal(position: Option<usize>, message: impl Into<String>) -> Issue {
    Issue { position, message: message.into(), fatal: true }
}

/// Whether the tree is deeper than that.
fn depth_exceeds(node: &Ast, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return true };
    let below = |node: &Ast| depth_exceeds(node, depth);
    match node {
        Ast::Field { .. } | Ast::Identity { .. } | Ast::Literal { .. } | Ast::Index { .. } | Ast::Slice { .. } => false,
        Ast::Expref { ast: node, .. } | Ast::Flatten { node, .. } | Ast::Not { node, .. } | Ast::ObjectValues { node, .. } => {
            below(node)
        }
        Ast::Function { args: nodes, .. } | Ast::MultiList { elements: nodes, .. } => nodes.iter().any(below),
        Ast::MultiHash { elements, .. } => elements.iter().any(|pair| below(&pair.value)),
        Ast::Comparison { lhs, rhs, .. }
        | Ast::Condition { predicate: lhs, then: rhs, .. }
        | Ast::Projection { lhs, rhs, .. }
        | Ast::And { lhs, rhs, .. }
        | Ast::Or { lhs, rhs, .. }
        | Ast::Subexpr { lhs, rhs, .. } => below(lhs) || below(rhs),
    }
}

/// The first fault that shows without a parser.
fn fault_of_tokens(expression: &str, tokens: &[Token<'_>]) -> Option<(usize, String)> {
    let foreign = tokens.iter().enumerate().find_map(|(place, token)| {
        let before = place.checked_sub(1).map(|place| &tokens[place]);
        hyphen(before, token, expression).or_else(|| (token.class == Class::Foreign).then(|| foreign(before, token, expression)))
    });
    foreign.or_else(|| braces(tokens)).or_else(|| brackets(tokens)).or_else(|| neighbours(tokens))
}

/// A name with a hyphen and no quotes, which reads as something minus something.
fn hyphen(before: Option<&Token<'_>>, token: &Token<'_>, expression: &str) -> Option<(usize, String)> {
    let before =
        before.filter(|before| before.class == Class::Word && before.end() == token.start && token.text.starts_with('-'))?;
    let rest = &expression[before.start..];
    let name = &rest[..rest.find(|char: char| !char.is_alphanumeric() && !matches!(char, '-' | '_')).unwrap_or(rest.len())];
    let namespace = expression[..before.start]
        .strip_suffix('.')
        .map_or("", |left| left.rfind(|char: char| !char.is_alphanumeric() && char != '_').map_or(left, |at| &left[at + 1..]));
    let dot = if namespace.is_empty() { "" } else { "." };
    Some((token.start, format!("`{name}` has a hyphen: put the name in double quotes, {namespace}{dot}\"{name}\"")))
}

fn foreign(before: Option<&Token<'_>>, token: &Token<'_>, expression: &str) -> (usize, String) {
    let joined = "JMESPath puts texts together with join('', [a, b])";
    let message = match token.text.chars().next().unwrap_or_default() {
        quote @ ('"' | '\'' | '`') => format!("the quote {quote} is opened here and never closed"),
        '=' => "a single `=` means nothing in JMESPath: compare with `==`".to_owned(),
        '+' => format!("JMESPath has no `+`: {joined}"),
        '$' => format!("`$` means nothing in JMESPath: begin with metadata, time or data ({joined})"),
        '/' if before.is_none() => {
            "a template does not begin with `/`: keys have no leading slash, and texts stand in single quotes".to_owned()
        }
        '/' => "a `/` outside of quotes means nothing in JMESPath: join('/', [a, b]) puts it between texts".to_owned(),
        '\u{2018}' | '\u{2019}' | '\u{201c}' | '\u{201d}' => {
            "a typographic quote: write texts in straight single quotes, 'text'".to_owned()
        }
        '-' => "a `-` means nothing here: indexes count from the end as [-1], and a text stands in single quotes, '-'".to_owned(),
        _ => format!(
            "`{}` means nothing in JMESPath; texts stand in single quotes, names with such signs in double quotes",
            shown(token)
        ),
    };
    debug_assert!(token.start < expression.len());
    (token.start, message)
}

/// The placeholders of other template languages.
fn braces(tokens: &[Token<'_>]) -> Option<(usize, String)> {
    let pair = tokens.windows(2).find(|pair| pair[0].text == "{" && pair[1].text == "{" && pair[0].end() == pair[1].start)?;
    Some((
        pair[0].start,
        "a template is one JMESPath expression, without {{ }}: join('/', [metadata.objectName, time.date])".to_owned(),
    ))
}

/// Brackets that do not pair.
fn brackets(tokens: &[Token<'_>]) -> Option<(usize, String)> {
    let mut open: Vec<&Token<'_>> = Vec::new();
    for token in tokens {
        match token.class {
            Class::Open => open.push(token),
            Class::Close => {
                let Some(opener) = open.pop() else {
                    return Some((token.start, format!("`{}` closes nothing; remove it", token.text)));
                };
                let wanted = closing(opener.text);
                if wanted != token.text {
                    return Some((token.start, format!("`{}` is closed by `{}`; write `{wanted}`", opener.text, token.text)));
                }
            }
            _ => {}
        }
    }
    open.pop().map(|opener| (opener.start, format!("`{}` is never closed; `{}` is missing", opener.text, closing(opener.text))))
}

fn closing(opener: &str) -> &'static str {
    match opener {
        "(" => ")",
        "[" => "]",
        _ => "}",
    }
}

/// Two operands with nothing between them. The parser takes some of these for two elements.
fn neighbours(tokens: &[Token<'_>]) -> Option<(usize, String)> {
    let pair = tokens.windows(2).find(|pair| pair[0].ends_operand() && pair[1].begins_operand())?;
    let (left, right) = (shown(&pair[0]), shown(&pair[1]));
    Some((pair[1].start, format!("a comma, a dot or an operator is missing between `{left}` and `{right}`")))
}

fn shown(token: &Token<'_>) -> String {
    cut(token.text, SHOWN_CHARS_MAX)
}

/// An error of the parser, in a sentence.
fn translated(expression: &str, tokens: &[Token<'_>], error: &JmespathError) -> Issue {
    let reason = match &error.reason {
        ErrorReason::Parse(reason) => reason.as_str(),
        ErrorReason::Runtime(_) => "",
    };
    let token = tokens.iter().find(|token| token.start >= error.offset);
    let found = token.map_or_else(|| "the end of the template".to_owned(), |token| format!("`{}`", shown(token)));
    let (said, _) = reason.split_once(" -- found").unwrap_or((reason, ""));
    let message = match said {
        "Did not parse the complete expression" => {
            format!("{found} does not fit here: an operator or a comma is missing, or this is too much")
        }
        "Unexpected nud token" if token.is_none() => "the template ends too early: something is missing at its end".to_owned(),
        "Unexpected nud token" => format!("a name, a text in single quotes or a function is missing before {found}"),
        "Unexpected led token" => format!("{found} does not fit here"),
        "Quoted strings can't be a function name" => "a function's name stands without quotes".to_owned(),
        "Invalid function name" => "only a function's name may stand before `(`".to_owned(),
        "invalid token after ','" => format!("an element is missing between the comma and {found}"),
        "Expected valid number" => format!("{found} is no number that an index can have"),
        said if said.starts_with("Unable to parse literal JSON") => {
            format!("{found} holds no JSON: between backticks stands JSON, and a plain text stands in single quotes")
        }
        said if said.starts_with("Unable to parse quoted identifier") => {
            format!("{found} is no name: in double quotes a backslash begins an escape of JSON")
        }
        said => match said.strip_prefix("Expected ") {
            Some(wanted) => format!("expected {wanted}, found {found}"),
            None => format!("{found} does not fit here"),
        },
    };
    fatal(Some(characters(expression, token.map_or(expression.trim_end().len(), |token| token.start))), message)
}
