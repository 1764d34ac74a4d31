//! Conditions, orders and aggregates over made-up records, against a naive evaluation of what the records say of themselves.

use std::collections::BTreeMap;

use ampline_tests::salesforce::{Emulator, Id, Options};
use serde_json::{Value, json};

use crate::{Outcome, asking, asking_all, column, fixed, start};

/// What a condition says, as a plain function of a record's JSON.
type Oracle = fn(&Value) -> bool;

fn text<'a>(record: &'a Value, field: &str) -> Option<&'a str> {
    record[field].as_str()
}

fn is_folded(record: &Value, field: &str, expected: &str) -> bool {
    text(record, field).is_some_and(|value| value.to_lowercase() == expected)
}

const ROWS: &[(&str, Oracle)] = &[
    ("LastName = 'NGUYEN'", |record| is_folded(record, "LastName", "nguyen")),
    ("LastName = 'O\\'Neill'", |record| is_folded(record, "LastName", "o'neill")),
    ("LastName LIKE 'm%R'", |record| text(record, "LastName").is_some_and(|name| name.starts_with('M') && name.ends_with('r'))),
    ("(NOT LastName LIKE '%a%')", |record| !text(record, "LastName").is_some_and(|name| name.to_lowercase().contains('a'))),
    ("Title = null", |record| record["Title"].is_null()),
    ("Title = ''", |record| record["Title"].is_null()),
    ("Title != 'CFO'", |record| !is_folded(record, "Title", "cfo")),
    ("Title IN ('CFO', 'Buyer', null)", |record| matches!(text(record, "Title"), Some("CFO" | "Buyer") | None)),
    ("LeadSource NOT IN ('Web')", |record| text(record, "LeadSource") != Some("Web")),
    ("LeadSource > 'P'", |record| text(record, "LeadSource").is_some_and(|source| source > "P")),
    ("Score__c >= 50.5", |record| record["Score__c"].as_f64().is_some_and(|score| score >= 50.5)),
    ("Score__c < 10 AND HasOptedOutOfEmail = true", |record| {
        record["Score__c"].as_f64().is_some_and(|score| score < 10.0) && record["HasOptedOutOfEmail"] == true
    }),
    ("Interests__c INCLUDES ('Art;Music', 'Chess & Go')", |record| {
        let has = |one: &str| text(record, "Interests__c").unwrap_or_default().split(';').any(|interest| interest == one);
        (has("Art") && has("Music")) || has("Chess & Go")
    }),
    ("Interests__c EXCLUDES ('Art')", |record| {
        !text(record, "Interests__c").unwrap_or_default().split(';').any(|interest| interest == "Art")
    }),
    ("Birthdate >= 1990-01-01 AND Birthdate < 2000-01-01", |record| {
        text(record, "Birthdate").is_some_and(|day| ("1990-01-01".."2000-01-01").contains(&day))
    }),
    ("SystemModstamp > 2025-06-01T00:00:00Z AND SystemModstamp <= 2025-09-01T02:00:00+02:00", |record| {
        text(record, "SystemModstamp")
            .is_some_and(|at| at > "2025-06-01T00:00:00.000+0000" && at <= "2025-09-01T00:00:00.000+0000")
    }),
    // The clock stands at the first second of 2026.
    ("CreatedDate = LAST_MONTH", |record| text(record, "CreatedDate").is_some_and(|at| at.starts_with("2025-12"))),
    ("CreatedDate > LAST_QUARTER", |record| text(record, "CreatedDate").is_some_and(|at| at >= "2026-01-01")),
    ("CreatedDate >= LAST_N_DAYS:30", |record| text(record, "CreatedDate").is_some_and(|at| at >= "2025-12-02")),
    ("Account.Industry = 'Banking' OR AccountId = null", |record| {
        record["AccountId"].is_null() || record["Account"]["Industry"] == "Banking"
    }),
    ("AccountId IN (SELECT Id FROM Account WHERE Industry != 'Banking')", |record| {
        !record["AccountId"].is_null() && record["Account"]["Industry"] != "Banking"
    }),
];

