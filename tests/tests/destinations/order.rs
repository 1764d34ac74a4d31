//! A sink whose descriptor says `ordered` gets the messages of one installation and object one after the other, as they were read,
//! whatever fails in between and however often the process is killed.
//!
//! Double: the sink `tests/guests/relay`, which asks for order here. Oracle: HubSpot's ids, which rise as the records are read, in the order
//! in which the receiver took them.

use ampline_tests::{faults::Rule, hubspot::Properties, receiver::Received, runtime::RuntimeProcess};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    reload::kept,
    stage::{CONTACTS, PATIENCE, Stage, ask, eventually},
};

/// Contacts beside those that there are at first, in pages of a hundred: a message each.
const MORE: u64 = 2_550;
const MESSAGES: usize = ((CONTACTS + MORE) / 100) as usize;
/// Messages behind which the process is killed.
const KILLS: [usize; 2] = [8, 16];

/// The id of the first record that a message carries.
fn first_id(request: &Received) -> u64 {
    let message: Value = serde_json::from_slice(&request.body).unwrap();
    message["result"][0]["raw"]["id"].as_str().unwrap().parse().unwrap()
}

async fn switched(runtime: &RuntimeProcess, verb: &str) {
    let answer = ask(runtime, Method::POST, &format!("destinations/hook/{verb}"), None, None).await;
    assert_eq!(answer.status, 204, "{:#}", answer.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_of_one_object_arrive_as_they_were_read() {
    let stage = Stage::new("");
    stage.world.emulator.state().add("contacts", MORE, &Properties::new()).unwrap();
    stage.receiver.fault(Rule { every: Some(3), times: None, ..Rule::status(0, 503) });
    let mut runtime = stage.start();
    stage.says(&["sink", "install", &kept(&stage, "1.0.0", "order")]);
    let url = stage.receiver.url("/ordered");
    let made = json!({
        "name": "hook", "type": "relay", "metadata": { "url": url },
        "grants": { "hosts": [url.strip_suffix("/ordered").unwrap()] },
        "delivery": { "retryDelaysSeconds": [0, 0, 0, 0, 1, 1, 1, 1] },
    });
    let made = ask(&runtime, Method::POST, "destinations", Some(&made), None).await;
    assert_eq!(made.status, 201, "{:#}", made.body);
    // All of it waits at once: what comes one by one would be in order by itself.
    switched(&runtime, "disable").await;
    eventually(&runtime, "status", |status| status["reads"][0]["operation"]["status"] == "success").await;
    switched(&runtime, "enable").await;
    for kill_behind in KILLS {
        stage.receiver.wait_until(PATIENCE, |seen| seen.counts.events_accepted >= kill_behind as u64).await.unwrap();
        runtime.kill().unwrap();
        runtime = stage.start();
    }
    stage.receiver.wait_until(PATIENCE, |seen| seen.counts.events_accepted >= MESSAGES as u64).await.unwrap();
    eventually(&runtime, "status", |status| status["destinations"][0]["pending"] == 0).await;
    let seen = stage.receiver.seen();
    let taken: Vec<u64> = seen.requests.iter().filter(|request| request.status == 200).map(first_id).collect();
    assert!(taken.is_sorted(), "what is sent again after a kill is the last one: {taken:?}");
    assert!(seen.counts.requests > taken.len() as u64, "nothing failed: the test proves nothing");
    assert_eq!(seen.records["contacts"].len() as u64, CONTACTS + MORE);
}
