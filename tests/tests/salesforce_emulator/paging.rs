//! Pages, their locators, and what changes between them.

use ampline_tests::salesforce::{Drift, Emulator, Options, Quirks};
use serde_json::Value;

use crate::{Outcome, asking, column, fixed, refusal_of, start};

/// Follows the pages of a query; the ids of each page.
async fn pages(client: &ampline_tests::loopback::Client, soql: &str, max: usize) -> Result<Vec<Vec<String>>, reqwest::Error> {
    let mut next = Some(asking(soql));
    let mut pages = Vec::new();
    while let Some(path) = next.filter(|_| pages.len() < max) {
        let page = client.get(&path).await?;
        pages.push(column(&page, "Id"));
        next = page.json()["nextRecordsUrl"].as_str().map(str::to_owned);
    }
    Ok(pages)
}

#[tokio::test]
async fn the_size_of_a_page_is_kept_within_bounds() -> Outcome {
    let (_emulator, client) = start(fixed().with("Contact", 2_500))?;
    for (options, expected) in [
        ("", 2_000),
        ("batchSize=500", 500),
        ("batchsize = 200", 200),
        ("batchSize=1", 200),
        ("batchSize=5000", 2_000),
        ("batchSize=x", 2_000),
    ] {
        let client = client.clone().with("sforce-query-options", options);
        let page = client.get(&asking("SELECT Id FROM Contact")).await?.json();
        assert_eq!(
            (page["records"].as_array().map(Vec::len), page["totalSize"].as_u64()),
            (Some(expected), Some(2_500)),
            "{options}"
        );
        let next = page["nextRecordsUrl"].as_str().unwrap_or_default();
        assert!(next.starts_with("/services/data/v60.0/query/01g") && next.ends_with(&format!("-{expected}")), "{next}");
    }
    let exact = client.get(&asking("SELECT Id FROM Contact LIMIT 2000")).await?.json();
    assert_eq!((exact["done"].as_bool(), exact.get("nextRecordsUrl")), (Some(true), None));
    Ok(())
}

#[tokio::test]
async fn locators_end() -> Outcome {
    let (emulator, client) = start(Options { cursors_max: 2, page_records_max: 100, ..fixed() })?;
    let open = async || -> Result<String, reqwest::Error> {
        let page = client.get(&asking("SELECT Id FROM Contact")).await?.json();
        Ok(page["nextRecordsUrl"].as_str().unwrap_or_default().to_owned())
    };
    let is_gone = async |url: &str| -> Result<bool, reqwest::Error> {
        let answer = client.get(url).await?;
        let (code, message) = refusal_of(&answer);
        Ok((answer.status, code.as_str(), message.as_str()) == (400, "INVALID_QUERY_LOCATOR", "invalid query locator"))
    };
    let first = open().await?;
    assert!(!is_gone(&first).await? && !is_gone(&first).await?, "a page can be read again");
    for wrong in
        [first.replace("01g", "01h"), first.replace("-100", "-x"), first.replace("-100", "-251"), first.replace("-100", "")]
    {
        assert!(is_gone(&wrong).await?, "{wrong}");
    }
    let first = open().await?;
    let second = open().await?;
    let third = open().await?;
    assert!(is_gone(&first).await? && !is_gone(&second).await? && !is_gone(&third).await?);
    emulator.state().advance(15 * 60_000 + 1);
    assert!(is_gone(&third).await?);
    let fourth = open().await?;
    emulator.state().expire_locators();
    assert!(is_gone(&fourth).await?);
    Ok(())
}

#[tokio::test]
async fn a_query_keeps_its_records_and_shows_them_as_they_are() -> Outcome {
    let drift = Drift { object: "Contact".into(), add: 2, change: 20, delete: 1, advance_ms: 1_000 };
    let quirks = Quirks { after_page: Some(drift), ..Quirks::default() };
    let (emulator, client) = start(Options { page_records_max: 50, quirks, ..fixed() })?;
    let seen = pages(&client, "SELECT Id FROM Contact", 10).await?;
    let sizes: Vec<_> = seen.iter().map(Vec::len).collect();
    // Added records are not among them, deleted ones are left out of the pages that follow.
    assert!(sizes.len() == 5 && sizes[0] == 50 && sizes.iter().sum::<usize>() <= 250, "{sizes:?}");
    emulator.state().quirks.after_page = None;
    assert_eq!(client.get(&asking("SELECT COUNT() FROM Contact")).await?.json()["totalSize"], 250 + 5 * 2 - 5);
    let later = client.get(&asking("SELECT COUNT() FROM Contact WHERE SystemModstamp > 2026-01-01T00:00:00Z")).await?.json();
    assert!(later["totalSize"].as_u64() > Some(50), "{later}");
    Ok(())
}

#[tokio::test]
async fn pages_can_be_made_to_misbehave() -> Outcome {
    let (emulator, client): (Emulator, _) = start(Options { page_records_max: 100, ..fixed() })?;
    emulator.state().quirks.endless_pages = true;
    let seen = pages(&client, "SELECT Id FROM Contact", 7).await?;
    assert_eq!(seen.iter().map(Vec::len).collect::<Vec<_>>(), [100, 100, 50, 0, 0, 0, 0]);
    emulator.state().quirks = Quirks { repeated_locators: true, ..Quirks::default() };
    let seen = pages(&client, "SELECT Id FROM Contact", 4).await?;
    assert!(seen[1] == seen[2] && seen[2] == seen[3] && seen[0] != seen[1]);
    emulator.state().quirks = Quirks { zone_minutes: 345, ..Quirks::default() };
    let page = client.get(&asking("SELECT SystemModstamp FROM Contact ORDER BY Id LIMIT 1")).await?;
    assert_eq!(column(&page, "SystemModstamp"), ["2025-01-01T05:45:00.000+0545"]);
    emulator.state().quirks = Quirks { bound_locators: true, ..Quirks::default() };
    let next =
        client.get(&asking("SELECT Id FROM Contact")).await?.json()["nextRecordsUrl"].as_str().unwrap_or_default().to_owned();
    let form = "grant_type=client_credentials&client_id=3MVG9emulator.client&client_secret=emulator-client-secret";
    let granted: Value = client.call("POST", "/services/oauth2/token", form).await?.json();
    let other = client.clone().with("authorization", &format!("Bearer {}", granted["access_token"].as_str().unwrap_or_default()));
    assert_eq!((other.get(&next).await?.status, client.get(&next).await?.status), (401, 200));
    Ok(())
}

#[tokio::test]
async fn a_change_shows_when_its_transaction_ends() -> Outcome {
    let (emulator, client) = start(Options { commit_lag_ms: 5_000, ..fixed() })?;
    let city = serde_json::json!({"MailingCity": "Oslo"}).as_object().cloned().unwrap_or_default();
    let changed = emulator.state().change("Contact", 4, &city)?;
    let added = emulator.state().add("Contact", 1, &city)?;
    let since = "SELECT Id FROM Contact WHERE SystemModstamp >= 2026-01-01T00:00:00Z";
    let seen = async || -> Result<Vec<String>, reqwest::Error> { Ok(column(&client.get(&asking(since)).await?, "Id")) };
    assert_eq!(seen().await?, [""; 0]);
    emulator.state().advance(4_999);
    assert_eq!(seen().await?, [""; 0]);
    emulator.state().advance(1);
    // It shows late, and with the time at which it was made.
    assert_eq!(seen().await?, [changed, added].concat());
    Ok(())
}
