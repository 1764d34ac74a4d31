//! Answers that are no answers: each ends the operation with a reason, nothing is skipped, and what is mended later arrives whole.

use ampline_tests::runtime::Workplace;
use serde_json::{Value, json};

use crate::{
    scripted::{Script, Scripted, page, record},
    stage::{MANIFEST, STORE, holds, stored, until},
};

/// What went before the bad page, what it is, and which words the log must hold.
struct Row {
    name: &'static str,
    script: Script,
    words: &'static str,
    /// Records of the pages before, which stay.
    kept: usize,
}

fn second(after: Option<&str>, bad: (u16, String)) -> (u16, String) {
    if after.is_none() { page(&[1, 2], Some("2")) } else { bad }
}

const ROWS: [Row; 11] = [
    Row {
        name: "truncated",
        script: |after| second(after, (200, r#"{"results":[{"id":"3","proper"#.into())),
        words: "EOF while parsing",
        kept: 2,
    },
    Row { name: "not-json", script: |_| (200, "<html>Sign in</html>".into()), words: "<html>Sign in</html>", kept: 0 },
    Row { name: "wrong-shape", script: |after| second(after, (200, r#"{"results":7}"#.into())), words: "results", kept: 2 },
    Row { name: "a-list", script: |_| (200, "[]".into()), words: "not a page of records", kept: 0 },
    Row { name: "no-id", script: |_| (200, r#"{"results":[{"properties":{}}]}"#.into()), words: "id", kept: 0 },
    Row {
        name: "empty-id",
        script: |after| second(after, (200, json!({ "results": [record("", "2026-01-02T00:00:00Z", "")] }).to_string())),
        words: "id",
        kept: 2,
    },
    Row {
        name: "circle",
        script: |after| match after {
            None => page(&[1], Some("a")),
            Some("a") => page(&[2], Some("b")),
            Some("b") => page(&[3], Some("c")),
            Some(_) => page(&[4], Some("a")),
        },
        words: "does not advance beyond `a`",
        kept: 4,
    },
    Row {
        name: "same-page",
        script: |after| {
            let number: u64 = after.unwrap_or("0").parse().unwrap_or(0);
            page(&[1, 2, 3], Some(&(number + 1).to_string()))
        },
        words: "two pages in a row hold the same 3 records",
        kept: 3,
    },
    Row {
        name: "no-such-field",
        script: |after| second(after, (400, r#"{"status":"error","message":"Property \"shoe\" does not exist"}"#.into())),
        words: "shoe",
        kept: 2,
    },
    Row {
        name: "forbidden",
        script: |after| second(after, (403, r#"{"status":"error","message":"This app lacks a scope"}"#.into())),
        words: "lacks a scope",
        kept: 2,
    },
    Row {
        name: "no-such-object",
        script: |_| (404, r#"{"status":"error","message":"Unable to infer object type"}"#.into()),
        words: "Unable to infer object type",
        kept: 0,
    },
];

/// Sound, if unusual: times in other zones and one that is none, a record of ten megabytes, an id that was met before in another
/// version.
const SOUND: Script = |after| match after {
    None => {
        let zones = [record("1", "2026-01-02T05:30:00+05:30", ""), record("2", "2026-01-01T14:00:00.5-10:00", "")];
        (200, json!({ "results": zones, "paging": { "next": { "after": "2" } } }).to_string())
    }
    Some(_) => {
        let large = record("3", "2026-01-03T00:00:00Z", &"x".repeat(10_000_000));
        let others = [record("1", "2026-01-03T00:00:00Z", "again"), record("4", "yesterday", "")];
        (200, json!({ "results": [large, others[0], others[1]] }).to_string())
    }
};

fn settings(provider: &Scripted, names: &[&str]) -> String {
    let mut text = format!("[project]\nid = \"demo\"\n[network]\nallow = [\"127.0.0.0/8\"]\n{STORE}");
    for name in names {
        let url = provider.base_url(name);
        text.push_str(&format!(
            "[connections.{name}]\nprovider = \"hubspot\"\nbase_url = \"{url}\"\naccess_token = {{ env = \"TOKEN\" }}\n\
             [[installations]]\nintegration = \"crm\"\nconnection = \"{name}\"\ngroup_ref = \"{name}\"\n"
        ));
    }
    text
}

fn read_of<'a>(status: &'a Value, group: &str) -> &'a Value {
    status["reads"].as_array().unwrap().iter().find(|read| read["groupRef"] == group).unwrap_or(&Value::Null)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_is_told_of_skips_nothing_and_can_be_mended() {
    let mut names: Vec<&str> = ROWS.iter().map(|row| row.name).collect();
    names.push("sound");
    let mut scripts: Vec<(&str, Script)> = ROWS.iter().map(|row| (row.name, row.script)).collect();
    scripts.push(("sound", SOUND));
    let provider = Scripted::start(&scripts);
    let folder = tempfile::tempdir().unwrap();
    let workplace =
        Workplace::new(folder.path(), MANIFEST, &settings(&provider, &names), &[("TOKEN", "pat-secret-4711")]).unwrap();
    let runtime = workplace.start().unwrap();
    let client = &runtime.client;
    let ended = |status: &Value, name: &str| read_of(status, name)["operation"]["status"].as_str() != Some("in_progress");
    let all = |status: &Value| names.iter().all(|name| !read_of(status, name)["operation"].is_null() && ended(status, name));
    let status = until(client, "status", all).await;
    for Row { name, words, kept, .. } in &ROWS {
        let operation = &read_of(&status, name)["operation"];
        assert_eq!(operation["status"], "failure", "{name}: {operation}");
        let result = operation["result"].as_str().unwrap();
        assert!(result.contains(words), "{name}: {result}");
        let logs = client.get(&format!("operations/{}/logs", operation["id"].as_str().unwrap())).await.unwrap();
        let last = logs.as_array().unwrap().last().unwrap();
        assert_eq!((&last["severity"], &last["message"]["error"]), (&json!("error"), &json!(result)), "{name}: {logs:#}");
        assert!(!logs.to_string().contains("pat-secret-4711"), "{name}");
        holds(client, name, *kept).await;
    }
    assert_eq!(read_of(&status, "sound")["operation"]["recordsProcessed"], 5, "{}", read_of(&status, "sound"));
    holds(client, "sound", 4).await;

    for name in &names {
        provider.says(name, |after| match after {
            None => page(&[1, 2], Some("2")),
            Some("2") => page(&[3, 4], Some("4")),
            // Where a circle was left.
            Some("a" | "b" | "c") => page(&[2, 3, 4, 5], None),
            Some(_) => page(&[5], None),
        });
    }
    client.post("reads:run", &json!({})).await.unwrap();
    for Row { name, .. } in &ROWS {
        let expected = if *name == "same-page" { 4 } else { 5 };
        holds(client, name, expected).await;
        assert!(stored(client, name).await.contains(&"5".to_owned()), "{name}");
    }
    assert!(runtime.terminate().unwrap().success());
}
