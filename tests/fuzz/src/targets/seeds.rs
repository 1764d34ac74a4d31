//! What fuzzing begins with: the repository's own examples and fixtures, so that they cannot drift apart from what is read today.

use serde_json::Value;

use super::{PART_END, answers::PLANS};

macro_rules! files {
    ($folder:literal: $($name:literal),+ $(,)?) => {
        [$(($name, include_str!(concat!("../../../../", $folder, "/", $name)))),+]
    };
}

const MANIFESTS: [(&str, &str); 2] = files!("runtime/core/tests/manifest": "aliases.yaml", "every_key.yaml");

const EXAMPLES: [(&str, &str); 13] = files!("examples/amp-yaml":
    "0c6a5ce-hubspot-subscribe.yaml", "0c6a5ce-hubspot.yaml", "0c6a5ce-quickstart.yaml", "0c6a5ce-salesforce.yaml", "0c6a5ce-unifiedCRM.yaml",
    "2023-draft-1.0.yaml", "2023-draft-1.1.yaml", "2023-every-key.yaml", "2023-hubspot.yaml", "2023-traps.yaml", "58532ae-fourfour.yaml",
    "c88e8c9-quickstart.yaml", "ff47637-quickstart.yaml",
);

const PROVIDERS: [(&str, &str); 12] = files!("runtime/core/providers":
    "activeCampaign.yaml", "attio.yaml", "close.yaml", "freshdesk.yaml", "github.yaml", "intercom.yaml", "notion.yaml",
    "outreach.yaml", "pipedrive.yaml", "salesloft.yaml", "stripe.yaml", "zendeskSupport.yaml",
);

const EXCHANGES: [(&str, &str); 12] = files!("runtime/core/tests/data/providers":
    "activeCampaign.json", "attio.json", "close.json", "freshdesk.json", "github.json", "intercom.json", "notion.json",
    "outreach.json", "pipedrive.json", "salesloft.json", "stripe.json", "zendeskSupport.json",
);

fn joined<T: AsRef<[u8]>>(first: &[u8], parts: impl IntoIterator<Item = T>) -> Vec<u8> {
    let mut joined = first.to_vec();
    for (place, part) in parts.into_iter().enumerate() {
        if place > 0 {
            joined.push(PART_END);
        }
        joined.extend_from_slice(part.as_ref());
    }
    joined
}

/// Small files, which are quicker to change than the examples.
const SMALL: [(&str, &str); 3] = [
    (
        "today",
        "specVersion: 1.0.0\nintegrations:\n- name: a\n  provider: hubspot\n  read:\n    objects:\n    - objectName: contacts\n      destination: d\n      schedule: 0 * * * *\n      requiredFields: [{fieldName: b}]\n",
    ),
    (
        "events",
        "specVersion: 1.0.0\nintegrations:\n- name: a\n  provider: salesforce\n  subscribe:\n    objects:\n    - {objectName: Account, destination: d, createEvent: {enabled: always}}\n",
    ),
    (
        "2023",
        "specVersion: 0.1.0\nintegrations:\n- name: a\n  api: hubspot\n  actions:\n  - type: read\n    schedule: every 7 hours\n    standardObjects: [{objectName: lead, destination: d, fields: [{fieldName: x}]}]\n",
    ),
];

fn manifests() -> impl Iterator<Item = &'static str> {
    MANIFESTS.iter().chain(&EXAMPLES).chain(&SMALL).map(|(_, source)| *source)
}

pub(super) fn manifest() -> Vec<Vec<u8>> {
    manifests().map(|source| source.as_bytes().to_vec()).collect()
}

