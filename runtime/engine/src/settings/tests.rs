//! ampline.toml to what runs, or every reason why not. One row per rule.

use super::{Resolved, installations, parse, resolve};
use ampline_core::{
    manifest::{DestinationDeclaration, Manifest},
    provider::Catalog,
};

const SOUND: &str = r#"
    [destinations.hook]
    type = "webhook"
    url = "https://example.com/hook"
    [connections.hs]
    provider = "hubspot"
    access_token = { env = "TOKEN" }
    [[installations]]
    integration = "crm"
    connection = "hs"
    group_ref = "acme"
"#;

fn resolved(text: &str) -> Result<Resolved, Vec<String>> {
    let legacy = serde_json::json!({ "url": "hooks.example.com/legacy" });
    let declared = DestinationDeclaration {
        name: "legacy".into(),
        kind: "webhook".into(),
        settings: legacy.as_object().cloned().unwrap_or_default(),
    };
    let manifest = Manifest { spec_version: "1.0.0".into(), integrations: Vec::new(), destinations: vec![declared] };
    let env = |name: &str| (name == "TOKEN").then(|| "secret-value".to_owned());
    let settings = parse(text).map_err(|message| vec![message])?;
    resolve(&settings, &manifest, &Catalog::built_in(), env)
        .map_err(|problems| problems.iter().map(ToString::to_string).collect())
}

#[test]
fn what_is_left_out_has_its_default_and_secrets_do_not_show() {
    let resolved = resolved(SOUND).unwrap();
    let hook = &resolved.destinations["hook"].resolved;
    let pace = &hook.delivery;
    assert_eq!((pace.concurrency, pace.rate_per_second, pace.retry().delays.len()), (None, None, 7));
    assert_eq!(hook.destination.config, serde_json::json!({ "url": "https://example.com/hook" }), "the sink's own keys alone");
    assert_eq!(resolved.connections.connections["hs"].base_url, None);
    assert!(!format!("{resolved:?}").contains("secret-value"));
}

#[test]
fn limits_stand_for_all_destinations_and_each_may_have_its_own() {
    let day_s = 24 * 3_600;
    let rows = [
        ("", (10_240_000_000, Some(5 * day_s))),
        ("[limits]\nbacklog_megabytes = 7", (7_000_000, Some(5 * day_s))),
        (
            "[limits]\nbacklog_megabytes = 7\n[destinations.own]\ntype = \"webhook\"\nbacklog_megabytes = 2",
            (2_000_000, Some(5 * day_s)),
        ),
        ("[destinations.own]\ntype = \"webhook\"\ndisable_after_s = 60", (10_240_000_000, Some(60))),
        ("[destinations.own]\ntype = \"webhook\"\ndisable_after_s = 0", (10_240_000_000, None)),
    ];
    for (text, expected) in rows {
        let resolved = resolved(text).unwrap();
        let one = &resolved.destinations.get("own").unwrap_or(&resolved.destinations["legacy"]).resolved;
        assert_eq!((one.backlog_bytes_max, one.delivery.disable_after().map(|after| after.as_secs())), expected, "{text}");
    }
}

#[test]
fn destinations_of_the_manifest_get_a_scheme_and_those_of_the_settings_stand_above() {
    let url = |resolved: &Resolved| resolved.destinations["legacy"].resolved.destination.config["url"].clone();
    assert_eq!(url(&resolved("").unwrap()), "https://hooks.example.com/legacy");
    let over = "[destinations.legacy]\ntype = \"webhook\"\nurl = \"https://example.com/new\"";
    assert_eq!(url(&resolved(over).unwrap()), "https://example.com/new");
}

#[test]
fn ids_are_the_same_at_every_start() {
    let (first, second) = (resolved(SOUND).unwrap(), resolved(SOUND).unwrap());
    assert_eq!(first.connections.connections["hs"].id, second.connections.connections["hs"].id);
    assert_eq!(first.destinations["hook"].resolved.destination, second.destinations["hook"].resolved.destination);
    assert_ne!(first.destinations["hook"].resolved.destination.id, first.destinations["legacy"].resolved.destination.id);
}

