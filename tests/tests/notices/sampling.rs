//! What is chosen is tried at the provider before it counts, and only what changed.

use std::time::{Duration, Instant};

use ampline_tests::faults::{Answer, Rule};
use serde_json::{Value, json};

use crate::stage::{Api, Stage};

/// A choice of contacts; a filter on a property that is not there is what HubSpot refuses.
fn content(schedule: &str, filter: Option<&str>) -> Value {
    let filters: Vec<Value> = filter.iter().map(|field| json!({ "fieldName": field, "operator": "eq", "value": "x" })).collect();
    json!({ "objectName": "contacts", "schedule": schedule, "fieldFilters": filters })
}

fn body(group: &str, contacts: &Value) -> Value {
    let content = json!({ "provider": "hubspot", "read": { "objects": { "contacts": contacts } } });
    json!({ "groupRef": group, "connectionId": "acme-hubspot", "config": { "content": content } })
}

fn patch(contacts: &Value) -> Value {
    let content = json!({ "read": { "objects": { "contacts": contacts } } });
    json!({ "updateMask": ["config.content.read.objects.contacts"], "installation": { "config": { "content": content } } })
}

const INSTALLATIONS: &str = "/integrations/crm/installations";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_provider_refuses_is_refused_in_its_words_and_not_kept() {
    let stage = Stage::new("");
    let runtime = stage.workplace.start().unwrap();
    let api = Api::of(&runtime);
    let wrong = content("0 * * * *", Some("shoe"));
    let (status, answer) = api.call("POST", INSTALLATIONS, &body("beta", &wrong)).await;
    assert_eq!(status, 422, "{answer}");
    let issue = &answer["issues"][0];
    assert_eq!(issue["name"], "config.content.read.objects.contacts");
    assert!(
        issue["detail"].as_str().unwrap().contains("shoe") && issue["detail"].as_str().unwrap().contains("skipSampling"),
        "{issue}"
    );
    let kept = api.done("GET", &format!("{INSTALLATIONS}?groupRef=beta"), Value::Null).await;
    assert_eq!(kept, json!([]), "nothing is saved");

    // Without a schedule nothing is read that could fail.
    api.done("POST", INSTALLATIONS, body("gamma", &content("", Some("shoe")))).await;
    let made = api.done("POST", &format!("{INSTALLATIONS}?skipSampling=true"), body("beta", &wrong)).await;
    let path = format!("{INSTALLATIONS}/{}", made["id"].as_str().unwrap());
    // It stands as wrong as it was: only what changes is asked for.
    api.done("PATCH", &path, patch(&content("30 * * * *", Some("shoe")))).await;
    let (status, answer) = api.call("PATCH", &path, &patch(&content("30 * * * *", Some("sock")))).await;
    assert!(status == 422 && answer.to_string().contains("sock"), "{answer}");
    let kept = api.done("GET", &path, Value::Null).await;
    assert_eq!(kept["config"]["number"], 2, "nothing is saved");

    let file = stage.workplace.settings_file().with_file_name("delta.json");
    std::fs::write(
        &file,
        json!({ "groupRef": "delta", "integration": "crm", "connection": "acme-hubspot",
        "config": { "content": body("delta", &wrong)["config"]["content"] } })
        .to_string(),
    )
    .unwrap();
    let create = |more: &[&str]| {
        let mut command = stage.workplace.command();
        command.args(["installations", "create", "--file"]).arg(&file).args(more).output().unwrap()
    };
    let refused = create(&[]);
    assert!(!refused.status.success() && String::from_utf8_lossy(&refused.stderr).contains("shoe"), "{refused:?}");
    assert!(create(&["--skip-sampling"]).status.success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_says_nothing_of_the_choice_is_no_reason_to_refuse() {
    let stage = Stage::new("");
    let runtime = stage.workplace.start().unwrap();
    let api = Api::of(&runtime);
    stage.arrived(|seen| seen.counts.records == 20).await;
    let good = content("0 * * * *", None);
    for (place, answer) in [Rule::status(1, 429), Rule::status(1, 500), Rule::status(1, 403), Rule::answer(1, Answer::NotJson)]
        .into_iter()
        .enumerate()
    {
        stage.emulator.fault(answer);
        api.done("POST", INSTALLATIONS, body(&format!("g{place}"), &good)).await;
        stage.emulator.state().faults.clear();
    }
    // A provider that does not answer holds nobody up for long, nor others at all.
    stage.emulator.fault(Rule { answer: Answer::Stall, times: Some(1), ..Rule::default() });
    let begun = Instant::now();
    let (slow, quick) = (body("slow", &good), format!("{INSTALLATIONS}?skipSampling=true"));
    let (_, at) = tokio::join!(api.done("POST", INSTALLATIONS, slow), async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        api.done("POST", &quick, body("quick", &good)).await;
        begun.elapsed()
    });
    assert!(at < Duration::from_secs(8) && begun.elapsed() < Duration::from_secs(25), "{at:?}, {:?}", begun.elapsed());
}
