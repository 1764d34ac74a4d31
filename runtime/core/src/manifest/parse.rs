//! Text to tree: YAML events become nodes, aliases and merge keys are expanded under a budget, depth is bounded.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
    rc::Rc,
};

use serde_yaml::{ErrorKind, Event, Marker, Options, Parser, ScalarStyle, ScanError, Span};

use super::{
    directive::Comment,
    issue::{Issue, quote},
    rule, scalar,
    source::FILE_BYTES_MAX,
    tree::{Entry, Kind, Lead, Meaning, Node, Place, Scalar, Written},
};

/// Nodes of the expanded tree.
const NODES_MAX: usize = 250_000;

/// Levels of lists and mappings.
const DEPTH_MAX: usize = 64;

/// A parsed file.
pub(crate) struct Document {
    /// Nothing where the file holds no content.
    pub(crate) root: Option<Rc<Node>>,
    /// In order.
    pub(super) comments: Vec<Comment>,
    /// Where a second document begins, which is not read, as the official program does not.
    pub(super) second: Option<Place>,
}

/// Parses one document, or says the first place where that fails.
pub(crate) fn parse(text: &str) -> Result<Document, Issue> {
    let mut options = Options::default();
    options.max_buffered_comment_events = FILE_BYTES_MAX;
    options.flow_nesting_limit = DEPTH_MAX;
    let mut builder = Builder::default();
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.map_err(|error| syntax_error(&error, text))?;
        builder.take(event, span, text)?;
        if builder.second.is_some() {
            break;
        }
    }
    let Builder { root, comments, second, .. } = builder;
    Ok(Document { root: root.filter(|root| !root.is_null()), comments, second })
}

#[derive(Default)]
struct Builder {
    open: Vec<Collection>,
    anchors: HashMap<usize, Rc<Node>>,
    nodes: usize,
    begun: bool,
    second: Option<Place>,
    root: Option<Rc<Node>>,
    comments: Vec<Comment>,
}

/// A list or mapping whose end has not come yet.
struct Collection {
    place: Place,
    anchor: usize,
    content: Content,
}

enum Content {
    List(Vec<Rc<Node>>),
    Mapping { entries: Vec<Entry>, key: Option<Rc<Node>>, merged: Vec<Rc<Node>> },
}

