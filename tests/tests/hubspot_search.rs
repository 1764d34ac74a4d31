//! Search of the HubSpot emulator, over real sockets.
//!
//! Doubles: none. Oracle: a naive evaluation of each filter, from the specification of the operators, over the whole list, with none of
//! the emulator's machinery.

use std::{collections::BTreeMap, error::Error};

use ampline_tests::{
    hubspot::{Emulator, Options, Properties},
    loopback::{Answer, Client},
};
use serde_json::{Value, json};

type Outcome = Result<(), Box<dyn Error>>;

/// 2026-01-01T00:00:00Z.
const NEW_YEAR_MS: i64 = 1_767_225_600_000;
const SEARCH: &str = "/crm/v3/objects/contacts/search";

fn start(options: Options) -> Result<(Emulator, Client), std::io::Error> {
    let emulator = Emulator::start(options)?;
    let client = Client::new(&emulator.base_url()).with("authorization", "Bearer secret");
    Ok((emulator, client))
}

fn ids(answer: &Answer) -> Vec<u64> {
    let results = answer.json()["results"].as_array().cloned().unwrap_or_default();
    results.iter().filter_map(|record| record["id"].as_str()?.parse().ok()).collect()
}

/// The properties of a record, as the list gives them.
type Listed = BTreeMap<String, Option<String>>;

/// Text, numbers, instants, ids, and values that are missing.
const PROPERTIES: [&str; 5] = ["firstname", "city", "num_notes", "lastmodifieddate", "hs_object_id"];
const OPERATORS: [&str; 11] =
    ["EQ", "NEQ", "LT", "LTE", "GT", "GTE", "BETWEEN", "IN", "NOT_IN", "HAS_PROPERTY", "NOT_HAS_PROPERTY"];

/// Seeded dice.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % sides
    }

    fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.roll(list.len())]
    }
}

struct Filter {
    property: &'static str,
    operator: &'static str,
    operands: [String; 2],
}

/// A search, as data for both the emulator and the oracle.
struct Search {
    groups: Vec<Vec<Filter>>,
    sort: &'static str,
    is_descending: bool,
}

/// Numbers as texts of one width, so that their order as texts is their order as numbers; other texts without regard to case.
fn key(property: &str, text: &str) -> String {
    match property {
        "hs_object_id" | "num_notes" => format!("{text:0>20}"),
        _ => text.to_lowercase(),
    }
}

impl Filter {
    fn any(dice: &mut Dice, listed: &[Listed]) -> Self {
        let property = dice.pick(&PROPERTIES);
        let mut operand = || listed[dice.roll(listed.len())][property].clone().unwrap_or_else(|| "Lagos".into());
        let operands = [operand(), operand()];
        Self { property, operator: dice.pick(&OPERATORS), operands }
    }

    fn passes(&self, record: &Listed) -> bool {
        let Some(value) = record[self.property].as_deref() else { return self.operator == "NOT_HAS_PROPERTY" };
        let value = key(self.property, value);
        let [low, high] = self.operands.each_ref().map(|operand| key(self.property, operand));
        match self.operator {
            "EQ" => value == low,
            "NEQ" => value != low,
            "LT" => value < low,
            "LTE" => value <= low,
            "GT" => value > low,
            "GTE" => value >= low,
            "BETWEEN" => value >= low && value <= high,
            "IN" => [low, high].contains(&value),
            "NOT_IN" => ![low, high].contains(&value),
            other => other == "HAS_PROPERTY",
        }
    }

    fn body(&self) -> Value {
        let [low, high] = &self.operands;
        json!({"propertyName": self.property, "operator": self.operator, "value": low, "highValue": high, "values": [low, high]})
    }
}

impl Search {
    fn any(dice: &mut Dice, listed: &[Listed]) -> Self {
        let group = |dice: &mut Dice| (0..=dice.roll(3)).map(|_| Filter::any(dice, listed)).collect();
        let groups = (0..=dice.roll(2)).map(|_| group(dice)).collect();
        Self { groups, sort: dice.pick(&PROPERTIES), is_descending: dice.roll(2) == 1 }
    }