pub(super) fn planning() -> Vec<Vec<u8>> {
    const OBJECTS: &str = r#"{"contacts":{"objectName":"contacts","schedule":"*/10 * * * *","destination":"d","selectedFields":{"phone":true},
"selectedFieldsAuto":"all","selectedFieldMappings":{"notes":"$['a'][0]['b']","$['x']['y']":"z"},"selectedValueMappings":{"stage":{"a":"b"}},
"fieldFilters":[{"fieldName":"a","operator":"eq","value":1}],"backfill":{"defaultPeriod":{"days":30},"fieldFilters":[]},"deletes":true,"associations":["companies"]},
"account":{"disabled":true},"Contact":{"backfill":{"defaultPeriod":{"fullHistory":true}}}}"#;
    const CONFIGS: &str = r#"{"contacts":{"objectName":"contacts","destination":"d","inheritFieldsAndMappings":true,"createEvent":{"enabled":"always"},
"updateEvent":{"enabled":"always","watchFieldsAuto":"selected","requiredWatchFields":["a"]},"deleteEvent":{"enabled":"never"},"otherEvents":["x.y"]}}"#;
    manifests().map(|source| joined(&[], [source, OBJECTS, CONFIGS])).collect()
}

pub(super) fn provider_file() -> Vec<Vec<u8>> {
    let answers =
        r#"{"data":[{"id":1,"updated_at":"2026-01-02T03:04:05Z"}],"has_more":true,"next":"/x?page=2","meta":{"cursor":"c"}}"#;
    PROVIDERS.iter().map(|(_, source)| joined(&[], [source, answers, "[]"])).collect()
}

/// The places of the plans that read this object.
fn plans(provider: &str, object: &str) -> Vec<u8> {
    let matches = |place: &usize| PLANS[*place].context.provider == provider && PLANS[*place].key.object_name == object;
    (0..PLANS.len()).filter(matches).filter_map(|place| u8::try_from(place).ok()).collect()
}

/// An exchange of a fixture as a part of an input.
fn part(exchange: &Value) -> String {
    let header = exchange["headers"].as_object().and_then(|headers| headers.iter().next());
    let header = header.map_or_else(String::new, |(name, value)| format!(" {name}: {}", value.as_str().unwrap_or_default()));
    format!("!{}{header}\n{}", exchange["status"].as_u64().unwrap_or(200), exchange["answer"])
}

pub(super) fn answers() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (file, text) in EXCHANGES {
        let fixture: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{file}: {error}"));
        for (number, scenario) in fixture["scenarios"].as_array().into_iter().flatten().enumerate() {
            let object = scenario["object"].as_str().unwrap_or_default();
            let exchanges = || scenario["exchanges"].as_array().into_iter().flatten().map(part);
            for (place, plan) in plans(file.trim_end_matches(".json"), object).into_iter().enumerate() {
                let way = u8::try_from((number + place) % 4).unwrap_or_default();
                seeds.push(joined(&[plan, way], exchanges()));
            }
        }
    }
    for (provider, object, bodies) in WRITTEN {
        for plan in plans(provider, object) {
            seeds.extend((0..4).map(|way| joined(&[plan, way], bodies)));
        }
    }
    seeds
}

