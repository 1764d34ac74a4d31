//! Which records a message carries: object name, id and the provider's time of change, whatever the message's other contents.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A record in a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Carried {
    /// The provider's key.
    pub id: String,
    /// The provider's time of change, as it wrote it.
    pub updated_at: Option<String>,
}

/// What is read from a message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Contents {
    /// `objectName`; empty if there is none.
    pub object: String,
    /// The records of `result`; those without an id are left out.
    pub records: Vec<Carried>,
    /// Where the records are when the message does not hold them.
    pub download_url: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message<'a> {
    #[serde(borrow, default)]
    object_name: Option<Cow<'a, str>>,
    #[serde(default)]
    result: Option<Vec<Entry>>,
    #[serde(default)]
    result_info: Option<ResultInfo>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResultInfo {
    #[serde(default)]
    download_url: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Entry {
    id: Value,
    raw: Option<Keys>,
    fields: Option<Keys>,
}

/// Where providers put a record's key and time: HubSpot `id` and `updatedAt`, Salesforce `Id` and `SystemModstamp`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Keys {
    #[serde(alias = "Id", alias = "hs_object_id")]
    id: Value,
    #[serde(rename = "updatedAt", alias = "SystemModstamp")]
    updated_at: Option<String>,
}

/// Reads a message; empty contents if it is none.
pub(super) fn contents(body: &[u8]) -> Contents {
    let Ok(message) = serde_json::from_slice::<Message<'_>>(body) else { return Contents::default() };
    let records = message.result.unwrap_or_default().into_iter().filter_map(carried);
    Contents {
        object: message.object_name.unwrap_or_default().into_owned(),
        records: records.collect(),
        download_url: message.result_info.and_then(|info| info.download_url),
    }
}

fn carried(entry: Entry) -> Option<Carried> {
    let (raw, fields) = (entry.raw.unwrap_or_default(), entry.fields.unwrap_or_default());
    let id = [raw.id, fields.id, entry.id].into_iter().find_map(|id| match id {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })?;
    Some(Carried { id, updated_at: raw.updated_at.or(fields.updated_at) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_records_of_a_message() {
        let check = |body: &str, object: &str, expected: &[(&str, Option<&str>)], url: Option<&str>| {
            let got = contents(body.as_bytes());
            let records: Vec<_> = got.records.iter().map(|record| (record.id.as_str(), record.updated_at.as_deref())).collect();
            assert_eq!((got.object.as_str(), records.as_slice(), got.download_url.as_deref()), (object, expected, url), "{body}");
        };
        check("", "", &[], None);
        check("[1]", "", &[], None);
        check(r#"{"objectName":"c","result":[]}"#, "c", &[], None);
        check(
            r#"{"result":[{"raw":{"id":"1","updatedAt":"t","properties":{"id":"9"}},"fields":{"id":"2"}}]}"#,
            "",
            &[("1", Some("t"))],
            None,
        );
        check(
            r#"{"objectName":"Ac\u0063","result":[{"raw":{"Id":"00X"}},{"fields":{"hs_object_id":7}},{"id":"3"},{}]}"#,
            "Acc",
            &[("00X", None), ("7", None), ("3", None)],
            None,
        );
        check(
            r#"{"objectName":"c","resultInfo":{"type":"url","numRecords":1,"downloadUrl":"http://x"}}"#,
            "c",
            &[],
            Some("http://x"),
        );
    }
}
