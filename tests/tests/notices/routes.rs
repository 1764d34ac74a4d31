//! Who hears of what, by the API: topics, what comes to them, who hears from them.

use serde_json::{Value, json};

use crate::stage::{Api, Stage};

const TOPICS: &str = "/topics";
const EVENTS: &str = "/notification-event-topic-routes";
const DESTINATIONS: &str = "/topic-destination-routes";

async fn id(api: &Api, path: &str, body: Value) -> String {
    api.done("POST", path, body).await["id"].as_str().unwrap().to_owned()
}

async fn install(api: &Api, group: &str) -> Value {
    let content = json!({ "provider": "hubspot", "read": { "objects": { "contacts": { "objectName": "contacts", "schedule": "0 * * * *" } } } });
    let body = json!({ "groupRef": group, "connectionId": "acme-hubspot", "config": { "content": content } });
    api.done("POST", "/integrations/crm/installations", body).await["id"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn routes_lead_from_events_to_destinations_and_nothing_else_is_sent() {
    let stage = Stage::new("");
    let runtime = stage.workplace.start().unwrap();
    let api = Api::of(&runtime);
    stage.arrived(|seen| seen.counts.records == 20).await;
    install(&api, "unheard").await;

    let ops = api.done("GET", "/destinations/ops", Value::Null).await["id"].as_str().unwrap().to_owned();
    let topic = id(&api, TOPICS, json!({ "name": "customers" })).await;
    let event = id(&api, EVENTS, json!({ "eventType": "installation.created", "topicId": topic })).await;
    let destination = id(&api, DESTINATIONS, json!({ "topicId": topic, "destinationId": ops })).await;
    // A second way leads to the same destination: it is told once.
    let other = id(&api, TOPICS, json!({ "name": "also" })).await;
    id(&api, EVENTS, json!({ "eventType": "installation.created", "topicId": other })).await;
    id(&api, DESTINATIONS, json!({ "topicId": other, "destinationId": "ops" })).await;
    let heard = install(&api, "heard").await;
    stage.hears("installation.created", |data| data["installationId"] == heard).await;
    assert_eq!(stage.told().len(), 1, "{:#?}", stage.told());

    for (path, expected) in [
        (format!("{EVENTS}?topicId={topic}"), event.clone()),
        (format!("{EVENTS}?eventType=installation.created&topicId={topic}"), event.clone()),
        (format!("{DESTINATIONS}?destinationId={ops}&topicId={topic}"), destination.clone()),
    ] {
        let listed = api.done("GET", &path, Value::Null).await;
        assert_eq!((listed.as_array().unwrap().len(), listed[0]["id"].as_str()), (1, Some(expected.as_str())), "{path}");
    }
    let patch = json!({ "updateMask": ["name"], "topic": { "name": "clients" } });
    let renamed = api.done("PATCH", &format!("{TOPICS}/{topic}"), patch).await;
    assert_eq!((renamed["id"].as_str(), renamed["name"].as_str()), (Some(topic.as_str()), Some("clients")));
    let patch = json!({ "updateMask": ["eventType"], "notificationEventTopicRoute": { "eventType": "installation.deleted" } });
    assert_eq!(api.done("PATCH", &format!("{EVENTS}/{event}"), patch).await["eventType"], "installation.deleted");
    let patch = json!({ "updateMask": ["topicId"], "topicDestinationRoute": { "topicId": topic } });
    assert_eq!(api.done("PATCH", &format!("{DESTINATIONS}/{destination}"), patch).await["topicId"], topic.as_str());

    api.done("DELETE", &format!("{TOPICS}/{topic}"), Value::Null).await;
    assert_eq!(api.call("GET", &format!("{EVENTS}/{event}"), &Value::Null).await.0, 404, "routes go with their topic");
    api.done("DELETE", &format!("{TOPICS}/also"), Value::Null).await;
    let quiet = install(&api, "quiet").await;
    api.done("DELETE", &format!("/integrations/crm/installations/{}", quiet.as_str().unwrap()), Value::Null).await;
    let waiting = api.done("GET", "/deliveries?destination=ops", Value::Null).await;
    assert_eq!(waiting["results"].as_array().unwrap().len(), 1, "nothing routed, nothing sent: {waiting:#}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn destinations_that_clients_make_are_told_until_they_are_gone() {
    let stage = Stage::new("");
    let runtime = stage.workplace.start().unwrap();
    let api = Api::of(&runtime);
    stage.arrived(|seen| seen.counts.records == 20).await;
    let url = stage.receiver.url("/ops");
    let pager = id(&api, "/destinations", json!({ "name": "pager", "type": "webhook", "metadata": { "url": url } })).await;
    let topic = id(&api, TOPICS, json!({ "name": "customers" })).await;
    id(&api, EVENTS, json!({ "eventType": "installation.created", "topicId": topic })).await;
    let route = id(&api, DESTINATIONS, json!({ "topicId": topic, "destinationId": "pager" })).await;
    let heard = install(&api, "heard").await;
    stage.hears("installation.created", |data| data["installationId"] == heard).await;

    api.done("PATCH", "/destinations/pager", json!({ "updateMask": ["name"], "destination": { "name": "bell" } })).await;
    let heard = install(&api, "after-the-renaming").await;
    stage.hears("installation.created", |data| data["installationId"] == heard).await;

    api.done("DELETE", &format!("/destinations/{pager}"), Value::Null).await;
    assert_eq!(
        api.call("GET", &format!("{DESTINATIONS}/{route}"), &Value::Null).await.0,
        404,
        "routes go with their destination"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_routed_is_refused_with_a_reason() {
    let stage = Stage::new("[notifications]\n\"connection.error\" = [\"ops\"]\n");
    let runtime = stage.workplace.start().unwrap();
    let api = Api::of(&runtime);
    let topic = id(&api, TOPICS, json!({ "name": "t" })).await;
    id(&api, EVENTS, json!({ "eventType": "connection.error", "topicId": topic })).await;
    id(&api, DESTINATIONS, json!({ "topicId": topic, "destinationId": "ops" })).await;
    let of_file = api.done("GET", TOPICS, Value::Null).await;
    let of_file = of_file.as_array().unwrap().iter().find(|one| !one["originFile"].is_null()).cloned().unwrap();
    let file_topic = of_file["id"].as_str().unwrap();
    let routes = api.done("GET", &format!("{EVENTS}?topicId={file_topic}"), Value::Null).await;
    let file_route = format!("{EVENTS}/{}", routes[0]["id"].as_str().unwrap());
    assert_eq!(routes[0]["eventType"], "connection.error");
    let rows: [(&str, &str, Value, u16, &str); 15] = [
        ("POST", TOPICS, json!({ "name": "t" }), 409, "already"),
        ("POST", TOPICS, json!({ "name": "no spaces" }), 422, "pattern"),
        ("POST", TOPICS, json!({}), 422, "name"),
        ("POST", EVENTS, json!({ "eventType": "connection.error", "topicId": topic }), 409, "already"),
        ("POST", EVENTS, json!({ "eventType": "read.done", "topicId": topic }), 422, "read.backfill.done"),
        ("POST", EVENTS, json!({ "eventType": "connection.error", "topicId": "nothing" }), 422, "nothing"),
        ("POST", EVENTS, json!({ "topicId": topic }), 422, "eventType"),
        ("POST", DESTINATIONS, json!({ "topicId": topic, "destinationId": "ops" }), 409, "already"),
        ("POST", DESTINATIONS, json!({ "topicId": topic, "destinationId": "mirror" }), 422, "holds records"),
        ("POST", DESTINATIONS, json!({ "topicId": topic, "destinationId": "nowhere" }), 422, "nowhere"),
        ("PATCH", "/topics/t", json!({ "updateMask": ["id"], "topic": {} }), 422, "name"),
        ("PATCH", "/topics/nothing", json!({ "updateMask": ["name"], "topic": { "name": "x" } }), 404, "nothing"),
        ("DELETE", "/notification-event-topic-routes/nothing", Value::Null, 404, "nothing"),
        ("DELETE", &format!("{TOPICS}/{file_topic}"), Value::Null, 409, "edit that file"),
        ("DELETE", &file_route, Value::Null, 409, "edit that file"),
    ];
    for (method, path, body, expected, words) in rows {
        let (status, answer) = api.call(method, path, &body).await;
        assert_eq!(status, expected, "{method} {path} {body}: {answer}");
        assert!(answer.to_string().contains(words), "{method} {path} {body}: {answer}");
    }
    drop(runtime);
    let file = stage.workplace.settings_file();
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("\"connection.error\" = [\"ops\"]", "\"conection.error\" = [\"mirror\", \"nobody\"]"))
        .unwrap();
    let error = stage.workplace.start().err().unwrap().to_string();
    for words in ["no type of notification", "holds records", "no destination \"nobody\""] {
        assert!(error.contains(words), "{words}: {error}");
    }
}

/// What a command prints, or says on the standard error where it fails.
fn ampline(stage: &Stage, arguments: &[&str]) -> Result<String, String> {
    let output = stage.workplace.command().args(arguments).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn topics_are_made_and_routed_by_the_command_line() {
    let stage = Stage::new("");
    let runtime = stage.workplace.start().unwrap();
    let api = Api::of(&runtime);
    stage.arrived(|seen| seen.counts.records == 20).await;
    ampline(&stage, &["topics", "create", "customers"]).unwrap();
    let route = ["--event", "installation.created", "--event", "installation.deleted", "--to", "ops"];
    ampline(&stage, &[&["topics", "route", "customers"][..], &route].concat()).unwrap();
    let listed = ampline(&stage, &["topics", "list"]).unwrap();
    let row = listed.lines().find(|line| line.starts_with("customers")).unwrap().to_owned();
    assert!(row.contains("installation.created, installation.deleted") && row.contains("ops"), "{listed}");
    let heard = install(&api, "heard").await;
    stage.hears("installation.created", |data| data["installationId"] == heard).await;

    for (arguments, reason) in [
        (&["topics", "route", "customers"][..], "say which: --event TYPE, --to DESTINATION, or both"),
        (&["topics", "route", "customers", "--event", "installation.creatd"], "installation.created"),
        (&["topics", "route", "nobody", "--to", "ops"], "nobody"),
        (&["topics", "unroute", "nobody", "--to", "ops"], "there is no topic \"nobody\"; `ampline topics list` shows them"),
        (
            &["topics", "unroute", "customers", "--event", "connection.error"],
            "has no route for notifications \"connection.error\"",
        ),
        (&["topics", "create", "a b"], "name"),
    ] {
        let said = ampline(&stage, arguments).unwrap_err();
        assert!(said.contains(reason), "{arguments:?}: {said}");
    }
    ampline(&stage, &[&["topics", "unroute", "customers"][..], &route].concat()).unwrap();
    let listed: Value = serde_json::from_str(&ampline(&stage, &["topics", "list", "--format", "json"]).unwrap()).unwrap();
    let topic = listed.as_array().unwrap().iter().find(|one| one["name"] == "customers").unwrap().clone();
    assert_eq!((&topic["events"], &topic["destinations"]), (&json!([]), &json!([])));
    ampline(&stage, &["topics", "delete", "customers"]).unwrap();
    assert!(!ampline(&stage, &["topics", "list"]).unwrap().contains("customers"));
}