/// Answers of the providers that are written rather than declared.
const WRITTEN: [(&str, &str, &[&str]); 4] = [
    (
        "hubspot",
        "contacts",
        &[
            r#"{"total":3,"results":[{"id" : "7","properties":{"email":"m\u00e4x@x.io","name":"[1,{\"a\":{\"b\":[2]}}]","status":"x","hs_lastmodifieddate":"2026-01-02T03:04:05.678Z"},"createdAt":"2025-01-01T00:00:00Z","updatedAt":"2026-01-02T03:04:05.678Z","archived":false,"associations":{"companies":{"results":[{"id":"5","type":"contact_to_company"}]}}}],"paging":{"next":{"after":"8","link":"x"}}}"#,
            r#"{"status":"COMPLETE","results":[{"from":{"id":"7"},"to":[{"toObjectId":5,"associationTypes":[{"category":"HUBSPOT_DEFINED","typeId":279,"label":null}]}]}]}"#,
            r#"{"results":[{"id":"8","properties":{"email":null},"archived":true,"archivedAt":"2026-03-01T00:00:00+02:00"}]}"#,
            "!429 retry-after: 3\n{\"status\":\"error\",\"message\":\"limit\",\"category\":\"RATE_LIMITS\",\"policyName\":\"DAILY\"}",
        ],
    ),
    (
        "hubspot",
        "owners",
        &[
            r#"{"results":[{"id":"1","email":"a@b","updatedAt":"2026-01-02T03:04:05Z","teams":[{"id":"2"}]}],"paging":{"next":{"after":"Mg"}}}"#,
        ],
    ),
    (
        "salesforce",
        "Account",
        &[
            r#"{"totalSize":3,"done":false,"nextRecordsUrl":"/services/data/v60.0/query/01gRO0000016PIAYA2-2","records":[{"attributes":{"type":"Account"},"Id":"001000000000001AAA","Name":"M\u00e4x","Owner":{"Name":"Una"},"SystemModstamp":"2026-01-02T03:04:05.000+0000","IsDeleted":false,"Contacts":{"totalSize":1,"done":true,"records":[{"Id":"003000000000001AAA"}]}}]}"#,
            r#"{"totalSize":3,"done":true,"records":[{"Id":"001000000000002AAA","Name":null,"Owner":null,"SystemModstamp":"2026-01-02T03:04:05.000+0530","Contacts":null}]}"#,
            "!400\n[{\"errorCode\":\"INVALID_QUERY_LOCATOR\",\"message\":\"gone\"}]",
        ],
    ),
    (
        "salesforce",
        "User",
        &[
            r#"{"fields":[{"name":"Id","label":"","type":"picklist","picklistValues":[{"value":"a","active":true}],"referenceTo":["X"]}]}"#,
        ],
    ),
];

pub(super) fn fields() -> Vec<Vec<u8>> {
    const PROPERTIES: &str = r#"{"email":"a@b","Phone":1.50,"stage":"a","tags":["a","b",null],"address":{"city":"Kiel","Geo":{"lat":1.50},"lines":[{"sku":1},{}]},"n":null,"t":true}"#;
    let configs = [
        r#"{"selectedFields":{"email":true,"phone":true,"$['address']['lines'][*]['sku']":true,"$['tags'][0]":true}}"#,
        r#"{"selectedFieldsAuto":"all","selectedFieldMappings":{"$['home']['city']":"$['address']['city']","mail":"email"}}"#,
        r#"{"selectedFields":{"stage":true,"tags":true,"t":true},"selectedValueMappings":{"stage":{"A":"a","\u00e9":"b"},"tags":{"A":"a"},"t":{"yes":"true"}}}"#,
    ];
    configs.iter().map(|config| joined(&[], [config, PROPERTIES])).collect()
}

pub(super) fn events() -> Vec<Vec<u8>> {
    let hubspot = |members: &str| {
        format!(
            r#"[{{"eventId":100,"subscriptionId":7,"portalId":25,"appId":5,"occurredAt":1700000000000,"attemptNumber":0,{members}}}]"#
        )
    };
    let hubspot = [
        r#""subscriptionType":"contact.creation","objectId":1"#,
        r#""subscriptionType":"company.propertyChange","objectId":12,"propertyName":"name","propertyValue":"X""#,
        r#""subscriptionType":"object.deletion","objectTypeId":"2-123","objectId":"1""#,
        r#""subscriptionType":"contact.merge","objectId":1,"primaryObjectId":1,"mergedObjectIds":[2,3]"#,
        r#""subscriptionType":"contact.associationChange","fromObjectId":1,"toObjectId":22,"associationType":"CONTACT_TO_COMPANY","associationRemoved":false"#,
    ]
    .map(hubspot);
    let change = |object: &str, kind: &str| {
        format!(
            r#"{{"detail":{{"payload":{{"Phone":"1","ChangeEventHeader":{{"sequenceNumber":1,"entityName":"{object}","changeType":"{kind}","changedFields":["Phone","Name.LastName","MailingAddress.Street"],"nulledFields":[],"transactionKey":"0001bd03","commitTimestamp":1741237165000,"recordIds":["001A","001B"]}}}}}}}}"#
        )
    };
    let salesforce = [("Account", "UPDATE"), ("Contact", "CREATE"), ("Car__c", "DELETE"), ("Account", "GAP_OVERFLOW")];
    let salesforce = salesforce.map(|(object, kind)| change(object, kind));
    let call = |source: u8| move |body: String| joined(&[source], [body.as_str(), "c2lnbmF0dXJl", "1772366400000"]);
    hubspot.into_iter().map(call(0)).chain(salesforce.into_iter().map(call(1))).collect()
}

