//! The same of Salesforce and of a provider that a file declares.

use serde_json::{Value, json};

use crate::{
    bad_answers::{Row, Suite},
    scripted::Script,
};

/// A manifest that reads one object of a provider.
fn manifest(provider: &str, object: &str, field: &str) -> String {
    format!(
        r#"
specVersion: 1.0.0
integrations:
  - name: crm
    provider: {provider}
    read:
      objects:
        - objectName: {object}
          destination: store
          schedule: "*/10 * * * *"
          backfill: {{ defaultPeriod: {{ fullHistory: true }} }}
          requiredFields: [{{ fieldName: {field} }}]
"#
    )
}

fn contact(id: u64, at: &str, name: &str) -> Value {
    json!({ "attributes": { "type": "Contact" }, "Id": format!("003{id:012}AAA"), "SystemModstamp": at, "LastName": name })
}

const LONG_AGO: &str = "2026-01-02T00:00:00.000+0000";

/// A page of a query that counted `total`, and the end of its locator.
fn queried(records: &[Value], total: u64, next: Option<&str>) -> (u16, String) {
    let mut body = json!({ "totalSize": total, "done": next.is_none(), "records": records });
    if let Some(place) = next {
        body["nextRecordsUrl"] = json!(format!("/services/data/v60.0/query/01gRO0000016PIAYA2-{place}"));
    }
    (200, body.to_string())
}

fn contacts(ids: &[u64], total: u64, next: Option<&str>) -> (u16, String) {
    queried(&ids.iter().map(|id| contact(*id, LONG_AGO, "")).collect::<Vec<_>>(), total, next)
}

/// A first page of two, then this.
fn after_two(after: Option<&str>, bad: (u16, String)) -> (u16, String) {
    if after.is_none() { contacts(&[1, 2], 5, Some("2")) } else { bad }
}