const EVERYTHING: &str = "SELECT Id, LastName, Title, LeadSource, Score__c, HasOptedOutOfEmail, Interests__c, Birthdate, CreatedDate, \
                          SystemModstamp, AccountId, Account.Industry FROM Contact";

#[tokio::test]
async fn conditions_choose_what_a_naive_evaluation_chooses() -> Outcome {
    let (_emulator, client) = start(fixed().with("Contact", 1_500))?;
    let all = client.get(&asking(EVERYTHING)).await?.json()["records"].as_array().cloned().unwrap_or_default();
    assert_eq!(all.len(), 1_500);
    for (condition, oracle) in ROWS {
        for negated in [false, true] {
            let soql = if negated { format!("(NOT ({condition}))") } else { (*condition).to_owned() };
            let answer = client.get(&asking(&format!("SELECT Id FROM Contact WHERE {soql}"))).await?;
            let expected: Vec<_> =
                all.iter().filter(|record| oracle(record) != negated).filter_map(|record| text(record, "Id")).collect();
            assert_eq!(column(&answer, "Id"), expected, "{soql}: {}", answer.body);
            let is_telling = !expected.is_empty() || condition.contains("LAST_QUARTER") || negated;
            assert!(is_telling, "{soql} chooses nothing");
            let counted = client.get(&asking(&format!("SELECT COUNT() FROM Contact WHERE {soql}"))).await?.json();
            assert_eq!(
                (counted["totalSize"].as_u64(), counted["records"].as_array().map(Vec::len)),
                (Some(expected.len() as u64), Some(0))
            );
        }
    }
    Ok(())
}

#[tokio::test]
async fn orders_put_nulls_where_told() -> Outcome {
    let (_emulator, client) = start(fixed())?;
    for (order, nulls_first, is_descending) in [
        ("Title", true, false),
        ("Title DESC", true, true),
        ("Title ASC NULLS LAST", false, false),
        ("Title DESC NULLS LAST", false, true),
        ("Title DESC NULLS FIRST", true, true),
    ] {
        let answer = client.get(&asking(&format!("SELECT Title FROM Contact ORDER BY {order}, Id"))).await?;
        let titles: Vec<Option<String>> = answer.json()["records"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|record| text(record, "Title").map(str::to_lowercase))
            .collect();
        let mut expected = titles.clone();
        expected.sort_by(|one, other| match (one, other) {
            (Some(one), Some(other)) if is_descending => other.cmp(one),
            (Some(one), Some(other)) => one.cmp(other),
            _ if nulls_first => one.is_some().cmp(&other.is_some()),
            _ => one.is_none().cmp(&other.is_none()),
        });
        assert_eq!(titles, expected, "{order}");
        assert!(titles.contains(&None) && titles.len() == 250);
    }
    let page = client.get(&asking("SELECT Id FROM Contact ORDER BY Id DESC LIMIT 3 OFFSET 2")).await?;
    let ids: Vec<_> = column(&page, "Id").iter().filter_map(|id| Id::parse(id)).map(|id| id.number).collect();
    assert_eq!(ids, [248, 247, 246]);
    Ok(())
}