#[test]
fn what_is_secret_of_a_url_and_of_headers_is_not_in_the_sinks_configuration() {
    let text = SOUND.replace(
        "url = \"https://example.com/hook\"",
        "url = \"https://us%40er:p%3Ass@example.com:8443/hook?a=b\"\nsecret_headers = { X-Key = { env = \"TOKEN\" } }",
    );
    let hook = &resolved(&text).unwrap().destinations["hook"].resolved;
    assert_eq!(hook.destination.config, serde_json::json!({ "url": "https://example.com:8443/hook?a=b" }));
    assert_eq!(format!("{:?}", hook.headers.as_ref().unwrap()), "[2 secret headers]");
    let declared = resolved(SOUND).unwrap();
    assert!(declared.destinations["hook"].resolved.headers.is_none());
}

#[test]
fn plain_http_goes_where_the_operator_allowed_it() {
    let check = |allow: &str, url: &str, expected: Option<bool>| {
        let text = SOUND.replace("https://example.com/hook", url);
        let resolved = resolved(&format!("[network]\nallow = [{allow}]\n{text}")).unwrap();
        assert_eq!(
            resolved.destinations["hook"].resolved.destination.config.get("allowHttp"),
            expected.map(Into::into).as_ref(),
            "{url}"
        );
    };
    check("", "http://10.0.0.1/", None);
    check("\"10.0.0.0/8\"", "http://10.0.0.1:8080/", Some(true));
    check("\"fd00::/8\"", "http://[fd00::1]/", Some(true));
    check("\"10.0.0.0/8\"", "http://11.0.0.1/", None);
    check("\"10.0.0.0/8\"", "http://receiver.internal/", None);
    check("\"10.0.0.0/8\"", "https://10.0.0.1/", None);
}

/// Expected is a part of each problem that the changed settings have, in order.
fn check(change: &dyn Fn(String) -> String, expected: &[&str]) {
    let problems = resolved(&change(SOUND.to_owned())).err().unwrap_or_default();
    assert_eq!(problems.len(), expected.len(), "{problems:#?}");
    assert!(!problems.concat().contains("pat-na1"), "a secret in the wrong place is not repeated");
    for (problem, part) in problems.iter().zip(expected) {
        assert!(problem.contains(part), "{part:?} is not in {problem:?}");
    }
}

/// The change that adds a line to the last destination.
fn add(line: &'static str) -> impl Fn(String) -> String {
    move |text| text.replace("[connections.hs]", &format!("{line}\n[connections.hs]"))
}

