//! The text form of a cursor, which the journal keeps beside the envelopes that it covers; nobody else looks inside.

use std::borrow::Cow;

use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ReadCursor, ReadType, Run};

/// Raised when a change would be misread by an older runtime.
const VERSION: u32 = 1;

/// Why a stored cursor cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CursorError {
    /// Written by a later runtime.
    #[error("the stored read cursor has version {0}, this runtime knows up to {VERSION}: run the newer release again")]
    Newer(u32),
    /// Not what this runtime writes.
    #[error("the stored read cursor is damaged: {0}")]
    Damaged(String),
}

#[derive(Deserialize)]
struct Version {
    version: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CursorText<'a> {
    version: u32,
    watermark: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "is_false")]
    by_our_clock: bool,
    /// Little-endian 64-bit words in base64: a JSON number would not hold them, and hex is half as long again.
    recent: String,
    #[serde(borrow)]
    run: Option<RunText<'a>>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RunText<'a> {
    read_type: ReadType,
    started_at: Timestamp,
    since: Option<Timestamp>,
    #[serde(default)]
    until: Option<Timestamp>,
    #[serde(borrow)]
    position: Option<Cow<'a, str>>,
    records: u64,
    total: Option<u64>,
    recent: String,
}

impl ReadCursor {
    /// Reads the text form; nothing stored is the cursor of a read that never ran.
    pub fn parse(text: Option<&str>) -> Result<Self, CursorError> {
        let Some(text) = text else { return Ok(Self::default()) };
        let damaged = |error: serde_json::Error| CursorError::Damaged(error.to_string());
        let Version { version } = serde_json::from_str(text).map_err(damaged)?;
        if version != VERSION {
            return Err(CursorError::Newer(version));
        }
        let cursor: CursorText<'_> = serde_json::from_str(text).map_err(damaged)?;
        let run = cursor.run.map(lower_run).transpose()?;
        let (watermark, by_our_clock) = (cursor.watermark, cursor.by_our_clock);
        Ok(Self { watermark, by_our_clock, recent: words(&cursor.recent)?, run })
    }

    /// The text form: versioned JSON.
    pub fn to_text(&self) -> String {
        let run = self.run.as_ref().map(|run| RunText {
            read_type: run.read_type,
            started_at: run.started_at,
            since: run.since,
            until: run.until,
            position: run.position.as_deref().map(Cow::Borrowed),
            records: run.records,
            total: run.total,
            recent: base64(&run.recent),
        });
        let (watermark, by_our_clock) = (self.watermark, self.by_our_clock);
        let text = CursorText { version: VERSION, watermark, by_our_clock, recent: base64(&self.recent), run };
        serde_json::to_string(&text).expect("strings, numbers and times have a JSON form")
    }
}

fn lower_run(run: RunText<'_>) -> Result<Run, CursorError> {
    Ok(Run {
        read_type: run.read_type,
        started_at: run.started_at,
        since: run.since,
        until: run.until,
        position: run.position.map(Cow::into_owned),
        records: run.records,
        total: run.total,
        recent: words(&run.recent)?,
    })
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
fn is_false(value: &bool) -> bool {
    !value
}

fn base64(words: &[u64]) -> String {
    BASE64_STANDARD_NO_PAD.encode(words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<_>>())
}

fn words(text: &str) -> Result<Vec<u64>, CursorError> {
    let bytes = BASE64_STANDARD_NO_PAD.decode(text).map_err(|error| CursorError::Damaged(error.to_string()))?;
    let (words, rest) = bytes.as_chunks::<8>();
    if !rest.is_empty() {
        return Err(CursorError::Damaged("a list of versions ends within a word".to_owned()));
    }
    Ok(words.iter().map(|&word| u64::from_le_bytes(word)).collect())
}