#[tokio::test]
async fn groups_add_up() -> Outcome {
    let (_emulator, client) = start(fixed())?;
    let all = client.get(&asking(EVERYTHING)).await?.json();
    let mut expected: BTreeMap<Option<String>, (u64, f64)> = BTreeMap::new();
    for record in all["records"].as_array().into_iter().flatten() {
        let group = expected.entry(text(record, "LeadSource").map(str::to_owned)).or_default();
        let score = record["Score__c"].as_f64();
        *group = (group.0 + u64::from(score.is_some()), group.1.max(score.unwrap_or_default()));
    }
    let soql = "SELECT LeadSource, COUNT(Score__c) scored, MAX(Score__c) FROM Contact GROUP BY LeadSource ORDER BY LeadSource";
    let answer = client.get(&asking(soql)).await?.json();
    let told: Vec<_> = answer["records"].as_array().into_iter().flatten().collect();
    assert_eq!(told.len(), expected.len());
    for (record, (source, (scored, max))) in told.iter().zip(&expected) {
        let want = json!({"attributes": {"type": "AggregateResult"}, "LeadSource": source, "scored": scored, "expr0": max});
        assert_eq!(**record, want);
    }
    Ok(())
}

#[tokio::test]
async fn relationships_lead_both_ways() -> Outcome {
    let (_emulator, client) = start(fixed().with("Invoice__c", 60))?;
    let soql = "SELECT Id, Account.Owner.Username, Account.Name FROM Contact WHERE AccountId != null LIMIT 1";
    let contact = client.get(&asking(soql)).await?.json()["records"][0].clone();
    assert!(contact["Account"]["Owner"]["Username"].as_str().is_some_and(|name| name.contains('@')), "{contact}");
    assert_eq!(contact["Account"]["attributes"]["type"], "Account");
    let orphan = client.get(&asking("SELECT Account.Name FROM Contact WHERE AccountId = null LIMIT 1")).await?.json();
    assert_eq!(orphan["records"][0]["Account"], Value::Null);
    let soql = "SELECT Id, (SELECT Id, Account__c FROM Invoices__r ORDER BY Amount__c DESC LIMIT 1) FROM Account";
    let accounts = client.get(&asking(soql)).await?.json();
    let (mut with, mut without) = (0, 0);
    for account in accounts["records"].as_array().into_iter().flatten() {
        match account["Invoices__r"].as_object() {
            Some(family) => {
                with += 1;
                assert_eq!((family["totalSize"].as_u64(), family["done"].as_bool()), (Some(1), Some(true)));
                assert_eq!(family["records"][0]["Account__c"], account["Id"]);
            }
            None => without += 1,
        }
    }
    assert!(with > 10 && without > 10, "{with} {without}");
    Ok(())
}

#[tokio::test]
async fn deleted_records_are_seen_by_query_all_alone() -> Outcome {
    let (emulator, client): (Emulator, _) = start(Options { clock_ms: Some(crate::NEW_YEAR_MS + 999), ..Options::default() })?;
    let deleted = emulator.state().delete("Contact", 3)?;
    let deleted_ids: Vec<Id> = deleted.iter().filter_map(|id| Id::parse(id)).collect();
    let soql = "SELECT Id, IsDeleted, SystemModstamp FROM Contact WHERE IsDeleted = true";
    assert_eq!(client.get(&asking(soql)).await?.json()["totalSize"], 0);
    assert_eq!(client.get(&asking("SELECT COUNT() FROM Contact")).await?.json()["totalSize"], 247);
    let seen = client.get(&asking_all(soql)).await?;
    assert_eq!(column(&seen, "Id"), deleted);
    // A whole second, whatever the clock said.
    assert_eq!(column(&seen, "SystemModstamp"), ["2026-01-01T00:00:00.000+0000"; 3]);
    let whole = client.get(&asking("SELECT COUNT() FROM Contact WHERE SystemModstamp >= 2026-01-01T00:00:00.999Z")).await?.json();
    assert_eq!(whole["totalSize"], 0);
    emulator.state().undelete_these("Contact", &deleted_ids[..1])?;
    emulator.state().purge_these("Contact", &deleted_ids[1..2])?;
    assert_eq!(column(&client.get(&asking_all(soql)).await?, "Id"), deleted[2..]);
    assert_eq!(client.get(&asking_all("SELECT COUNT() FROM Contact")).await?.json()["totalSize"], 249);
    Ok(())
}
