//! How the next page is asked for.

use super::{
    COMBINATION,
    object::{WithDefaults, slot},
    path,
};
use crate::{
    manifest::issue::Report,
    provider::declared::{
        file::block::Block,
        model::{More, Paging, Slot},
    },
};

/// Keys of `paging` and the types that may have them.
const OWNERS: [(&str, &[&str]); 9] = [
    ("next", &["cursor", "nextLink"]),
    ("lastRecord", &["cursor"]),
    ("query", &["cursor", "offset", "pageNumber"]),
    ("body", &["cursor", "offset", "pageNumber"]),
    ("start", &["pageNumber"]),
    ("hasMore", &["cursor", "nextLink", "offset", "pageNumber"]),
    ("done", &["cursor", "nextLink", "offset", "pageNumber"]),
    ("untilEmpty", &["cursor"]),
    ("pages", &["pageNumber"]),
];

pub(super) fn paging(with: &WithDefaults<'_, '_>, report: &mut Report) -> Paging {
    let Some(block) = with.of("paging").block("paging") else { return Paging::None };
    let Some(kind) = block.text("type") else { return Paging::None };
    for (key, owners) in OWNERS {
        if block.has(key) && !owners.contains(&kind) {
            let message = format!("`{key}` does not belong to paging of type `{kind}`");
            report.add(block.error_at(key, COMBINATION, message).suggest("remove it, or change the type"));
        }
    }
    of_kind(kind, block, report).unwrap_or(Paging::None)
}

fn of_kind(kind: &str, block: &Block<'_>, report: &mut Report) -> Option<Paging> {
    let more = more(block, report);
    Some(match kind {
        "cursor" => {
            let slot = slot(block, report);
            match (block.has("next"), block.has("lastRecord")) {
                (true, false) => Paging::Cursor {
                    next: path(block, "next", report)?,
                    slot: slot?,
                    more,
                    until_empty: block.flag("untilEmpty").unwrap_or_default(),
                },
                (false, true) => Paging::LastRecord { path: path(block, "lastRecord", report)?, slot: slot?, more },
                _ => {
                    let issue = block.error(COMBINATION, "a cursor comes from either the answer or its last record");
                    report.add(issue.suggest("give one of `next: …` and `lastRecord: …`"));
                    return None;
                }
            }
        }
        "nextLink" => {
            if !block.has("next") {
                let issue = block.error(COMBINATION, "`next` is missing: where the answer holds the next page's address");
                report.add(issue.suggest("add `next: …`"));
            }
            Paging::NextLink { next: path(block, "next", report)?, more }
        }
        "linkHeader" => Paging::LinkHeader,
        "offset" => Paging::Offset { slot: slot(block, report)?, more },
        "pageNumber" => Paging::PageNumber { slot: slot(block, report)?, start: block.count("start").unwrap_or(1).into(), more },
        _ => Paging::None,
    })
}

fn more(block: &Block<'_>, report: &mut Report) -> More {
    let given: Vec<&'static str> = ["hasMore", "done", "pages"].into_iter().filter(|key| block.has(key)).collect();
    if given.len() > 1 {
        let message = format!("`{}` say the same", given.join("` and `"));
        report.add(block.error(COMBINATION, message).suggest("remove one of them"));
    }
    let Some(&key) = given.first() else { return More::Unsaid };
    match (key, path(block, key, report)) {
        ("hasMore", Some(path)) => More::While(path),
        ("done", Some(path)) => More::Until(path),
        ("pages", Some(path)) => More::Pages(path),
        _ => More::Unsaid,
    }
}

impl Paging {
    /// Where it puts its values.
    pub(super) fn slot(&self) -> Option<&Slot> {
        match self {
            Self::Cursor { slot, .. } | Self::LastRecord { slot, .. } => Some(slot),
            Self::Offset { slot, .. } | Self::PageNumber { slot, .. } => Some(slot),
            Self::None | Self::NextLink { .. } | Self::LinkHeader => None,
        }
    }
}
