//! What comes behind a page, held to the promise that paging comes to an end.

use bytes::Bytes;
use http::Response;
use serde_json::value::RawValue;

use super::{
    link::{self, Bases},
    model::{Definition, More, Object, Paging},
    path::{JsonPath, flag, number, text},
    position::{Kind, Position, TOKEN_BYTES_MAX},
    request,
};
use crate::{
    cursor::Run,
    plan::ReadPlan,
    provider::{ApiKeyPlace, AuthScheme, Record, SentTo},
};

/// What is known when the page behind another is looked for.
pub(super) struct Behind<'a> {
    pub(super) definition: &'a Definition,
    pub(super) object: &'a Object,
    pub(super) plan: &'a ReadPlan,
    pub(super) run: &'a Run,
    pub(super) response: &'a Response<Bytes>,
    pub(super) body: &'a RawValue,
    /// All that the page has, before any is left out.
    pub(super) records: &'a [Record],
    pub(super) total: Option<u64>,
}

/// The position behind the page, nothing where it is the last, or why there is none that can be followed.
pub(super) fn behind(page: &Behind<'_>) -> Result<Option<Position>, String> {
    let before = Position::of(page.object, page.run);
    let before = before.as_ref();
    let (kind, at, is_number) = match &page.object.paging {
        Paging::None => return Ok(None),
        Paging::Cursor { next, more, until_empty, .. } => {
            if page.more(more, before)? == Some(false) || (*until_empty && page.records.is_empty()) {
                return Ok(None);
            }
            let Some(token) = page.token(next.find(page.body), next, more)? else { return Ok(None) };
            if *until_empty {
                return Position::behind(before, Kind::Cursor, token.0, token.1, &page.ids()).map(Some);
            }
            (Kind::Cursor, token.0, token.1)
        }
        Paging::LastRecord { path, more, .. } => match (page.more(more, before)?, page.records.last()) {
            (Some(false), _) | (None, None) => return Ok(None),
            (Some(true), None) => return Err("the answer has no record, but says that there are more".to_owned()),
            (_, Some(last)) => {
                let found = serde_json::from_slice::<&RawValue>(&last.raw).ok().and_then(|raw| path.find(raw));
                let token = page.token(found, path, more)?;
                let (at, is_number) = token.ok_or_else(|| format!("the last record has no `{path}` to go on from"))?;
                (Kind::Cursor, at, is_number)
            }
        },
        Paging::NextLink { next, more } => {
            if page.more(more, before)? == Some(false) {
                return Ok(None);
            }
            let Some((link, _)) = page.token(next.find(page.body), next, more)? else { return Ok(None) };
            (Kind::Link, page.link(&link)?, false)
        }
        Paging::LinkHeader => {
            let Some(link) = link::next_in_header(page.response.headers()) else { return Ok(None) };
            (Kind::Link, page.link(&link)?, false)
        }
        Paging::Offset { more, .. } => {
            let offset = before.map_or(0, Position::number).saturating_add(page.records.len() as u64);
            let more = page.more(more, before)?.or_else(|| page.total.map(|total| offset < total));
            return page.numbered(before, more, offset);
        }
        Paging::PageNumber { start, more, .. } => {
            let here = before.map_or(*start, Position::number);
            return page.numbered(before, page.more(more, before)?, here.saturating_add(1));
        }
    };
    let seen = at.clone();
    Position::behind(before, kind, at, is_number, &seen).map(Some)
}

impl Behind<'_> {
    /// Whether there is more, where the answer says so.
    fn more(&self, more: &More, before: Option<&Position>) -> Result<Option<bool>, String> {
        let found = |path: &JsonPath| path.find(self.body).ok_or_else(|| format!("the answer has no `{path}`"));
        let truth = |path: &JsonPath| flag(found(path)?).ok_or_else(|| format!("`{path}` is neither `true` nor `false`"));
        match more {
            More::Unsaid => Ok(None),
            More::While(path) => truth(path).map(Some),
            More::Until(path) => truth(path).map(|done| Some(!done)),
            More::Pages(path) => {
                let pages = number(found(path)?).ok_or_else(|| format!("`{path}` is not a number"))?;
                Ok(Some(before.map_or(0, |position| position.page).saturating_add(1) < pages))
            }
        }
    }

    /// A token, and whether it is a number; nothing where there is none and there need not be one.
    fn token(&self, found: Option<&RawValue>, path: &JsonPath, more: &More) -> Result<Option<(String, bool)>, String> {
        let promised = !matches!(more, More::Unsaid);
        let Some(found) = found.filter(|raw| !matches!(raw.get(), "\"\"" | "false")) else {
            return if promised { Err(format!("there are more records, but no `{path}`")) } else { Ok(None) };
        };
        let token = text(found).ok_or_else(|| format!("`{path}` is neither text nor a number"))?;
        if token.len() > TOKEN_BYTES_MAX && !matches!(self.object.paging, Paging::NextLink { .. }) {
            return Err(format!("`{path}` has {} bytes, more than the {TOKEN_BYTES_MAX} that are sent back", token.len()));
        }
        Ok(Some((token.into_owned(), !found.get().starts_with('"'))))
    }

    fn link(&self, link: &str) -> Result<String, String> {
        let asked = request::page(self.definition, self.object, self.plan, self.run, None);
        let key_parameter = match &self.definition.info.auth {
            AuthScheme::ApiKey(ApiKeyPlace::Query { name }) => Some(name.as_str()),
            _ => None,
        };
        let bases = Bases {
            sent_to: self.response.extensions().get::<SentTo>().map(|sent_to| sent_to.0.as_str()),
            declared: &self.definition.info.base_url,
            asked: asked.uri().path(),
            key_parameter,
        };
        link::beneath(link, &bases)
    }

    /// The position of a number. A page without records is the last one, unless the answer says that there is more.
    fn numbered(&self, before: Option<&Position>, more: Option<bool>, at: u64) -> Result<Option<Position>, String> {
        match (more, self.records.is_empty()) {
            (Some(false), _) | (None, true) => Ok(None),
            (Some(true), true) => Err("the answer has no record, but says that there are more".to_owned()),
            (_, false) => {
                // A provider that heeds no number gives the same page for each.
                Position::behind(before, Kind::Number, at.to_string(), true, &self.ids()).map(Some)
            }
        }
    }

    /// What the page is known by where nothing else tells it from others.
    fn ids(&self) -> String {
        self.records.iter().map(|record| record.id.as_str()).collect::<Vec<_>>().join("\n")
    }
}