#[test]
fn every_problem_is_named_with_its_place() {
    let replace = |from: &'static str, to: &'static str| move |text: String| text.replace(from, to);
    check(&replace("[destinations.hook]", "[destination.hook]"), &["unknown field `destination`"]);
    check(&replace("type = \"webhook\"", ""), &["a destination needs a `type`"]);
    check(&add("concurrency = 0"), &["destinations.hook.concurrency: 0 is not between 1 and 1024"]);
    check(&add("backlog_megabytes = 0"), &["destinations.hook.backlog_megabytes: 0 would let nothing be read"]);
    check(&add("[limits]\nbacklog_megabytes = 0"), &["limits.backlog_megabytes: 0 would let nothing be read"]);
    check(&add("rate_per_second = 0.0"), &["destinations.hook.rate_per_second: "]);
    check(&add("signing_key = { env = \"TOKEN\" }"), &["destinations.hook.signing_key: a signing key begins with whsec_"]);
    check(&add("signing_key = \"whsec_AAAA\""), &["`signing_key`"]);
    check(&replace("{ env = \"TOKEN\" }", "\"pat-na1-secret\""), &["line 7, column 20: write { env = \"NAME\" }"]);
    check(&replace("env = \"TOKEN\"", "keyring = \"pat-na1\""), &["line 7, column 20: a keyring entry is written"]);
    check(&replace("https://example", "https://me:pat-na1@[example"), &["destinations.hook.url: is no address"]);
    check(
        &replace("access_token", "base_url = \"ftp://me:pat-na1@example\"\naccess_token"),
        &["connections.hs.base_url: holds a user name or password"],
    );
    check(&replace("hubspot", "hubsport"), &["connections.hs.provider: no provider is called \"hubsport\""]);
    check(&replace("\"TOKEN\"", "\"NOTHING\""), &["connections.hs.access_token: the environment variable NOTHING is not set"]);
    check(
        &replace("env = \"TOKEN\"", "file = \"/nowhere\""),
        &["connections.hs.access_token: cannot read the secret file /nowhere"],
    );
    let network = |line: &'static str| move |text: String| format!("[network]\n{line}\n{text}");
    check(&network("allow = [\"10.0.0.0/8\", \"example.com\"]"), &["network.allow[1]: \"example.com\" is no network"]);
    check(&network("ca_file = \"/nowhere.pem\""), &["network.ca_file: cannot read /nowhere.pem"]);
    check(
        &replace("access_token", "base_url = \"example\"\naccess_token"),
        &["connections.hs.base_url: \"example\" is not an address"],
    );
    let two = |text: String| text.replace("hubspot", "x").replace("url = ", "concurrency = 9999\nurl = ");
    check(&two, &["destinations.hook.concurrency", "connections.hs.provider"]);
}

#[test]
fn every_problem_of_credentials_and_the_database_is_named_with_its_place() {
    let database = |lines: &'static str| move |text: String| format!("{text}\n[postgres]\n{lines}\n");
    let table = |text: String| format!("{text}\n[destinations.table]\ntype = \"postgres\"\ntableName = \"T\"\n");
    check(&table, &["destinations.table: a destination of type \"postgres\" needs the project's database"]);
    let lake = |secrets: &'static str| {
        move |text: String| format!("{text}\n[destinations.lake]\ntype = \"s3\"\nbucket = \"b\"\nsecrets = {{ {secrets} }}\n")
    };
    check(
        &lake("awsKeyID = { env = \"TOKEN\" }"),
        &["destinations.lake.secrets: nothing is called \"awsKeyID\"; there are: awsKeyId"],
    );
    check(&lake("awsKeyId = { env = \"TOKEN\" }"), &["destinations.lake.secrets: awsKeyId and awsSecretKey go together"]);
    check(
        &add("secrets = { token = { env = \"TOKEN\" } }"),
        &["destinations.hook.secrets: nothing is called \"token\"; there are: username, password"],
    );
    check(
        &add("secrets = { password = { env = \"TOKEN\" } }"),
        &["destinations.hook.secrets: a password is somebody's: give the username as well"],
    );
    check(&database("url = { env = \"NOTHING\" }"), &["postgres.url: the environment variable NOTHING is not set"]);
    check(
        &database("url = { env = \"TOKEN\" }\nconnections_max = 0\nca_file = \"/nowhere\""),
        &[
            "postgres.url: is no address of a database",
            "postgres.ca_file: cannot read /nowhere",
            "postgres.connections_max: 0 is not",
        ],
    );
    check(&database("url = \"postgres://u:pat-na1@db/app\""), &["secrets themselves are not written here"]);
    check(&database("ca_file = \"/nowhere\""), &["missing field `url`"]);
}

