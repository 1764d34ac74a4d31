//! What lesser keys and customers' users are let through to, over the API's own routes.
//!
//! Doubles: none; stores in files, and the router without a socket. How a key or a token is told from a wrong one is tested where
//! the real program is.

use serde_json::{Value, json};

use crate::{
    access::{Caller, Claims},
    api::project_tests::{MANIFEST, Served},
    project::KeyScope,
};

const INSTALLATIONS: &str = "/v1/projects/demo/integrations/crm/installations";

fn user(group: &str) -> Caller {
    Caller::User(Claims { group: group.to_owned(), consumer: "una".to_owned() })
}

fn with_contacts(group: &str, connection: Option<&str>) -> Value {
    let mut body = json!({ "groupRef": group, "config": { "content": { "read": { "objects": { "contacts": {} } } } } });
    if let Some(id) = connection {
        body["connectionId"] = id.into();
    }
    body
}

#[tokio::test]
async fn a_user_reaches_what_is_its_own_groups() {
    let served = Served::new().await;
    served.deploy(MANIFEST, false).await;
    let made = served.ask_as(user("acme"), "POST", INSTALLATIONS, None, with_contacts("acme", Some("c1"))).await;
    assert_eq!(made.0, 201, "{:#}", made.2);
    let everything = Caller::Key { scopes: vec![KeyScope::Full], label: "test".to_owned() };
    let others = served.ask_as(everything, "POST", INSTALLATIONS, None, with_contacts("beta", None)).await;
    assert_eq!(others.0, 201, "{:#}", others.2);
    let [own, others] = [&made, &others].map(|answer| format!("{INSTALLATIONS}/{}", answer.2["id"].as_str().unwrap()));
    let to = |connection: &str| json!({ "updateMask": ["connectionId"], "installation": { "connectionId": connection } });
    let change = |mut whose: Value| {
        let object = json!({ "action": "read", "changes": [{ "op": "add", "path": "/schedule", "value": "0 * * * *" }] });
        whose.as_object_mut().unwrap().extend(object.as_object().unwrap().clone());
        whose
    };
    let object = "/v1/projects/demo/integrations/crm/objects/contacts/config-content";
    let connections = "/v1/projects/demo/connections";
    let rows = [
        ("GET", "/v1/projects/demo/integrations", Value::Null, 200),
        ("GET", INSTALLATIONS, Value::Null, 400),
        ("GET", &format!("{INSTALLATIONS}?groupRef=acme"), Value::Null, 200),
        ("GET", &format!("{INSTALLATIONS}?groupRef=beta"), Value::Null, 403),
        ("GET", &format!("{INSTALLATIONS}?groupRef=acme&groupRef=beta"), Value::Null, 403),
        ("GET", &format!("{INSTALLATIONS}?groupRef=acme&group%52ef=beta"), Value::Null, 403),
        ("GET", &own, Value::Null, 200),
        ("HEAD", &own, Value::Null, 200),
        ("GET", &others, Value::Null, 404),
        ("DELETE", &others, Value::Null, 404),
        ("GET", &format!("{INSTALLATIONS}/nobody"), Value::Null, 404),
        ("POST", INSTALLATIONS, with_contacts("beta", None), 403),
        ("POST", INSTALLATIONS, with_contacts("acme", Some("c2")), 404),
        ("PATCH", &own, to("c2"), 404),
        ("PATCH", &own, to("c1"), 200),
        ("PATCH", &own, json!({ "updateMask": ["connectionId"], "installation": { "connectionId": ["c2"] } }), 404),
        ("PATCH", object, change(json!({ "groupRef": "beta" })), 403),
        ("PATCH", object, change(json!({ "installationId": others.rsplit('/').next() })), 404),
        ("PATCH", object, change(json!({})), 400),
        ("PATCH", object, change(json!({ "groupRef": "acme" })), 200),
        ("GET", &format!("{connections}?groupRef=acme"), Value::Null, 200),
        ("GET", &format!("{connections}?groupRef=acme&consumerRef=joe"), Value::Null, 403),
        ("GET", connections, Value::Null, 400),
        ("GET", &format!("{connections}/c1"), Value::Null, 200),
        ("GET", &format!("{connections}/c2"), Value::Null, 404),
        ("GET", &format!("{connections}/c1?includeCreds=true"), Value::Null, 403),
        ("DELETE", &format!("{connections}/c2"), Value::Null, 404),
        ("PATCH", &format!("{connections}/c2:oauth-update"), json!({}), 404),
        ("POST", &format!("{connections}/c1:refresh"), Value::Null, 403),
        ("GET", "/v1/projects/demo/deliveries", Value::Null, 403),
        ("GET", "/v1/projects/demo/api-keys", Value::Null, 403),
        ("GET", "/projects/demo/contacts/groups/acme", Value::Null, 403),
    ];
    for (method, path, body, status) in rows {
        let answer = served.ask_as(user("acme"), method, path, None, body.clone()).await;
        assert_eq!(answer.0, status, "{method} {path} {body}: {:#}", answer.2);
    }
    let gone = served.ask_as(user("acme"), "DELETE", &own, None, Value::Null).await;
    assert_eq!(gone.0, 204, "{:#}", gone.2);
}

#[tokio::test]
async fn a_key_does_what_its_scopes_say() {
    let served = Served::new().await;
    served.deploy(MANIFEST, false).await;
    let rows = [
        ("GET", "/v1/projects/demo/status", "read"),
        ("GET", "/v1/projects/demo/installations", "read frontend"),
        ("GET", "/v1/projects/demo/connections/c1", "read frontend"),
        ("GET", "/v1/projects/demo/connections/c1?includeCreds=true", ""),
        ("POST", INSTALLATIONS, "frontend"),
        ("PUT", "/v1/projects/demo/integrations:batch", ""),
        ("POST", "/v1/projects/demo/api-keys", ""),
        ("GET", "/projects/demo/contacts/groups/acme", "read store"),
    ];
    for (method, path, enough) in rows {
        for scope in KeyScope::ALL {
            let answer =
                served.ask_as(Caller::Key { scopes: vec![scope], label: "test".to_owned() }, method, path, None, json!({})).await;
            let is_let_through = scope == KeyScope::Full || enough.split(' ').any(|name| name == scope.name());
            assert_eq!(answer.0 != 403, is_let_through, "{} at {method} {path}: {:#}", scope.name(), answer.2);
        }
    }
    let keys = Caller::Key { scopes: vec![KeyScope::Store, KeyScope::Read], label: "test".to_owned() };
    let refused = served.ask_as(keys, "POST", "/v1/projects/demo/api-keys", None, json!({ "label": "x" })).await;
    assert_eq!(refused.2["detail"], "this asks for a key of the scope full; the one shown has store, read");
}