    fn body(&self) -> Value {
        let group = |group: &Vec<Filter>| json!({"filters": group.iter().map(Filter::body).collect::<Vec<_>>()});
        let direction = if self.is_descending { "DESCENDING" } else { "ASCENDING" };
        let sorts = json!([{"propertyName": self.sort, "direction": direction}]);
        json!({"filterGroups": self.groups.iter().map(group).collect::<Vec<_>>(), "sorts": sorts, "limit": "50"})
    }

    /// The ids that must be found, in order; records without a value for the sort come last.
    fn expected(&self, listed: &[Listed]) -> Vec<u64> {
        let is_hit = |record: &&Listed| self.groups.iter().any(|group| group.iter().all(|filter| filter.passes(record)));
        let mut hits: Vec<_> = listed.iter().filter(is_hit).collect();
        let sort_key = |record: &Listed| record[self.sort].as_deref().map(|text| key(self.sort, text));
        hits.sort_by(|a, b| match (sort_key(a), sort_key(b)) {
            (Some(a), Some(b)) if self.is_descending => b.cmp(&a),
            (Some(a), Some(b)) => a.cmp(&b),
            (a, b) => b.is_some().cmp(&a.is_some()),
        });
        hits.iter().filter_map(|record| record["hs_object_id"].as_deref()?.parse().ok()).collect()
    }
}

/// All contacts, by the list.
async fn list(client: &Client) -> Result<Vec<Listed>, Box<dyn Error>> {
    let mut listed = Vec::new();
    let mut next = Some(format!("/crm/v3/objects/contacts?limit=100&properties={}", PROPERTIES.join(",")));
    while let Some(path) = next {
        let page = client.get(&path).await?.json();
        for record in page["results"].as_array().ok_or("no results")? {
            listed.push(serde_json::from_value(record["properties"].clone())?);
        }
        next = page["paging"]["next"]["link"].as_str().map(str::to_owned);
    }
    Ok(listed)
}

/// All that a search finds, page by page; every page must tell the same total.
async fn found(client: &Client, mut body: Value, total: usize) -> Result<Vec<u64>, Box<dyn Error>> {
    let mut found = Vec::new();
    loop {
        body["after"] = json!(found.len().to_string());
        let answer = client.post(SEARCH, &body).await?;
        assert_eq!(answer.json()["total"], json!(total), "{body} {}", answer.body);
        found.extend(ids(&answer));
        let Some(after) = answer.json()["paging"]["next"]["after"].as_str().map(str::to_owned) else { return Ok(found) };
        assert_eq!(after, found.len().to_string());
    }
}

#[tokio::test]
async fn search_agrees_with_a_naive_evaluation() -> Outcome {
    let (emulator, client) = start(Options { clock_ms: Some(NEW_YEAR_MS), ..Options::default() }.with("contacts", 120))?;
    emulator.state().clock_ms = Some(NEW_YEAR_MS + 1);
    emulator.state().change("contacts", 30, &Properties::new())?;
    emulator.state().archive("contacts", 9)?;
    let listed = list(&client).await?;
    assert_eq!(listed.len(), 111);
    let mut dice = Dice(7);
    for round in 0..200 {
        let search = Search::any(&mut dice, &listed);
        let expected = search.expected(&listed);
        assert_eq!(found(&client, search.body(), expected.len()).await?, expected, "round {round}: {}", search.body());
    }
    Ok(())
}

#[tokio::test]
async fn words_are_found_in_any_case() -> Outcome {
    let (emulator, client) = start(Options::default().with("contacts", 0))?;
    for (name, city) in [("Ada Lovelace", "London"), ("Grace-Hopper", "New York"), ("ada", "Paris")] {
        let written = [("firstname", name), ("city", city)].map(|(name, value)| (name.to_owned(), Some(value.to_owned())));
        emulator.state().add("contacts", 1, &written.into())?;
    }
    let token = |operator: &str, value: &str| json!({"filterGroups": [{"filters": [{"propertyName": "firstname", "operator": operator, "value": value}]}]});
    let rows = [
        (token("CONTAINS_TOKEN", "ADA"), vec![1, 3]),
        (token("CONTAINS_TOKEN", "hop*"), vec![2]),
        (token("CONTAINS_TOKEN", "*lace"), vec![1]),
        (token("CONTAINS_TOKEN", "hop"), vec![]),
        (token("NOT_CONTAINS_TOKEN", "ada"), vec![2]),
        (json!({"query": "york gra"}), vec![2]),
        (json!({"query": "ada", "filterGroups": token("EQ", "ada")["filterGroups"]}), vec![3]),
    ];
    for (body, expected) in rows {
        assert_eq!(ids(&client.post(SEARCH, &body).await?), expected, "{body}");
    }
    Ok(())
}

