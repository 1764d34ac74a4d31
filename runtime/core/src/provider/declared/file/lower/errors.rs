//! What refusals mean.

use super::{COMBINATION, VALUE, parsed, path, quote};
use crate::{
    manifest::issue::Report,
    provider::{
        ReadErrorClass,
        declared::{
            file::block::Block,
            model::{ErrorRule, Errors, RetryAfter, Source, TextTest},
        },
    },
};

pub(super) fn errors(block: &Block<'_>, report: &mut Report) -> Errors {
    let message = block.texts("message").iter().filter_map(|text| parsed(block, "message", text, report)).collect();
    let retry_after = block.block("retryAfter").and_then(|block| retry_after(block, report));
    let rules = block.blocks("rules").iter().filter_map(|block| rule(block, report)).collect();
    Errors { message, retry_after, rules }
}

fn retry_after(block: &Block<'_>, report: &mut Report) -> Option<RetryAfter> {
    let format = block.text("format").unwrap_or("seconds");
    let source = source(block, report)?;
    if source.is_none() {
        let issue = block.error(COMBINATION, "`retryAfter` does not say where the wait stands");
        report.add(issue.suggest("give one of `header: …` and `path: …`"));
    }
    let milliseconds = matches!(format, "milliseconds" | "unixMilliseconds");
    Some(RetryAfter { source: source?, milliseconds, until: format.starts_with("unix") })
}

/// The header or the path that the block names, where it names one; an error where it names both.
fn source(block: &Block<'_>, report: &mut Report) -> Option<Option<Source>> {
    match (block.text("header"), block.has("path")) {
        (Some(_), true) => {
            report.add(block.error(COMBINATION, "`header` and `path` are both given").suggest("remove one of them"));
            None
        }
        (Some(name), false) => match name.parse() {
            Ok(name) => Some(Some(Source::Header(name))),
            Err(_) => {
                let message = format!("{} is not a header's name", quote(name));
                report.add(block.error_at("header", VALUE, message).suggest("write it like `X-RateLimit-Remaining`"));
                None
            }
        },
        (None, true) => path(block, "path", report).map(|path| Some(Source::Body(path))),
        (None, false) => Some(None),
    }
}

fn rule(block: &Block<'_>, report: &mut Report) -> Option<ErrorRule> {
    let class = class(block.text("class")?);
    let mut statuses = Vec::new();
    for text in block.texts("status") {
        match text.parse::<u16>().ok().filter(|status| (200..600).contains(status)) {
            Some(status) => statuses.push(status),
            None => {
                let message = format!("{} is not a status of an answer", quote(text));
                report.add(block.error_at("status", VALUE, message).suggest("write a number from 200 to 599, or a list of such"));
            }
        }
    }
    let source = source(block, report)?;
    let test = match (block.text("equals"), block.text("contains")) {
        (Some(_), Some(_)) => {
            report.add(block.error(COMBINATION, "`equals` and `contains` are both given").suggest("remove one of them"));
            return None;
        }
        (Some(text), None) => TextTest::Equals(text.to_owned()),
        (None, Some(text)) => TextTest::Contains(text.to_owned()),
        (None, None) => TextTest::Present,
    };
    if source.is_none() && (statuses.is_empty() || !matches!(test, TextTest::Present)) {
        let issue = block.error(COMBINATION, "the rule does not say which answers it is for");
        report.add(issue.suggest("give a `status`, or a `header` or `path` that is compared"));
        return None;
    }
    Some(ErrorRule { statuses, test: source.map(|source| (source, test)), class })
}

fn class(name: &str) -> ReadErrorClass {
    match name {
        "rateLimited" => ReadErrorClass::RateLimited,
        "badCredentials" => ReadErrorClass::BadCredentials,
        "badRequest" => ReadErrorClass::BadRequest,
        "cursorGone" => ReadErrorClass::CursorGone,
        "forbidden" => ReadErrorClass::Forbidden,
        "notFound" => ReadErrorClass::NotFound,
        _ => ReadErrorClass::Transient,
    }
}