#[test]
fn installations_are_what_the_contract_calls_their_content() {
    let text =
        format!("{SOUND}[installations.objects.contacts]\nselectedFields = {{ email = true }}\nschedule = \"0 * * * *\"\n");
    let declared = installations::declared(&parse(&text).unwrap(), "ampline.toml").unwrap();
    let expected =
        serde_json::json!({"read": {"objects": {"contacts": {"selectedFields": {"email": true}, "schedule": "0 * * * *"}}}});
    assert_eq!(declared[0].content.to_value(), expected);
    assert_eq!((declared[0].group.reference.as_str(), declared[0].place.as_str()), ("acme", "installations[0]"));
    let all = installations::declared(&parse(SOUND).unwrap(), "ampline.toml").unwrap();
    assert_eq!(all[0].content.to_value(), serde_json::json!({}), "everything is read");
    let other = parse(&SOUND.replace("connection = \"hs\"", "connection = \"hp\"")).unwrap();
    let issues = installations::declared(&other, "ampline.toml").unwrap_err();
    assert_eq!(issues[0].to_string(), "installations[0].connection: no connection is called \"hp\"; there are: hs");
}

#[test]
fn every_way_to_authorise_is_checked_against_what_the_provider_expects() {
    let way = |lines: &'static str| move |text: String| text.replace("access_token = { env = \"TOKEN\" }", lines);
    let scheme = |lines: &'static str| {
        let resolved = resolved(&way(lines)(SOUND.to_owned())).unwrap();
        resolved.connections.connections["hs"].credentials.scheme()
    };
    for (lines, expected) in [
        ("access_token = { env = \"TOKEN\" }", "oauth2/authorizationCode"),
        (
            "oauth2 = { refresh_token = { env = \"TOKEN\" }, client_id = \"c\", client_secret = { env = \"TOKEN\" } }",
            "oauth2/authorizationCode",
        ),
        (
            "oauth2 = { refresh_token = { env = \"TOKEN\" } }\n[provider_apps.hubspot]\nclient_id = \"c\"",
            "oauth2/authorizationCode",
        ),
        ("client_credentials = { client_id = \"c\", client_secret = { env = \"TOKEN\" } }", "oauth2/clientCredentials"),
        ("password_credentials = { username = \"u\", password = { env = \"TOKEN\" }, client_id = \"c\" }", "oauth2/password"),
    ] {
        assert_eq!(scheme(lines), expected, "{lines}");
    }
    check(
        &way("api_key = { env = \"TOKEN\" }"),
        &["connections.hs.api_key: an API key is given, and hubspot is authorised by OAuth 2: a person's consent"],
    );
    check(
        &way("basic = { username = \"u\", password = { env = \"TOKEN\" } }"),
        &["connections.hs.basic: a user name and a password is given, and hubspot is authorised by OAuth 2"],
    );
    check(&way(""), &["connections.hs: hubspot is authorised by OAuth 2: a person's consent"]);
    check(
        &way("access_token = { env = \"TOKEN\" }\napi_key = { env = \"TOKEN\" }"),
        &["connections.hs: access_token and api_key are given; give exactly one of access_token, api_key, basic, custom, oauth2"],
    );
    check(
        &way("oauth2 = { refresh_token = { env = \"TOKEN\" } }"),
        &["connections.hs.oauth2: needs client_id and client_secret, here or in [provider_apps.hubspot]"],
    );
    check(
        &way("oauth2 = { refresh_token = { env = \"TOKEN\" }, provider_app = \"x\" }"),
        &["connections.hs.oauth2: there is no [provider_apps.x]"],
    );
    check(
        &way("oauth2 = { refresh_token = { env = \"NOTHING\" }, client_id = \"c\" }"),
        &["connections.hs.oauth2.refresh_token: the environment variable NOTHING is not set"],
    );
    check(&way("oauth2 = { client_id = \"c\" }"), &["`oauth2` needs a `refresh_token`"]);
    check(&way("oauth2 = { refresh_token = \"pat-na1-x\" }"), &["secrets themselves are not written here"]);
    check(
        &|text: String| format!("{text}[provider_apps.hubspto]\nclient_id = \"c\"\n"),
        &["provider_apps.hubspto: no provider is called \"hubspto\""],
    );
    check(
        &|text: String| format!("{text}[provider_apps.hubspot]\nclient_id = \"c\"\ntoken_url = \"https://me:pat-na1@x\"\n"),
        &["provider_apps.hubspot.token_url: holds a user name or password"],
    );
}
