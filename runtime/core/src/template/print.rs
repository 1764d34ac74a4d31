//! A part of an expression as text again, for messages that name it.

use jmespath::ast::{Ast, Comparator};

use super::names::quoted;

/// Longer texts are cut.
const CHARS_MAX: usize = 80;

/// The part as somebody may have written it.
pub(super) fn print(node: &Ast) -> String {
    cut(&whole(node), CHARS_MAX)
}

/// At most so many characters, control characters escaped.
pub(super) fn cut(text: &str, chars_max: usize) -> String {
    let mut shown: String = text.chars().take(chars_max).flat_map(escaped).collect();
    if text.chars().nth(chars_max).is_some() {
        shown.push('…');
    }
    shown
}

fn escaped(char: char) -> impl Iterator<Item = char> {
    let control = char.is_control().then(|| char.escape_default());
    let plain = (!char.is_control()).then_some(char);
    control.into_iter().flatten().chain(plain)
}

fn whole(node: &Ast) -> String {
    match node {
        Ast::Field { name, .. } => quoted(name),
        Ast::Identity { .. } => "@".to_owned(),
        Ast::Literal { value, .. } => match value.as_string() {
            Some(text) => format!("'{}'", text.replace('\'', "\\'")),
            None => format!("`{value}`"),
        },
        Ast::Index { idx, .. } => format!("[{idx}]"),
        Ast::Slice { start, stop, step, .. } => {
            let bound = |bound: &Option<i32>| bound.map(|bound| bound.to_string()).unwrap_or_default();
            let step = if *step == 1 { String::new() } else { format!(":{step}") };
            format!("[{}:{}{step}]", bound(start), bound(stop))
        }
        Ast::Subexpr { lhs, rhs, .. } => beside(whole(lhs), &whole(rhs), rhs),
        Ast::Or { lhs, rhs, .. } => format!("{} || {}", whole(lhs), whole(rhs)),
        Ast::And { lhs, rhs, .. } => format!("{} && {}", whole(lhs), whole(rhs)),
        Ast::Not { node, .. } => format!("!{}", whole(node)),
        Ast::Comparison { comparator, lhs, rhs, .. } => format!("{} {} {}", whole(lhs), sign(comparator), whole(rhs)),
        Ast::Condition { predicate, then, .. } => format!("[?{}]{}", whole(predicate), behind(then)),
        Ast::ObjectValues { node, .. } => match &**node {
            Ast::Identity { .. } => "*".to_owned(),
            node => format!("{}.*", whole(node)),
        },
        Ast::Flatten { node, .. } => format!("{}[]", before(node)),
        Ast::Projection { lhs, rhs, .. } => projection(lhs, rhs),
        Ast::MultiList { elements, .. } => format!("[{}]", all(elements)),
        Ast::MultiHash { elements, .. } => {
            let pairs: Vec<String> =
                elements.iter().map(|pair| format!("{}: {}", quoted(&pair.key), whole(&pair.value))).collect();
            format!("{{{}}}", pairs.join(", "))
        }
        Ast::Function { name, args, .. } => format!("{name}({})", all(args)),
        Ast::Expref { ast, .. } => format!("&{}", whole(ast)),
    }
}

fn all(nodes: &[Ast]) -> String {
    nodes.iter().map(whole).collect::<Vec<_>>().join(", ")
}

fn projection(lhs: &Ast, rhs: &Ast) -> String {
    match (lhs, rhs) {
        (_, Ast::Condition { .. }) => format!("{}{}", before(lhs), whole(rhs)),
        (Ast::ObjectValues { .. } | Ast::Flatten { .. } | Ast::Slice { .. }, _) => format!("{}{}", whole(lhs), behind(rhs)),
        _ => format!("{}[*]{}", before(lhs), behind(rhs)),
    }
}

/// What stands before brackets: nothing for the current node.
fn before(node: &Ast) -> String {
    if let Ast::Identity { .. } = node { String::new() } else { whole(node) }
}

/// What stands behind a projection: nothing for the current node.
fn behind(node: &Ast) -> String {
    if let Ast::Identity { .. } = node { String::new() } else { beside(String::new(), &whole(node), node) }
}

fn beside(left: String, right: &str, node: &Ast) -> String {
    match node {
        Ast::Index { .. } => left + right,
        Ast::Projection { lhs, .. } if matches!(&**lhs, Ast::Slice { .. } | Ast::Identity { .. }) => left + right,
        Ast::Field { .. } | Ast::Subexpr { .. } | Ast::MultiList { .. } | Ast::MultiHash { .. } | Ast::Function { .. } => {
            left + "." + right
        }
        Ast::Projection { .. } => left + "." + right,
        _ => left + " | " + right,
    }
}

fn sign(comparator: &Comparator) -> &'static str {
    match comparator {
        Comparator::Equal => "==",
        Comparator::NotEqual => "!=",
        Comparator::LessThan => "<",
        Comparator::LessThanEqual => "<=",
        Comparator::GreaterThan => ">",
        Comparator::GreaterThanEqual => ">=",
    }
}
