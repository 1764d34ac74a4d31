//! What is wrong with an expression, or may surprise, whatever the message: a walk over its tree with what is known of each part.

use jmespath::ast::Ast;

use super::{
    Issue, Purpose,
    functions::{self, Function, Parameter},
    names,
    print::print,
    syntax::characters,
    value::{Kind, Value},
};
use crate::manifest::closest;

/// What is known of a value before there is a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// The whole context.
    Root,
    /// All of `metadata`.
    Metadata,
    /// All of `time`.
    Time,
    /// Nothing but its type.
    Is(Kind),
    /// Nothing.
    Unknown,
}

impl Shape {
    fn kind(self) -> Option<Kind> {
        match self {
            Self::Root | Self::Metadata | Self::Time => Some(Kind::Object),
            Self::Is(kind) => Some(kind),
            Self::Unknown => None,
        }
    }
}

/// What an expression looks at.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Reach {
    /// Anything of the context at all.
    context: bool,
    event_id: bool,
    operation_id: bool,
    /// Where `metadata.operationId` stands without a stand-in, in bytes.
    bare_operation_id: Option<usize>,
}

impl Reach {
    /// Whether the value is the same for every message.
    pub(super) fn is_constant(self) -> bool {
        !self.context
    }
}

/// Every fault of a sound tree, and what may surprise.
pub(super) fn inspect(purpose: Purpose, expression: &str, tree: &Ast) -> (Vec<Issue>, Reach) {
    let mut walk = Walk { expression, issues: Vec::new(), reach: Reach::default(), guarded: false };
    let shape = walk.shape(tree, Shape::Root);
    walk.whole(shape);
    let Walk { mut issues, reach, .. } = walk;
    if !issues.iter().any(|issue| issue.fatal) {
        issues.extend(surprises(purpose, expression, tree, shape, reach));
    }
    issues.sort_by_key(|issue| (!issue.fatal, issue.position));
    (issues, reach)
}

fn surprises(purpose: Purpose, expression: &str, tree: &Ast, shape: Shape, reach: Reach) -> Vec<Issue> {
    let mut issues = Vec::new();
    let mut warn = |position: Option<usize>, message: String| issues.push(Issue { position, message, fatal: false });
    if let Some(byte) = reach.bare_operation_id {
        let fate = if purpose == Purpose::PartitionKey { "take the event id as their key" } else { "would be rejected" };
        warn(
            Some(characters(expression, byte)),
            format!(
                "`metadata.operationId` is null for messages of subscribe events, which {fate}; not_null(metadata.operationId, '-') gives them a stand-in"
            ),
        );
    }
    if let Some(kind @ (Kind::List | Kind::Object)) = shape.kind() {
        let hint = if matches!(tree, Ast::MultiList { .. }) { "; join('/', […]) makes a text of a list" } else { "" };
        warn(None, format!("the template gives {}, which is written as JSON{hint}", kind.noun()));
    }
    if reach.is_constant() {
        let effect = match purpose {
            Purpose::ObjectKey => "each object overwrites the one before",
            Purpose::PartitionKey => "all records go to one shard",
            Purpose::Text => "all messages have one text",
        };
        warn(None, format!("the template is the same for every message: {effect}; use metadata, time or data"));
    } else if purpose == Purpose::ObjectKey && !reach.event_id {
        let message = if reach.operation_id {
            "a read of more than one message has one operation id, so that its messages may get the same key, and a later object overwrites \
             an earlier one of the same key; add metadata.\"event-id\""
        } else {
            "nothing makes the key unique for each message, and a later object overwrites an earlier one of the same key; \
             add metadata.\"event-id\" or metadata.operationId"
        };
        warn(None, message.to_owned());
    }
    issues
}

struct Walk<'e> {
    expression: &'e str,
    issues: Vec<Issue>,
    reach: Reach,
    /// Whether a stand-in follows where the part at hand is null.
    guarded: bool,
}

