//! Refusals of single requests, faults on order, the daily allowance.

use ampline_tests::{
    faults::{self, Rule},
    salesforce::{Code, Options, refusal},
    seed::Large,
};
use serde_json::{Value, json};

use crate::{Outcome, asking, column, fixed, refusal_of, start};

#[tokio::test]
async fn requests_are_refused_in_salesforces_shape() -> Outcome {
    let (emulator, client) = start(fixed())?;
    let deleted = emulator.state().delete("Contact", 1)?.remove(0);
    let there = column(&client.get(&asking("SELECT Id FROM Contact LIMIT 1")).await?, "Id").remove(0);
    let many = vec![there.clone(); 2_001];
    let none = Value::Null;
    let rows = [
        ("GET", "sobjects/Nope/describe".to_owned(), none.clone(), 404, "NOT_FOUND"),
        ("GET", format!("sobjects/Contact/{deleted}"), none.clone(), 404, "ENTITY_IS_DELETED"),
        ("GET", "sobjects/Contact/0035e0000zzzzzz".into(), none.clone(), 404, "NOT_FOUND"),
        ("GET", "sobjects/Contact/abc".into(), none.clone(), 404, "NOT_FOUND"),
        ("GET", format!("sobjects/Account/{there}"), none.clone(), 404, "NOT_FOUND"),
        ("GET", format!("sobjects/Contact/{there}?fields=Nope"), none.clone(), 400, "INVALID_FIELD"),
        ("POST", "sobjects/Contact".into(), json!({"FirstName": "Ada"}), 400, "REQUIRED_FIELD_MISSING"),
        ("POST", "sobjects/Contact".into(), json!({"LastName": ""}), 400, "REQUIRED_FIELD_MISSING"),
        ("POST", "sobjects/Contact".into(), json!({"LastName": "L", "Nope": 1}), 400, "INVALID_FIELD"),
        ("POST", "sobjects/Contact".into(), json!({"LastName": "L", "Id": there}), 400, "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ("POST", "sobjects/Contact".into(), json!({"LastName": "L", "Score__c": "x"}), 400, "JSON_PARSER_ERROR"),
        ("POST", "sobjects/Contact".into(), json!({"LastName": "L", "Birthdate": "soon"}), 400, "JSON_PARSER_ERROR"),
        ("POST", "sobjects/Contact".into(), json!({"LastName": "L", "AccountId": "x"}), 400, "MALFORMED_ID"),
        ("POST", "sobjects/Contact".into(), json!(["x"]), 400, "JSON_PARSER_ERROR"),
        ("PATCH", format!("sobjects/Contact/{there}"), json!({"LastName": null}), 400, "REQUIRED_FIELD_MISSING"),
        ("DELETE", format!("sobjects/Contact/{deleted}"), none.clone(), 404, "ENTITY_IS_DELETED"),
        ("PUT", "sobjects/Contact".into(), json!({}), 405, "METHOD_NOT_ALLOWED"),
        ("POST", "composite/sobjects/Contact".into(), json!({"ids": [], "fields": ["Id"]}), 400, "JSON_PARSER_ERROR"),
        ("POST", "composite/sobjects/Contact".into(), json!({"ids": many, "fields": ["Id"]}), 400, "EXCEEDED_ID_LIMIT"),
        ("POST", "composite/sobjects/Contact".into(), json!({"ids": [there], "fields": ["Nope"]}), 400, "INVALID_FIELD"),
        ("POST", "composite/sobjects/Contact".into(), json!({"ids": ["x"], "fields": ["Id"]}), 400, "MALFORMED_ID"),
        ("GET", "nothing".into(), none.clone(), 404, "NOT_FOUND"),
        ("GET", "../v12.5/limits".into(), none, 404, "NOT_FOUND"),
    ];
    for (method, path, body, status, code) in rows {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let path = path
            .strip_prefix("../")
            .map_or_else(|| format!("/services/data/v60.0/{path}"), |path| format!("/services/data/{path}"));
        let answer = client.call(method, &path, body.clone()).await?;
        let (told, message) = refusal_of(&answer);
        assert_eq!((answer.status, told.as_str()), (status, code), "{method} {path}: {}", answer.body);
        assert!(!message.is_empty(), "{method} {path}");
    }
    Ok(())
}

#[tokio::test]
async fn records_are_fetched_by_their_ids() -> Outcome {
    let (_emulator, client) = start(fixed())?;
    let ids = column(&client.get(&asking("SELECT Id FROM Contact LIMIT 2")).await?, "Id");
    let asked = [ids[1].as_str(), "0035e0000zzzzzzAAA", &ids[0][..15]];
    let posted = client
        .post("/services/data/v60.0/composite/sobjects/Contact", &json!({"ids": asked, "fields": ["Id", "LastName"]}))
        .await?;
    let got = client
        .get(&format!("/services/data/v60.0/composite/sobjects/Contact?ids={}&fields=Id,LastName", asked.join(",")))
        .await?;
    assert_eq!(posted.json(), got.json());
    let records = got.json();
    assert_eq!([&records[0]["Id"], &records[1], &records[2]["Id"]], [&json!(ids[1]), &Value::Null, &json!(ids[0])]);
    assert_eq!(records[0].as_object().map(|record| record.len()), Some(3));
    Ok(())
}

#[tokio::test]
async fn faults_strike_and_are_counted() -> Outcome {
    let (emulator, client) = start(Options { large: Some(Large { every: 2, bytes: 300_000 }), ..fixed() })?;
    let path = asking("SELECT Id FROM Contact LIMIT 1");
    for (code, status, name) in [
        (Code::RequestLimitExceeded, 403, "REQUEST_LIMIT_EXCEEDED"),
        (Code::QueryTimeout, 400, "QUERY_TIMEOUT"),
        (Code::UnableToLockRow, 400, "UNABLE_TO_LOCK_ROW"),
        (Code::ServerUnavailable, 503, "SERVER_UNAVAILABLE"),
    ] {
        emulator.fault(refusal(1, code).on("query"));
        assert_eq!(client.get("/services/data/v60.0/limits").await?.status, 200);
        let answer = client.get(&path).await?;
        assert_eq!((answer.status, refusal_of(&answer).0.as_str()), (status, name));
        assert_eq!(client.get(&path).await?.status, 200);
    }
    emulator.fault(Rule::answer(1, faults::Answer::Truncated));
    assert!(client.get(&path).await.is_err());
    emulator.fault(Rule::answer(1, faults::Answer::NotJson));
    assert_eq!(client.get(&path).await?.json(), Value::Null);
    let large = client.get(&asking("SELECT Large_Text__c FROM Contact LIMIT 2")).await?.json();
    let sizes = [0, 1].map(|at: usize| large["records"][at]["Large_Text__c"].as_str().map(str::len));
    assert_eq!(sizes, [None, Some(300_000)]);
    assert_eq!([200, 400, 403, 503, 0].map(|status| emulator.count("query", status)), [6, 2, 1, 1, 1]);
    Ok(())
}

#[tokio::test]
async fn the_daily_allowance_is_told_and_ends() -> Outcome {
    let (emulator, client) = start(Options { daily_requests_max: 3, ..fixed() })?;
    let path = asking("SELECT Id FROM Contact LIMIT 1");
    let used = [client.get(&path).await?, client.get(&path).await?, client.get(&path).await?]
        .map(|answer| answer.header("sforce-limit-info").to_owned());
    assert_eq!(used, ["api-usage=1/3", "api-usage=2/3", "api-usage=3/3"]);
    let refused = client.get(&path).await?;
    assert_eq!(
        (refused.status, refusal_of(&refused)),
        (403, ("REQUEST_LIMIT_EXCEEDED".into(), "TotalRequests Limit exceeded.".into()))
    );
    assert_eq!(client.get("/services/data").await?.status, 200);
    emulator.state().requests = 0;
    assert_eq!(client.get(&path).await?.status, 200);
    Ok(())
}

#[tokio::test]
async fn the_same_seed_gives_the_same_records() -> Outcome {
    let mut pages = Vec::new();
    for seed in [1, 1, 2] {
        let (_emulator, client) = start(Options { seed, ..fixed() })?;
        pages.push(client.get(&asking("SELECT FIELDS(ALL) FROM Contact LIMIT 200")).await?.body);
    }
    assert!(pages[0] == pages[1] && pages[1] != pages[2]);
    Ok(())
}