const SALESFORCE: [Row; 13] = [
    Row {
        name: "truncated",
        script: |after| after_two(after, (200, r#"{"totalSize":5,"done":true,"records":[{"Id":"003"#.into())),
        words: "EOF while parsing",
        kept: 2,
    },
    Row { name: "not-json", script: |_| (200, "<html>Sign in</html>".into()), words: "<html>Sign in</html>", kept: 0 },
    Row {
        name: "wrong-shape",
        script: |after| after_two(after, (200, r#"{"totalSize":5,"done":true,"records":7}"#.into())),
        words: "not a page of records",
        kept: 2,
    },
    Row { name: "a-list", script: |_| (200, "[]".into()), words: "not a page of records", kept: 0 },
    Row { name: "no-id", script: |_| queried(&[json!({ "LastName": "x" })], 1, None), words: "a record has no `Id`", kept: 0 },
    Row {
        name: "wrong-id",
        script: |after| after_two(after, queried(&[json!({ "Id": "../../003" })], 5, None)),
        words: "a record has no `Id`",
        kept: 2,
    },
    Row { name: "twice", script: |after| after_two(after, contacts(&[3, 3], 5, None)), words: "comes twice", kept: 2 },
    Row {
        name: "circle",
        script: |after| match after {
            None => contacts(&[1], 3, Some("a")),
            Some("a") => contacts(&[2], 3, Some("b")),
            Some("b") => contacts(&[3], 3, Some("c")),
            Some(_) => contacts(&[4], 3, Some("a")),
        },
        words: "4 records came of a query that has 3",
        kept: 3,
    },
    Row {
        name: "same-page",
        script: |after| {
            let number: u64 = after.unwrap_or("0").parse().unwrap_or(0);
            contacts(&[1, 2, 3], 1_000, Some(&(number + 1).to_string()))
        },
        words: "two pages in a row hold the same 3 records",
        kept: 3,
    },
    Row {
        name: "elsewhere",
        script: |_| {
            let (status, body) = contacts(&[1], 5, Some("2"));
            (status, body.replace("/services/data/v60.0/query/", "https://evil.example/"))
        },
        words: "`nextRecordsUrl` is not a path of the query",
        kept: 0,
    },
    Row {
        name: "no-such-field",
        script: |after| {
            let words = r#"[{"message":"No such column 'shoe' on entity 'Contact'","errorCode":"INVALID_FIELD"}]"#;
            after_two(after, (400, words.into()))
        },
        words: "No such column 'shoe'",
        kept: 2,
    },
    Row {
        name: "forbidden",
        script: |after| {
            let words = r#"[{"message":"insufficient access rights on object","errorCode":"INSUFFICIENT_ACCESS"}]"#;
            after_two(after, (403, words.into()))
        },
        words: "insufficient access rights",
        kept: 2,
    },
    Row {
        name: "no-such-object",
        script: |_| (404, r#"[{"message":"The requested resource does not exist","errorCode":"NOT_FOUND"}]"#.into()),
        words: "The requested resource does not exist",
        kept: 0,
    },
];

/// Times in other zones and one that is none, a record of ten megabytes.
const SOUND_CONTACTS: Script = |after| match after {
    None => {
        let zones = [contact(1, "2026-01-02T05:30:00+05:30", ""), contact(2, "2026-01-01T14:00:00.5-1000", "")];
        queried(&zones, 4, Some("2"))
    }
    Some(_) => {
        let large = contact(3, "2026-01-03T00:00:00Z", &"x".repeat(10_000_000));
        queried(&[large, contact(4, "yesterday", "")], 4, None)
    }
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn salesforces_are_told_of_skip_nothing_and_can_be_mended() {
    let mended: Script = |after| match after {
        None => contacts(&[1, 2], 5, Some("2")),
        Some("2") => contacts(&[3, 4], 5, Some("4")),
        Some("c" | "1") => contacts(&[4, 5], 5, None),
        Some(_) => contacts(&[5], 5, None),
    };
    let suite = Suite {
        provider: "salesforce",
        manifest: &manifest("salesforce", "Contact", "LastName"),
        file: None,
        rows: &SALESFORCE,
        sound: (SOUND_CONTACTS, 4, 4),
        mended: (mended, |_| 5),
    };
    suite.check().await;
}

const DECLARED: &str = r#"
name: acme
displayName: Acme
baseURL: https://api.acme.example
auth: { type: apiKey, header: Authorization, prefix: "Bearer " }
errors: { message: problem.text }
objects:
  - name: things
    path: /things
    records: data
    id: id
    updatedAt: updated
    paging: { type: cursor, next: next, query: after }
"#;

fn thing(id: &str, at: &str, text: &str) -> Value {
    json!({ "id": id, "updated": at, "text": text })
}

fn listed(things: &[Value], next: Option<&str>) -> (u16, String) {
    (200, json!({ "data": things, "next": next }).to_string())
}

fn things(ids: &[u64], next: Option<&str>) -> (u16, String) {
    listed(&ids.iter().map(|id| thing(&id.to_string(), "2026-01-02T00:00:00Z", "")).collect::<Vec<_>>(), next)
}

fn behind_two(after: Option<&str>, bad: (u16, String)) -> (u16, String) {
    if after.is_none() { things(&[1, 2], Some("2")) } else { bad }
}

const ACME: [Row; 10] = [
    Row {
        name: "truncated",
        script: |after| behind_two(after, (200, r#"{"data":[{"id":"3","te"#.into())),
        words: "EOF while parsing",
        kept: 2,
    },
    Row { name: "not-json", script: |_| (200, "<html>Sign in</html>".into()), words: "<html>Sign in</html>", kept: 0 },
    Row {
        name: "wrong-shape",
        script: |after| behind_two(after, (200, r#"{"data":7}"#.into())),
        words: "`data` is not a list of records",
        kept: 2,
    },
    Row { name: "no-list", script: |_| (200, "{}".into()), words: "it has no `data`", kept: 0 },
    Row { name: "no-id", script: |_| (200, r#"{"data":[{"text":"x"}]}"#.into()), words: "a record has no `id`", kept: 0 },
    Row {
        name: "empty-id",
        script: |after| behind_two(after, listed(&[thing("", "2026-01-02T00:00:00Z", "")], None)),
        words: "a record has no `id`",
        kept: 2,
    },
    Row {
        name: "circle",
        script: |after| match after {
            None => things(&[1], Some("a")),
            Some("a") => things(&[2], Some("b")),
            Some("b") => things(&[3], Some("c")),
            Some(_) => things(&[4], Some("a")),
        },
        words: "paging goes in a circle",
        kept: 4,
    },
    Row {
        name: "same-page",
        script: |after| {
            let number: u64 = after.unwrap_or("0").parse().unwrap_or(0);
            things(&[1, 2, 3], Some(&(number + 1).to_string()))
        },
        words: "two pages in a row hold the same 3 records",
        kept: 3,
    },
    Row {
        name: "refused",
        script: |after| behind_two(after, (400, r#"{"problem":{"text":"no shoe here"}}"#.into())),
        words: "no shoe here",
        kept: 2,
    },
    Row {
        name: "forbidden",
        script: |after| behind_two(after, (403, r#"{"problem":{"text":"not yours"}}"#.into())),
        words: "not yours",
        kept: 2,
    },
];

const SOUND_THINGS: Script = |after| match after {
    None => {
        let zones = [thing("1", "2026-01-02T05:30:00+05:30", ""), thing("2", "2026-01-01T14:00:00.5-10:00", "")];
        listed(&zones, Some("2"))
    }
    Some(_) => {
        let large = thing("3", "2026-01-03T00:00:00Z", &"x".repeat(10_000_000));
        listed(&[large, thing("4", "yesterday", "")], None)
    }
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_of_a_declared_provider_are_told_of_skip_nothing_and_can_be_mended() {
    let mended: Script = |after| match after {
        None => things(&[1, 2], Some("2")),
        Some("2") => things(&[3, 4], Some("4")),
        Some("a" | "b" | "c" | "1") => things(&[2, 3, 4, 5], None),
        Some(_) => things(&[5], None),
    };
    let suite = Suite {
        provider: "acme",
        manifest: &manifest("acme", "things", "text"),
        file: Some(DECLARED),
        rows: &ACME,
        sound: (SOUND_THINGS, 4, 4),
        mended: (mended, |_| 5),
    };
    suite.check().await;
}
