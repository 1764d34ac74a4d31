//! The program, steered from another process.

use ampline_tests::loopback::Client;
use serde_json::{Value, json};

use crate::{Outcome, asking, column};

#[tokio::test]
async fn the_program_is_steered_over_its_control_surface() -> Outcome {
    let program = env!("CARGO_BIN_EXE_salesforce-emulator");
    let mut child = tokio::process::Command::new(program)
        .args(["--object", "Contact=12", "--object", "Thing__c=3", "--access-token", "t", "--page-records-max", "5"])
        .stdout(std::process::Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let mut line = String::new();
    let mut stdout = tokio::io::BufReader::new(child.stdout.take().ok_or("no stdout")?);
    tokio::io::AsyncBufReadExt::read_line(&mut stdout, &mut line).await?;
    let ready: Value = serde_json::from_str(&line)?;
    assert_eq!(ready["accessToken"], "t");
    let client = Client::new(ready["url"].as_str().ok_or("no url")?).with("authorization", "Bearer t");
    let order = async |path: &str, order: Value| client.post(&format!("/_control/{path}"), &order).await;

    let changed = order("records/Contact/change", json!({"count": 3, "fields": {"Title": "Pilot"}})).await?.json()["ids"].clone();
    let added = order("records/Thing__c/add", json!({"count": 1})).await?.json()["ids"].clone();
    order("records/Thing__c/delete", json!({"ids": added})).await?;
    order("records/Thing__c/undelete", json!({"ids": added})).await?;
    order("records/Thing__c/delete", json!({"count": 1})).await?;
    let listed = client.get("/_control/records/Thing__c").await?.json();
    assert_eq!(listed.as_array().map(|all| all.iter().filter(|one| one["isDeleted"] == true).count()), Some(1));
    let pilots = client.get(&asking("SELECT Id FROM Contact WHERE Title = 'Pilot'")).await?;
    assert_eq!(json!(column(&pilots, "Id")), changed);
    let wrong = order("records/Contact/change", json!({"count": 1, "fields": {"Nope": 1}})).await?;
    assert_eq!((wrong.status, order("records/Nope/add", json!({"count": 1})).await?.status), (400, 404));

    let next =
        client.get(&asking("SELECT Id FROM Contact")).await?.json()["nextRecordsUrl"].as_str().unwrap_or_default().to_owned();
    assert_eq!(order("expire/locators", json!({})).await?.status, 204);
    assert_eq!(client.get(&next).await?.status, 400);
    client.call("PUT", "/_control/settings", json!({"quirks": {"zone_minutes": 60}, "advance_ms": 1000}).to_string()).await?;
    assert!(column(&client.get(&asking("SELECT CreatedDate FROM Contact LIMIT 1")).await?, "CreatedDate")[0].ends_with("+0100"));
    client.post("/_control/faults", &json!({"times": 1, "answer": "reset"})).await?;
    assert!(client.get(&asking("SELECT Id FROM Contact")).await.is_err());
    assert_eq!(order("expire/access_tokens", json!({})).await?.status, 204);
    assert_eq!(client.get(&asking("SELECT Id FROM Contact")).await?.status, 401);
    let counters = client.get("/_control/counters").await?.json();
    assert_eq!(counters["requests"], json!({"query": {"200": 3, "0": 1, "401": 1}, "query_more": {"400": 1}}));
    order("reset", json!({})).await?;
    assert_eq!(client.get(&asking("SELECT COUNT() FROM Contact WHERE Title = 'Pilot'")).await?.json()["totalSize"], 0);
    child.kill().await?;
    let refused = tokio::process::Command::new(program).args(["--object", "Nope=1"]).output().await?;
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("unknown object Nope; there are Account, "), "{said}");
    Ok(())
}