pub(super) fn template() -> Vec<Vec<u8>> {
    let message = r#"{"objectName":"contacts","result":[{"fields":{"id":"1","n":12345678901234567890,"t":"é"},"raw":{}}],"deep":[[1,[2]]]}"#;
    let expressions = [
        ampline_core::template::DEFAULT_OBJECT_KEY,
        ampline_core::template::DEFAULT_PARTITION_KEY,
        "data.result[0].fields.id || metadata.projectId",
        "join('/', [metadata.objectName, time.year, data.result[?fields.n > `1`].fields.t | [0]])",
        "data.result[*].fields.{a: id, b: n}",
        "sort_by(data.result, &fields.id)[0:1:-1]",
        "to_string(max(map(&length(@), data.deep))) && not_null(data.x, 'y')",
        "data.deep[][] | [::2] | reverse(@) | to_string(@)",
        "replace(data.objectName, 'c', 'd')",
    ];
    let with = |purpose| expressions.map(|expression| joined(&[purpose], [expression, message]));
    (0..3).flat_map(with).collect()
}

pub(super) fn cursor() -> Vec<Vec<u8>> {
    let positions = [
        "null",
        r#""page:1:0:8""#,
        r#""id:7""#,
        r#""archived:2:ff:x""#,
        r#""archived:""#,
        r#""more:2:001000000000001AAA:/services/data/v60.0/query/01gRO0000016PIAYA2-2""#,
        r#""id:001000000000001AAA""#,
        r#""{\"cursor\":\"c\",\"pages\":3}""#,
        r#""/x?page=2""#,
        r#""200""#,
    ];
    let text = |position: &str| {
        format!(
            r#"{{"version":1,"watermark":"2026-01-02T03:04:05Z","byOurClock":true,"recent":"AAAAAAAAAAA","run":{{"readType":"scheduled","startedAt":"2026-01-02T03:04:05Z","since":"2026-01-01T00:00:00Z","until":null,"position":{position},"records":5,"total":9,"recent":""}}}}"#
        )
        .into_bytes()
    };
    positions.map(text).to_vec()
}

pub(super) fn schedule() -> Vec<Vec<u8>> {
    let schedules = [
        "*/15 * * * *",
        "0 22-2 1,15 JAN-MAR ?",
        "5/7 */2 ? * FRI-MON",
        "0 0 29 2 *",
        "0 0 31 2 *",
        "every 7 hours",
        "every 90 minutes",
        "every 1 days",
        "0 0 1-7 * 7",
        "@daily",
        "once",
    ];
    let times: [i64; 3] = [1_772_366_400, -86_399, 0];
    times.iter().flat_map(|time| schedules.map(|schedule| joined(&time.to_be_bytes(), [schedule]))).collect()
}

pub(super) fn oauth() -> Vec<Vec<u8>> {
    [
        r#"{"access_token":"2YotnFZFEjr1zCsicMWpAA","token_type":"bearer","expires_in":"3600","refresh_token":"tGzv3JOkF0XG5Qx2TlKWIA","instance_url":"https://acme.my.salesforce.com"}"#,
        "!400 retry-after: 7\n{\"error\":\"invalid_grant\",\"error_description\":\"expired\"}",
        "!200\n{\"error\":{\"code\":\"slow_down\",\"message\":\"m\"}}",
        "!503\n<html>",
    ]
    .map(|answer| answer.as_bytes().to_vec())
    .to_vec()
}