impl Builder {
    fn take(&mut self, event: Event<'_>, span: Span, text: &str) -> Result<(), Issue> {
        let place = place(&span.start);
        match event {
            Event::DocumentStart(..) => {
                self.second = self.begun.then_some(place);
                self.begun = true;
                Ok(())
            }
            Event::Scalar(value, style, anchor, tag) => {
                let shared = anchor != 0 || self.open.iter().any(|collection| collection.anchor != 0);
                let written = span.byte_range().and_then(|range| written(&value, style, range, text)).filter(|_| tag.is_none());
                let kind = Kind::Scalar(scalar::resolve(&value, style, tag.as_deref()));
                let written = written.map(|written| Written { shared, ..written });
                self.finish(Node { place, kind, written, size: 1, height: 0 }, anchor)
            }
            Event::SequenceStart(_, anchor, _) => self.start(place, anchor, Content::List(Vec::new())),
            Event::MappingStart(_, anchor, _) => {
                self.start(place, anchor, Content::Mapping { entries: Vec::new(), key: None, merged: Vec::new() })
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(anchor) => self.alias(anchor, place),
            Event::Comment(comment, _) => {
                self.comments.push(Comment::new(&comment, place, span.start.byte_offset().unwrap_or_default(), text));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn start(&mut self, place: Place, anchor: usize, content: Content) -> Result<(), Issue> {
        if self.open.len() >= DEPTH_MAX {
            return Err(too_deep(place));
        }
        self.open.push(Collection { place, anchor, content });
        Ok(())
    }

    fn end(&mut self) -> Result<(), Issue> {
        let Some(Collection { place, anchor, content }) = self.open.pop() else { return Ok(()) };
        let kind = match content {
            Content::List(items) => Kind::List(items),
            Content::Mapping { entries, merged, .. } => Kind::Mapping(merge(entries, &merged)?),
        };
        let (size, height) = match &kind {
            Kind::List(items) => measure(items.iter()),
            Kind::Mapping(entries) => measure(entries.iter().map(|entry| &entry.value)),
            Kind::Scalar(_) => (0, 0),
        };
        self.finish(Node { place, kind, written: None, size: size + 1, height: height + 1 }, anchor)
    }

    fn finish(&mut self, node: Node, anchor: usize) -> Result<(), Issue> {
        self.spend(1, node.place)?;
        let node = Rc::new(node);
        if anchor != 0 {
            self.anchors.insert(anchor, Rc::clone(&node));
        }
        self.put(node)
    }

    fn alias(&mut self, anchor: usize, place: Place) -> Result<(), Issue> {
        let Some(node) = self.anchors.get(&anchor).cloned() else {
            return Err(Issue::error(rule::YAML_SYNTAX, "$", place, "this alias stands within the value it refers to")
                .suggest("remove the alias: a manifest cannot contain itself"));
        };
        self.spend(node.size, place)?;
        if self.open.len() + node.height > DEPTH_MAX {
            return Err(too_deep(place));
        }
        self.put(node)
    }

    fn spend(&mut self, nodes: usize, place: Place) -> Result<(), Issue> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes <= NODES_MAX {
            return Ok(());
        }
        let message = format!("the file expands to more than {NODES_MAX} values, which is the most that is read");
        Err(Issue::error(rule::YAML_LIMIT, "$", place, message).suggest("use fewer aliases (`*name`), or split the manifest"))
    }

    fn put(&mut self, node: Rc<Node>) -> Result<(), Issue> {
        match self.open.last_mut().map(|collection| &mut collection.content) {
            None => self.root = Some(node),
            Some(Content::List(items)) => items.push(node),
            Some(Content::Mapping { entries, key, merged }) => match key.take() {
                None => *key = Some(node),
                Some(key) => {
                    let Some(scalar) = key.scalar() else {
                        let message = format!("a key must be text, found {}", key.name());
                        return Err(Issue::error(rule::YAML_SYNTAX, "$", key.place, message)
                            .suggest("quote a text that begins with `[`, `{` or `*`"));
                    };
                    if is_merge(scalar) {
                        merged.push(node);
                    } else {
                        let (key_place, key_written) = (key.place, key.written);
                        entries.push(Entry { key: scalar.text.as_str().into(), key_place, key_written, value: node });
                    }
                }
            },
        }
        Ok(())
    }
}

/// How a scalar is written, if its text stands in the source as it is.
fn written(value: &str, style: ScalarStyle, range: Range<usize>, text: &str) -> Option<Written> {
    let raw = text.get(range.clone())?;
    let quote = match style {
        ScalarStyle::Plain => None,
        ScalarStyle::SingleQuoted => Some('\''),
        ScalarStyle::DoubleQuoted => Some('"'),
        _ => return None,
    };
    let inner = quote.map_or(Some(raw), |quote| raw.strip_prefix(quote)?.strip_suffix(quote))?;
    if inner != value || inner.contains(['\n', '\r', '\\']) {
        return None;
    }
    Some(Written { start: range.start, end: range.end, quote, shared: false, lead: lead(&text[..range.start]) })
}

fn lead(before: &str) -> Lead {
    let blanks = before.trim_end_matches(' ');
    if blanks.is_empty() || blanks.ends_with(['\n', '\r']) {
        return Lead::Indent;
    }
    let dash = before.strip_suffix("- ").map(|before| before.chars().next_back());
    if matches!(dash, Some(None | Some(' ' | '\n' | '\r'))) { Lead::Dash } else { Lead::Other }
}

fn is_merge(key: &Scalar) -> bool {
    key.plain && key.meaning == Meaning::Text && key.text == "<<"
}

/// The entries with those of the merged mappings that they do not have: earlier mappings win over later ones.
fn merge(mut entries: Vec<Entry>, merged: &[Rc<Node>]) -> Result<Vec<Entry>, Issue> {
    if merged.is_empty() {
        return Ok(entries);
    }
    let mut keys: HashSet<Rc<str>> = entries.iter().map(|entry| Rc::clone(&entry.key)).collect();
    for source in merged {
        let sources = match &source.kind {
            Kind::List(items) => items.as_slice(),
            _ => std::slice::from_ref(source),
        };
        for source in sources {
            let Kind::Mapping(more) = &source.kind else {
                let message = format!("`<<` merges mappings, found {}", source.name());
                return Err(Issue::error(rule::YAML_SYNTAX, "$", source.place, message)
                    .suggest("refer to a mapping (`<<: *name`), or quote the key"));
            };
            // Of a key that the source holds twice the last counts, as everywhere.
            let fresh: Vec<Entry> = more.iter().filter(|entry| !keys.contains(&entry.key)).cloned().collect();
            keys.extend(fresh.iter().map(|entry| Rc::clone(&entry.key)));
            entries.extend(fresh);
        }
    }
    Ok(entries)
}

fn measure<'a>(children: impl Iterator<Item = &'a Rc<Node>>) -> (usize, usize) {
    children.fold((0, 0), |(size, height), child| (size + child.size, height.max(child.height)))
}

fn too_deep(place: Place) -> Issue {
    let message = format!("lists and mappings are nested deeper than {DEPTH_MAX} levels, which is the most that is read");
    Issue::error(rule::YAML_LIMIT, "$", place, message).suggest("a manifest needs no more than nine")
}

fn place(marker: &Marker) -> Place {
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Place { line: count(marker.line()), column: count(marker.col()).saturating_add(1) }
}

fn syntax_error(error: &ScanError, text: &str) -> Issue {
    let place = place(error.marker());
    let issue = |message: String| Issue::error(rule::YAML_SYNTAX, "$", place, message);
    match error.kind() {
        ErrorKind::RecursionLimitExceeded => too_deep(place),
        ErrorKind::UnknownAnchor => issue("this alias refers to an anchor that is not defined before it".to_owned())
            .suggest("define it (`&name`), or quote a text that begins with `*`"),
        ErrorKind::UnexpectedCharacter { character } => {
            issue(format!("no value can begin with {}", quote(&character.to_string()))).suggest("put the value in quotes")
        }
        kind => {
            let issue = issue(format!("not valid YAML: {}", error.info()));
            match remedy(kind, place, text) {
                Some(remedy) => issue.suggest(remedy),
                None => issue,
            }
        }
    }
}

fn remedy(kind: &ErrorKind, place: Place, text: &str) -> Option<&'static str> {
    let line = text.lines().nth(usize::try_from(place.line).ok()?.saturating_sub(1)).unwrap_or_default();
    let indentation = &line[..line.len() - line.trim_start().len()];
    if indentation.contains('\t') {
        return Some("this line is indented with a tab: YAML allows only spaces there");
    }
    match kind {
        ErrorKind::UnclosedQuotedScalar => Some("close the quotation mark"),
        ErrorKind::UnclosedFlowCollection { .. } => Some("close the bracket"),
        _ if line.trim_start().starts_with('-') && !line.trim_start().starts_with("- ") => Some("put a space after the dash"),
        _ if line.matches(": ").count() > 1 => {
            Some("one line holds two keys: put the inner one on a line of its own, or quote a text that contains `: `")
        }
        _ => None,
    }
}