#[tokio::test]
async fn a_million_records_are_read_by_keyset_past_the_cap() -> Outcome {
    let (emulator, client) = start(Options::default().with("contacts", 1_000_000))?;
    emulator.state().archive_these("contacts", &[500_001, 1_000_000])?;
    let page = |after_id: u64, offset: u64| {
        json!({"filterGroups": [{"filters": [
                {"propertyName": "hs_object_id", "operator": "GT", "value": after_id.to_string()},
                {"propertyName": "lastmodifieddate", "operator": "GTE", "value": "2001-01-01T00:00:00Z"}]}],
            "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}], "limit": "200", "after": offset.to_string()})
    };
    let rows = [
        (0, 0, 999_998, 1, 200, Some("200")),
        (0, 9_800, 999_998, 9_801, 10_000, Some("10000")),
        (10_000, 0, 989_998, 10_001, 10_200, Some("200")),
        (499_999, 0, 499_999, 500_000, 500_200, Some("200")),
        (999_900, 0, 99, 999_901, 999_999, None),
    ];
    for (after_id, offset, total, first, last, next) in rows {
        let answer = client.post(SEARCH, &page(after_id, offset)).await?;
        let found = ids(&answer);
        let body = answer.json();
        let seen =
            (body["total"].as_u64(), found.first().copied(), found.last().copied(), body["paging"]["next"]["after"].as_str());
        assert_eq!(seen, (Some(total), Some(first), Some(last), next), "after id {after_id}, offset {offset}");
    }
    assert_eq!(client.post(SEARCH, &page(0, 10_000)).await?.status, 400);
    Ok(())
}

#[tokio::test]
async fn search_runs_behind_by_the_lag() -> Outcome {
    let options = Options { clock_ms: Some(NEW_YEAR_MS), index_lag_ms: 1_000, ..Options::default() };
    let (emulator, client) = start(options.with("contacts", 3))?;
    let at = |ms: i64| emulator.state().clock_ms = Some(NEW_YEAR_MS + ms);
    let written = |city: &str| Properties::from([("city".to_owned(), Some(city.to_owned()))]);
    at(100);
    emulator.state().change_these("contacts", &[2], &written("Rome"))?;
    emulator.state().add("contacts", 1, &written("Rome"))?;
    at(600);
    emulator.state().change_these("contacts", &[2], &written("Bern"))?;
    emulator.state().archive_these("contacts", &[3])?;
    let found = async |ms: i64, filter: Value| {
        at(ms);
        client.post(SEARCH, &json!({"filterGroups": [{"filters": [filter]}]})).await.map(|answer| ids(&answer))
    };
    let since = json!({"propertyName": "lastmodifieddate", "operator": "GT", "value": NEW_YEAR_MS.to_string()});
    let city = |name: &str| json!({"propertyName": "city", "operator": "EQ", "value": name});
    let any = json!({"propertyName": "hs_object_id", "operator": "GT", "value": "0"});
    let rows = [
        (1_099, &since, vec![]),
        (1_099, &any, vec![1, 2, 3]),
        (1_100, &since, vec![2, 4]),
        (1_100, &city("Rome"), vec![2, 4]),
        (1_599, &city("Bern"), vec![]),
        (1_600, &city("Rome"), vec![4]),
        (1_600, &city("Bern"), vec![2]),
        (1_600, &any, vec![1, 2, 4]),
    ];
    for (ms, filter, expected) in rows {
        assert_eq!(found(ms, filter.clone()).await?, expected, "after {ms} ms: {filter}");
    }
    assert_eq!(ids(&client.get("/crm/v3/objects/contacts").await?), [1, 2, 4], "the list does not run behind");
    Ok(())
}
