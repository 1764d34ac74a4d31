//! A sink's configuration: one type from which both its JSON Schema and its reader come, so that the two cannot disagree.

#[doc(hidden)]
pub mod derived;
mod fields;
mod issues;
mod member;
mod schema;
mod url;

pub use fields::Fields;
pub use issues::Issues;
pub use member::{Field, Rules};
pub use schema::Schema;
pub use url::{Address, HttpUrl, Url};

/// The configuration of a sink: what it looks like, and how it is read.
///
/// `#[derive(Config)]` writes both from a struct. The names of members are those of its fields in camel case, descriptions are
/// their doc comments; a field is required unless it has a `default` or is an [`Option`].
///
/// ```
/// use ampline_sink::{Config, Url, read_config};
///
/// /// A room of the team chat.
/// #[derive(Config, Debug)]
/// #[config(title = "Chat")]
/// struct Chat {
///     /// Where messages go.
///     #[config(title = "URL")]
///     url: Url,
///     /// Milliseconds that the chat has for its answer.
///     #[config(min = 1_000, max = 60_000, default = 15_000)]
///     timeout_ms: u64,
///     /// What kind of messages to send.
///     #[config(default = Style::Cards)]
///     style: Style,
///     /// Who is mentioned.
///     #[config(max_length = 10, default)]
///     mentions: Vec<String>,
/// }
///
/// /// A unit enum is one of a few words.
/// #[derive(Config, Debug, Clone, Copy, PartialEq)]
/// enum Style {
///     Plain,
///     Cards,
/// }
///
/// let chat: Chat = read_config(r#"{"url": "https://chat.example.com/hooks/1"}"#).unwrap();
/// assert_eq!((chat.timeout_ms, chat.style, chat.mentions.len()), (15_000, Style::Cards, 0));
///
/// // Every fault at once, each with its place and a remedy.
/// let issues = read_config::<Chat>(r#"{"timeoutMs": 1, "style": "loud", "rom": 3}"#).unwrap_err();
/// let told: Vec<_> = issues.iter().map(|issue| format!("{}: {}", issue.pointer, issue.message)).collect();
/// assert_eq!(
///     told,
///     [
///         "/url: is missing",
///         "/timeoutMs: must be a whole number from 1000 to 60000",
///         "/style: must be one of plain, cards",
///         "/rom: is not known: there are url, timeoutMs, style, mentions",
///     ]
/// );
/// assert!(Chat::schema().starts_with(r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","title":"Chat""#));
/// ```
///
/// | attribute of a field | meaning |
/// |---|---|
/// | `title = "…"` | the label in forms |
/// | `name = "…"` | the member's name, in place of the field's name in camel case |
/// | `default`, `default = …` | what an absent member means: [`Default::default`], or this |
/// | `min = …`, `max = …` | bounds of a number, both allowed |
/// | `min_length = …`, `max_length = …` | bounds of a text's characters, a list's items, an object's members |
/// | `check = path` | a `fn(&T) -> Result<(), String>` that knows what a schema cannot say; its error goes on from the member's name: "must be …" |
///
/// On the struct itself, `title = "…"` names the form, and `check = path` is a `fn(&Self, &mut Fields)` that looks at members
/// together. On a variant of an enum, `name = "…"` replaces its name in kebab case. For a type with rules of its own implement
/// [`Field`]; for a configuration that needs more than this, implement `Config` itself.
pub trait Config: Sized {
    /// The JSON Schema (draft 2020-12) of the configuration: forms, editors and documentation come from it.
    fn schema() -> String;

    /// Reads the configuration member by member; `fields` keeps every fault. Nothing where it cannot be used.
    /// Pure: no capability but [`templates::check`](crate::templates::check) may be called.
    fn read(fields: &mut Fields<'_>) -> Option<Self>;
}
