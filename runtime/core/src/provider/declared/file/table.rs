//! What a table of the file's format says: which keys a mapping has and what they hold. The reader and the JSON Schema follow it.

/// A mapping of the format and the keys it may have.
#[derive(Debug)]
pub(super) struct Keys {
    /// For people: "an object".
    pub(super) name: &'static str,
    pub(super) keys: &'static [Key],
}

/// A key of a mapping.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) holds: Holds,
    /// Whether the mapping is nothing without it.
    pub(super) required: bool,
    /// What it means, for whoever writes it.
    pub(super) means: &'static str,
}

/// What a key may hold.
#[derive(Debug, Clone, Copy)]
pub(super) enum Holds {
    Text,
    /// `true` or `false`.
    Flag,
    /// A whole number of the range.
    Count {
        min: u32,
        max: u32,
    },
    /// One of some words.
    Word(&'static [&'static str]),
    /// A text, or a list of texts.
    Texts,
    /// Names of one's own choice, each with a text.
    Pairs,
    /// Anything that JSON can say.
    Json,
    Mapping(&'static Keys),
    /// A mapping, or a text that stands for one with this key alone.
    MappingOrText(&'static Keys, &'static str),
    /// A list of mappings.
    List(&'static Keys),
}

impl Keys {
    /// The key of this name.
    pub(super) fn find(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

impl Key {
    pub(super) const fn new(name: &'static str, holds: Holds, means: &'static str) -> Self {
        Self { name, holds, means, required: false }
    }

    pub(super) const fn required(name: &'static str, holds: Holds, means: &'static str) -> Self {
        Self { name, holds, means, required: true }
    }
}

impl Holds {
    /// For people: what stands behind "must be".
    pub(super) fn expected(self) -> String {
        match self {
            Self::Text => "text".to_owned(),
            Self::Flag => "`true` or `false`".to_owned(),
            Self::Count { min, max } => format!("a whole number from {min} to {max}"),
            Self::Word(words) => {
                format!("one of {}", words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "))
            }
            Self::Texts => "a text or a list of texts".to_owned(),
            Self::Pairs => "a mapping of names to texts".to_owned(),
            Self::Json => "a value".to_owned(),
            Self::Mapping(_) => "a mapping".to_owned(),
            Self::MappingOrText(..) => "a mapping or a text".to_owned(),
            Self::List(_) => "a list of mappings".to_owned(),
        }
    }
}
