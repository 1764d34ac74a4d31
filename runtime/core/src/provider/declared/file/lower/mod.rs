//! From checked blocks to a definition: what a table cannot say (what goes with what, addresses, paths) is checked here.

mod address;
mod auth;
mod errors;
mod object;
mod paging;

use std::{collections::BTreeMap, time::Duration};

use http::{HeaderName, HeaderValue};

use super::block::Block;
use crate::{
    manifest::issue::{Issue, Report, quote},
    provider::{
        Input, ProviderInfo, RateLimit,
        declared::{
            model::{Definition, Fields, Mark, Object},
            path::JsonPath,
        },
    },
};

/// A value that the format does not allow.
pub(super) const VALUE: &str = "provider-value";
/// Keys that do not go together.
pub(super) const COMBINATION: &str = "provider-combination";

const NAME_BYTES_MAX: usize = 64;
const OBJECTS_MAX: usize = 500;
const HEADERS_MAX: usize = 20;

/// The name of the object that stands for all others.
const ANY: &str = "*";

/// Headers that are the engine's.
const RESERVED_HEADERS: [&str; 7] =
    ["authorization", "connection", "content-length", "cookie", "host", "proxy-authorization", "transfer-encoding"];

pub(super) fn provider(block: &Block<'_>, report: &mut Report) -> Option<Definition> {
    let name = name(block, report);
    let inputs = inputs(block);
    let base_url = address::base_url(block, &inputs, report);
    let auth = auth::auth(block, report);
    let headers = headers(block, report);
    let errors = block.block("errors").map(|errors| errors::errors(errors, report)).unwrap_or_default();
    let fields = block.block("fields").and_then(|fields| self::fields(fields, report));
    let mut objects = objects(block, report);
    let any_object = objects.remove(ANY);
    let rate_limit = block.block("rateLimit").and_then(rate_limit);
    let name = name?;
    let display_name = block.text("displayName").unwrap_or(&name).to_owned();
    let docs_url = block.text("docsURL").map(str::to_owned);
    let info =
        ProviderInfo { name, display_name, base_url: base_url?, auth: auth?, rate_limit, modules: Vec::new(), docs_url, inputs };
    Some(Definition { info, headers, errors, fields, objects, any_object })
}

fn name(block: &Block<'_>, report: &mut Report) -> Option<String> {
    let name = block.text("name")?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if name.is_empty() || name.len() > NAME_BYTES_MAX || !name.bytes().all(is_plain) {
        let message = format!("{} is not a provider's name", quote(name));
        let remedy = format!("use letters, digits, `-` and `_`, at most {NAME_BYTES_MAX}");
        report.add(block.error_at("name", VALUE, message).suggest(remedy));
        return None;
    }
    Some(name.to_owned())
}

fn inputs(block: &Block<'_>) -> Vec<Input> {
    let input = |input: &Block<'_>| {
        let name = input.text("name")?.to_owned();
        let display_name = input.text("displayName").unwrap_or(&name).to_owned();
        Some(Input { name, display_name, documentation: input.text("documentation").unwrap_or_default().to_owned() })
    };
    block.blocks("inputs").iter().filter_map(input).collect()
}

fn rate_limit(block: &Block<'_>) -> Option<RateLimit> {
    let per = Duration::from_secs(block.count("perSeconds")?.into());
    Some(RateLimit { requests: block.count("requests")?, per, concurrent: block.count("concurrent") })
}

fn headers(block: &Block<'_>, report: &mut Report) -> Vec<(HeaderName, HeaderValue)> {
    let pairs = block.pairs("headers");
    if pairs.len() > HEADERS_MAX {
        report.add(block.error_at("headers", VALUE, format!("there are more than {HEADERS_MAX} headers")).suggest("remove some"));
    }
    let mut headers = Vec::new();
    for (name, value) in pairs {
        let parsed = name.parse::<HeaderName>().ok().zip(value.parse::<HeaderValue>().ok());
        match parsed {
            Some((name, _)) if RESERVED_HEADERS.contains(&name.as_str()) => {
                let message = format!("the header `{name}` is set by the runtime");
                report.add(block.error_at("headers", VALUE, message).suggest("remove it; credentials belong to `auth`"));
            }
            Some(header) => headers.push(header),
            None => {
                let message = format!("{} is not a header that can be sent", quote(name));
                report.add(
                    block
                        .error_at("headers", VALUE, message)
                        .suggest("use letters, digits and `-` in its name, visible ASCII in its value"),
                );
            }
        }
    }
    headers
}

fn objects(block: &Block<'_>, report: &mut Report) -> BTreeMap<String, Object> {
    let declared = block.blocks("objects");
    if declared.is_empty() && block.has("objects") {
        report.add(
            block.error_at("objects", VALUE, "a provider needs at least one object").suggest("add `- name: …` and `path: …`"),
        );
    }
    if declared.len() > OBJECTS_MAX {
        report.add(
            block.error_at("objects", VALUE, format!("there are more than {OBJECTS_MAX} objects")).suggest("split the provider"),
        );
    }
    let describes_fields = block.has("fields");
    let mut objects = BTreeMap::new();
    for one in declared.iter().take(OBJECTS_MAX) {
        let Some(name) = one.text("name") else { continue };
        let with = object::WithDefaults { object: one, defaults: block.block("defaults") };
        let Some(object) = object::object(&with, describes_fields, report) else { continue };
        if objects.insert(name.to_owned(), object).is_some() {
            let message = format!("the object {} is declared twice", quote(name));
            report.add(one.error_at("name", COMBINATION, message).suggest("remove one of them"));
        }
    }
    objects
}

fn fields(block: &Block<'_>, report: &mut Report) -> Option<Fields> {
    let records = path(block, "records", report);
    let name = path(block, "name", report);
    Some(Fields {
        label: path(block, "label", report),
        kind: path(block, "type", report),
        custom: mark(block, "custom", report),
        read_only: mark(block, "readOnly", report),
        records: records?,
        name: name?,
    })
}

fn mark(block: &Block<'_>, key: &'static str, report: &mut Report) -> Option<Mark> {
    let mark = block.block(key)?;
    Some(Mark { path: path(mark, "path", report)?, equals: mark.json("equals") })
}

/// The path that `key` holds.
fn path(block: &Block<'_>, key: &'static str, report: &mut Report) -> Option<JsonPath> {
    parsed(block, key, block.text(key)?, report)
}

fn parsed(block: &Block<'_>, key: &'static str, text: &str, report: &mut Report) -> Option<JsonPath> {
    let parsed = JsonPath::parse(text);
    parsed.map_err(|reason| report.add(wrong_path(block, key, text, reason))).ok()
}

fn wrong_path(block: &Block<'_>, key: &'static str, text: &str, reason: String) -> Issue {
    block.error_at(key, VALUE, format!("{} is not a path into an answer", quote(text))).suggest(reason)
}
