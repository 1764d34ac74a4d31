//! What a run remembers between two pages of Salesforce's.

use super::{info::API_PATH, name};

/// Longest path of a further page; real ones have about 60 bytes.
const PATH_BYTES_MAX: usize = 500;

/// Where the next page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Position<'a> {
    /// Salesforce's own mark, which it forgets after a while.
    More {
        /// How many records of its query came before.
        seen: u64,
        /// The last of them.
        last_id: &'a str,
        /// `nextRecordsUrl`.
        path: &'a str,
    },
    /// A query of its own for the ids behind this one.
    Behind(&'a str),
}

impl<'a> Position<'a> {
    /// Nothing where the text is none of ours.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let (kind, rest) = text.split_once(':')?;
        if kind == "id" {
            return name::is_id(rest).then_some(Self::Behind(rest));
        }
        let (seen, rest) = rest.split_once(':').filter(|_| kind == "more")?;
        let (last_id, path) = rest.split_once(':')?;
        let is_sound = name::is_id(last_id) && is_further_page(path);
        is_sound.then_some(Self::More { seen: seen.parse().ok()?, last_id, path })
    }

    pub(super) fn to_text(self) -> String {
        match self {
            Self::More { seen, last_id, path } => format!("more:{seen}:{last_id}:{path}"),
            Self::Behind(last_id) => format!("id:{last_id}"),
        }
    }
}

/// Whether this is the path of a further page of the same API, and nothing that leads elsewhere.
pub(super) fn is_further_page(path: &str) -> bool {
    let locator = path.strip_prefix(API_PATH).and_then(|rest| rest.strip_prefix("/query/").or(rest.strip_prefix("/queryAll/")));
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    path.len() <= PATH_BYTES_MAX && locator.is_some_and(|locator| !locator.is_empty() && locator.bytes().all(is_plain))
}
