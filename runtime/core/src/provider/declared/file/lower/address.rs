//! Addresses: base URLs, those of OAuth, and paths beneath the base URL.

use http::uri::{PathAndQuery, Uri};

use super::{VALUE, quote};
use crate::{
    manifest::issue::Report,
    provider::{Input, declared::file::block::Block},
};

/// Most placeholders of one address.
const PLACEHOLDERS_MAX: usize = 3;
const ADDRESS_BYTES_MAX: usize = 1_000;

/// The base URL, whose placeholders must be `workspace` or inputs.
pub(super) fn base_url(block: &Block<'_>, inputs: &[Input], report: &mut Report) -> Option<String> {
    let url = block.text("baseURL")?.trim_end_matches('/');
    let known = |name: &str| name == "workspace" || inputs.iter().any(|input| input.name == name);
    let checked = checked(url).and_then(|(address, names)| match names.iter().find(|name| !known(name)) {
        Some(name) => Err(format!("declare `{name}` among `inputs`, or write `{{{{.workspace}}}}`")),
        None if url.contains('?') => Err("leave the query out".to_owned()),
        None => Ok(address),
    });
    take(block, "baseURL", url, checked, report)
}

/// An address of OAuth.
pub(super) fn url(block: &Block<'_>, key: &'static str, report: &mut Report) -> Option<String> {
    let url = block.text(key)?;
    take(block, key, url, checked(url).map(|(address, _)| address), report)
}

/// A path beneath the base URL that may hold `allowed` placeholders.
pub(super) fn path(block: &Block<'_>, key: &'static str, allowed: &[&str], report: &mut Report) -> Option<String> {
    let text = block.text(key)?;
    let checked = canonical(text).and_then(|(path, names)| {
        let filled = allowed.iter().fold(path.clone(), |path, name| path.replace(name, "x"));
        let climbs = filled.split('?').next().unwrap_or_default().split('/').any(|segment| matches!(segment, "." | ".."));
        if !path.starts_with('/') || path.starts_with("//") {
            Err("begin it with one `/`; it stands behind the base URL".to_owned())
        } else if names.iter().any(|name| !allowed.contains(&format!("{{{{.{name}}}}}").as_str())) {
            let allowed = allowed.join("`, `");
            Err(format!("only `{allowed}` may stand here; what a connection says belongs into `baseURL`"))
        } else if climbs
            || path.len() > ADDRESS_BYTES_MAX
            || filled.contains(['#', '{', '}'])
            || filled.parse::<PathAndQuery>().is_err()
        {
            Err("write a path as it is sent: no steps up, percent-encoded where needed".to_owned())
        } else {
            Ok(path)
        }
    });
    take(block, key, text, checked, report)
}

fn take(
    block: &Block<'_>,
    key: &'static str,
    text: &str,
    checked: Result<String, String>,
    report: &mut Report,
) -> Option<String> {
    let wrong = |remedy: String| {
        block.error_at(key, VALUE, format!("{} is not an address that can be asked", quote(text))).suggest(remedy)
    };
    checked.map_err(|remedy| report.add(wrong(remedy))).ok()
}

/// An absolute address with canonical placeholders, and their names.
fn checked(text: &str) -> Result<(String, Vec<String>), String> {
    let (address, names) = canonical(text)?;
    let filled = names.iter().fold(address.clone(), |address, name| address.replace(&format!("{{{{.{name}}}}}"), "x"));
    let uri: Option<Uri> = filled.parse().ok();
    let is_sound = uri.is_some_and(|uri| {
        let host = uri.authority().map(|authority| authority.as_str()).unwrap_or_default();
        matches!(uri.scheme_str(), Some("https" | "http")) && !host.is_empty() && !host.contains('@')
    });
    let climbs = filled.split('/').any(|segment| matches!(segment, "." | ".."));
    if !is_sound || climbs || address.len() > ADDRESS_BYTES_MAX || filled.contains(['#', '{', '}']) {
        return Err("write an address like `https://api.example.com/v1`, without user name and password".to_owned());
    }
    Ok((address, names))
}

/// The text with each placeholder written `{{.name}}`, and their names.
pub(super) fn canonical(text: &str) -> Result<(String, Vec<String>), String> {
    let (mut canonical, mut names, mut rest) = (String::new(), Vec::new(), text);
    while let Some((before, behind)) = rest.split_once("{{") {
        let (inner, after) = behind.split_once("}}").ok_or("close the placeholder with `}}`")?;
        let name = inner.trim().trim_start_matches('.');
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return Err("write placeholders like `{{.workspace}}`".to_owned());
        }
        if before.is_empty() && !names.is_empty() {
            return Err("put something between two placeholders".to_owned());
        }
        canonical.push_str(&format!("{before}{{{{.{name}}}}}"));
        names.push(name.to_owned());
        rest = after;
    }
    if names.len() > PLACEHOLDERS_MAX {
        return Err(format!("write at most {PLACEHOLDERS_MAX} placeholders"));
    }
    canonical.push_str(rest);
    Ok((canonical, names))
}
