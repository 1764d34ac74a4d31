//! Answers that are no answers: each ends the operation with a reason, nothing is skipped, and what is mended later arrives whole.

use ampline_tests::runtime::Workplace;
use serde_json::{Value, json};

use crate::{
    scripted::{Script, Scripted, page, record},
    stage::{MANIFEST, STORE, holds, stored, until},
};

/// What went before the bad page, what it is, and which words the log must hold.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) script: Script,
    pub(crate) words: &'static str,
    /// Records of the pages before, which stay.
    pub(crate) kept: usize,
}

/// A provider and all that it may answer.
pub(crate) struct Suite<'s> {
    pub(crate) provider: &'static str,
    /// amp.yaml, whose one integration is `crm`.
    pub(crate) manifest: &'s str,
    /// The file that declares the provider, where it is not built in.
    pub(crate) file: Option<&'static str>,
    pub(crate) rows: &'s [Row],
    /// Unusual, and sound: so many records are read, and so many are there in the end.
    pub(crate) sound: (Script, u64, usize),
    /// What all answer once they are mended, wherever they were left, and how many records there are then.
    pub(crate) mended: (Script, fn(&str) -> usize),
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

fn settings(provider: &str, scripted: &Scripted, names: &[&str]) -> String {
    let mut text = format!("[project]\nid = \"demo\"\n[network]\nallow = [\"127.0.0.0/8\"]\n{STORE}");
    for name in names {
        let url = scripted.base_url(name);
        text.push_str(&format!(
            "[connections.{name}]\nprovider = \"{provider}\"\nbase_url = \"{url}\"\naccess_token = {{ env = \"TOKEN\" }}\n\
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
    let mended: Script = |after| match after {
        None => page(&[1, 2], Some("2")),
        Some("2") => page(&[3, 4], Some("4")),
        // Where a circle was left.
        Some("a" | "b" | "c") => page(&[2, 3, 4, 5], None),
        Some(_) => page(&[5], None),
    };
    let hubspot = Suite {
        provider: "hubspot",
        manifest: MANIFEST,
        file: None,
        rows: &ROWS,
        sound: (SOUND, 5, 4),
        mended: (mended, |name| if name == "same-page" { 4 } else { 5 }),
    };
    hubspot.check().await;
}

impl Suite<'_> {
    /// Lets every customer read, whatever the provider answers: each failure has its words, nothing is skipped or lost, and what is
    /// mended arrives whole.
    pub(crate) async fn check(&self) {
        let mut scripts: Vec<(&str, Script)> = self.rows.iter().map(|row| (row.name, row.script)).collect();
        scripts.push(("sound", self.sound.0));
        let names: Vec<&str> = scripts.iter().map(|(name, _)| *name).collect();
        let scripted = Scripted::start(&scripts);
        let folder = tempfile::tempdir().unwrap();
        let settings = settings(self.provider, &scripted, &names);
        let workplace = Workplace::new(folder.path(), self.manifest, &settings, &[("TOKEN", "pat-secret-4711")]).unwrap();
        if let Some(file) = self.file {
            std::fs::create_dir(folder.path().join("providers")).unwrap();
            std::fs::write(folder.path().join("providers/declared.yaml"), file).unwrap();
        }
        let runtime = workplace.start().unwrap();
        let client = &runtime.client;
        let ended = |status: &Value, name: &str| {
            let operation = &read_of(status, name)["operation"];
            !operation.is_null() && operation["status"] != "in_progress"
        };
        let status = until(client, "status", |status| names.iter().all(|name| ended(status, name))).await;
        for Row { name, words, kept, .. } in self.rows {
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
        let (_, read, there) = self.sound;
        let sound = &read_of(&status, "sound")["operation"];
        assert_eq!((&sound["status"], &sound["recordsProcessed"]), (&json!("success"), &json!(read)), "{sound}");
        holds(client, "sound", there).await;

        let (mended, expected) = self.mended;
        names.iter().for_each(|name| scripted.says(name, mended));
        client.post("reads:run", &json!({})).await.unwrap();
        for Row { name, .. } in self.rows {
            holds(client, name, expected(name)).await;
            assert!(stored(client, name).await.iter().any(|id| id.contains('5')), "{name}");
        }
        assert!(runtime.terminate().unwrap().success());
    }
}