impl Walk<'_> {
    fn fault(&mut self, byte: usize, message: String) {
        let position = Some(characters(self.expression, byte));
        // Parts that stand for several values are walked once each; one complaint is enough.
        if !self.issues.iter().any(|issue| issue.position == position && issue.message == message) {
            self.issues.push(Issue { position, message, fatal: true });
        }
    }

    /// Takes note that a value is used as a whole.
    fn whole(&mut self, shape: Shape) -> Shape {
        match shape {
            Shape::Root | Shape::Metadata => {
                (self.reach.context, self.reach.event_id, self.reach.operation_id) = (true, true, true);
            }
            Shape::Time => self.reach.context = true,
            Shape::Is(_) | Shape::Unknown => {}
        }
        shape
    }

    fn used(&mut self, node: &Ast, current: Shape) -> Shape {
        let shape = self.shape(node, current);
        self.whole(shape)
    }

    fn shape(&mut self, node: &Ast, current: Shape) -> Shape {
        match node {
            Ast::Field { name, offset } => self.field(name, *offset, current),
            Ast::Identity { .. } => current,
            Ast::Literal { value, .. } => Shape::Is(Value::literal(value).kind()),
            Ast::Subexpr { lhs, rhs, .. } => {
                let left = self.shape(lhs, current);
                self.shape(rhs, left)
            }
            Ast::Or { lhs, rhs, .. } => {
                let guarded = std::mem::replace(&mut self.guarded, true);
                let left = self.shape(lhs, current);
                self.guarded = guarded;
                let right = self.shape(rhs, current);
                self.either(left, right)
            }
            Ast::And { lhs, rhs, .. } => {
                let (left, right) = (self.shape(lhs, current), self.shape(rhs, current));
                self.either(left, right)
            }
            Ast::Condition { predicate, then, .. } => {
                self.tested(predicate, current);
                self.shape(then, current);
                Shape::Unknown
            }
            Ast::Comparison { lhs, rhs, .. } => {
                self.tested(lhs, current);
                self.tested(rhs, current);
                Shape::Unknown
            }
            Ast::Not { node, .. } => {
                self.tested(node, current);
                Shape::Is(Kind::Bool)
            }
            Ast::Index { .. } | Ast::Slice { .. } => Shape::Unknown,
            Ast::Flatten { node, .. } | Ast::ObjectValues { node, .. } => {
                self.used(node, current);
                Shape::Unknown
            }
            Ast::Projection { lhs, rhs, .. } => {
                self.used(lhs, current);
                self.used(rhs, Shape::Unknown);
                Shape::Unknown
            }
            Ast::MultiList { elements, .. } => {
                elements.iter().for_each(|element| _ = self.used(element, current));
                Shape::Is(Kind::List)
            }
            Ast::MultiHash { elements, .. } => {
                elements.iter().for_each(|pair| _ = self.used(&pair.value, current));
                Shape::Is(Kind::Object)
            }
            Ast::Expref { ast, .. } => {
                self.used(ast, Shape::Unknown);
                Shape::Is(Kind::Expression)
            }
            Ast::Function { name, args, offset } => self.function(name, args, *offset, current),
        }
    }

    /// A part whose null is as good as any value.
    fn tested(&mut self, node: &Ast, current: Shape) {
        let guarded = std::mem::replace(&mut self.guarded, true);
        self.used(node, current);
        self.guarded = guarded;
    }

    /// One of two values.
    fn either(&mut self, left: Shape, right: Shape) -> Shape {
        if left == right {
            return left;
        }
        self.whole(left);
        self.whole(right);
        Shape::Unknown
    }

    fn field(&mut self, name: &str, offset: usize, current: Shape) -> Shape {
        match current {
            Shape::Root => self.namespace(name, offset),
            Shape::Metadata => {
                self.reach.context = true;
                match name {
                    names::EVENT_ID => self.reach.event_id = true,
                    names::OPERATION_ID => {
                        self.reach.operation_id = true;
                        if !self.guarded {
                            self.reach.bare_operation_id.get_or_insert(offset);
                        }
                        return Shape::Unknown;
                    }
                    _ => {}
                }
                self.key("metadata", name, offset, &names::METADATA)
            }
            Shape::Time => {
                self.reach.context = true;
                self.key("time", name, offset, &names::TIME)
            }
            Shape::Is(kind @ (Kind::Text | Kind::Number | Kind::Bool | Kind::List)) => {
                let (name, noun) = (names::quoted(name), kind.noun());
                self.fault(offset, format!("`{name}` is looked for in {noun}, which has no fields: the result is always null"));
                Shape::Unknown
            }
            Shape::Is(_) | Shape::Unknown => Shape::Unknown,
        }
    }

    fn namespace(&mut self, name: &str, offset: usize) -> Shape {
        match name {
            "metadata" => Shape::Metadata,
            "time" => Shape::Time,
            "data" => {
                self.reach.context = true;
                Shape::Unknown
            }
            _ => {
                let remedy =
                    names::instead_of_namespace(name).map(|instead| format!("; did you mean {instead}?")).unwrap_or_default();
                let message = if self.expression[offset..].starts_with('"') && remedy.is_empty() {
                    format!(
                        "{} in double quotes is the name of a field; a text stands in single quotes, '{name}'",
                        names::quoted(name)
                    )
                } else {
                    format!("`{}` is no namespace; a template has metadata, time and data{remedy}", names::quoted(name))
                };
                self.fault(offset, message);
                Shape::Unknown
            }
        }
    }

    fn key(&mut self, namespace: &str, name: &str, offset: usize, known: &[&str]) -> Shape {
        if known.contains(&name) {
            return Shape::Is(Kind::Text);
        }
        let remedy = match names::meant(name, known) {
            Some(meant) => format!("; did you mean {namespace}.{}?", names::quoted(meant)),
            None => format!("; it has {}", names::list(known)),
        };
        self.fault(offset, format!("`{namespace}` has no `{}`{remedy}", names::quoted(name)));
        Shape::Unknown
    }

    fn function(&mut self, name: &str, arguments: &[Ast], offset: usize, current: Shape) -> Shape {
        // The parser notes the place of the bracket; the name stands before it.
        let start = self.expression[..offset].trim_end().len().saturating_sub(name.len());
        let outer = self.guarded;
        let mut shapes = Vec::new();
        for (place, argument) in arguments.iter().enumerate() {
            self.guarded = match name {
                "not_null" => outer || place + 1 < arguments.len(),
                "to_string" | "to_array" | "type" => true,
                _ => false,
            };
            shapes.push(self.used(argument, current));
        }
        self.guarded = outer;
        let Some(function) = functions::by_name(name) else {
            let names = functions::names();
            let remedy = match names::meant(name, &names).or_else(|| alias(name)).or_else(|| closest(name, names.iter().copied()))
            {
                Some(meant) => format!("; did you mean {meant}?"),
                None => format!("; there are {}", names.join(", ")),
            };
            self.fault(start, format!("JMESPath has no function `{name}`{remedy}"));
            return Shape::Unknown;
        };
        if let Some(fault) = function.arity_fault(arguments.len()) {
            self.fault(start, fault);
            return Shape::Unknown;
        }
        self.arguments(function, arguments, &shapes, start, current);
        function.gives.map_or(Shape::Unknown, Shape::Is)
    }

    fn arguments(&mut self, function: &Function, arguments: &[Ast], shapes: &[Shape], start: usize, current: Shape) {
        for (place, (argument, shape)) in arguments.iter().zip(shapes).enumerate() {
            if let Some(fault) = shape.kind().and_then(|kind| function.type_fault(place, kind, argument)) {
                self.fault(start, fault);
            }
            if let (Parameter::ListOf(kinds), Ast::MultiList { elements, .. }) = (function.parameter(place), argument) {
                let issues = self.issues.len();
                let known: Vec<Option<Kind>> = elements.iter().map(|element| self.shape(element, current).kind()).collect();
                self.issues.truncate(issues);
                let wrong = known.iter().position(|kind| kind.is_some_and(|kind| !kinds.contains(&kind)));
                if let Some((place, kind)) = wrong.and_then(|place| known[place].map(|kind| (place, kind))) {
                    self.fault(start, function.element_fault(place, kind, elements.len(), elements.get(place)));
                }
            }
        }
    }
}

/// Functions of other languages.
fn alias(name: &str) -> Option<&'static str> {
    Some(match name.to_lowercase().as_str() {
        "concat" | "implode" => "join",
        "coalesce" | "default" | "ifnull" | "nvl" => "not_null",
        "len" | "size" | "count" => "length",
        "string" | "str" | "tostring" | "format" => "to_string",
        "int" | "number" | "float" | "tonumber" => "to_number",
        "mean" | "average" => "avg",
        "startswith" => "starts_with",
        "endswith" => "ends_with",
        _ => return None,
    })
}

/// What stands at the top of a rendering that gave nothing, for its reason.
pub(super) fn named(tree: &Ast) -> String {
    match tree {
        Ast::Field { .. } | Ast::Subexpr { .. } => format!("`{}`", print(tree)),
        _ => "the template".to_owned(),
    }
}
