//! What is read, after which change.

use super::*;

fn contacts(config: Value) -> Value {
    json!({ "read": { "objects": { "contacts": config } } })
}

#[tokio::test]
async fn a_deployment_changes_the_defaults_of_what_is_not_configured() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::open(folder.path());
    stage.sync(declared(&[CONTACTS], vec![of_file("filed", json!({}))]), false).await.unwrap();
    let created = stage.create("acme", contacts(json!({ "selectedFields": { "phone": true } }))).await.unwrap();
    assert_eq!(stage.told(), ["acme contacts every 10 to hook: email,phone"]);
    let config = &created.record.config.content.to_value()["read"]["objects"]["contacts"];
    assert_eq!((&config["schedule"], &config["selectedFields"]["email"]), (&json!("*/10 * * * *"), &json!(true)), "filled in");

    let later =
        CONTACTS.replace("*/10", "*/30").replace("fieldName: email\n", "fieldName: email\n            - fieldName: city\n");
    let always = COMPANIES.to_owned() + "          enabled: always\n";
    let mut told = stage.sync(declared(&[&later, &always], vec![of_file("filed", json!({}))]), false).await.unwrap();
    told.sort();
    let expected = [
        "acme companies every 60 to store: ",
        "acme contacts every 10 to hook: email,phone",
        "filed companies every 60 to store: ",
        "filed contacts every 30 to hook: email,city",
    ];
    assert_eq!(told, expected, "what is configured keeps its revision; what is not follows; `enabled: always` is for all");

    let patched = stage.patch(
        &created.record.id,
        Some(&created.record.config.id),
        "contacts",
        json!({ "selectedFieldMappings": { "notes": "my_notes" } }),
    );
    let patched = patched.await.unwrap();
    assert_eq!(
        stage.told(),
        ["acme contacts every 30 to hook: email,city,my_notes", "acme companies every 60 to store: "],
        "what is given anew is filled from the latest revision"
    );
    assert!(patched.record.update_time > created.record.update_time);
    let stale = stage.patch(&created.record.id, Some(&created.record.config.id), "contacts", json!({})).await.err().unwrap();
    assert!(matches!(stale, ProjectError::Stale { .. }), "{stale}");
    assert!(stage.told().is_empty(), "a change that was refused tells nobody anything");
}

#[tokio::test]
async fn objects_that_are_read_are_taken_away_only_on_demand() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::open(folder.path());
    stage.sync(declared(&[CONTACTS, COMPANIES], vec![of_file("filed", json!({}))]), false).await.unwrap();
    let both = json!({ "read": { "objects": { "contacts": {}, "companies": {} } } });
    let created = stage.create("acme", both).await.unwrap();
    stage.create("beta", contacts(json!({}))).await.unwrap();
    stage.told();
    let fewer = || declared(&[CONTACTS], vec![of_file("filed", json!({}))]);
    let refused = stage.sync(fewer(), false).await.unwrap_err();
    assert!(refused.contains("companies of crm (groups "), "{refused}");
    assert!(refused.contains("acme") && refused.contains("filed") && !refused.contains("beta"), "{refused}");
    assert!(stage.told().is_empty());
    let mut told = stage.sync(fewer(), true).await.unwrap();
    told.sort();
    assert_eq!(
        told,
        [
            "acme contacts every 10 to hook: email",
            "beta contacts every 10 to hook: email",
            "filed contacts every 10 to hook: email",
        ]
    );
    let after = stage.project.installation(&created.record.id).await.unwrap();
    let issues: Vec<String> = after.issues.iter().map(ToString::to_string).collect();
    assert_eq!(
        issues,
        ["config.content.read.objects.companies: the latest revision of crm no longer reads `companies`: its reads are paused"]
    );
}

#[tokio::test]
async fn an_installation_waits_for_a_destination_that_is_not_there_yet() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::open(folder.path());
    stage.sync(declared(&[CONTACTS], Vec::new()), false).await.unwrap();
    let created = stage.create("acme", contacts(json!({ "destination": "hok" }))).await.unwrap();
    let issues: Vec<String> = created.issues.iter().map(ToString::to_string).collect();
    let expected = "config.content.read.objects.contacts.destination: there is no destination `hok`: did you mean `hook`?";
    assert!(issues.len() == 1 && issues[0].starts_with(expected), "{issues:?}");
    assert_eq!(stage.told(), ["nothing"]);
    let hok = KnownDestination { id: "d3".to_owned(), mirrors_records: false };
    stage.project.planner.destinations.change(|known| drop(known.insert("hok".to_owned(), hok)));
    let concerned = stage.project.concerned_by(&["hok".to_owned()].into()).await.unwrap();
    assert_eq!(concerned, [created.record.id.clone()].into());
    stage.project.tell(concerned).await.unwrap();
    assert_eq!(stage.told(), ["acme contacts every 10 to hok: email"]);
    assert!(stage.project.installation(&created.record.id).await.unwrap().issues.is_empty());
    assert!(stage.project.concerned_by(&["store".to_owned()].into()).await.unwrap().is_empty(), "nobody goes there");
}

/// Each row: what is chosen, and every issue of it.
#[tokio::test]
async fn every_fault_of_a_choice_is_told_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::open(folder.path());
    stage.sync(declared(&[CONTACTS, COMPANIES], Vec::new()), false).await.unwrap();
    let rows: [(Value, &[&str]); 8] = [
        (
            json!({ "read": { "objects": { "contact": {} } } }),
            &["config.content.read.objects.contact: there is no object `contact`: did you mean `contacts`?"],
        ),
        (
            contacts(json!({ "schedule": "@daily" })),
            &["config.content.read.objects.contacts.schedule: the schedule cannot be used"],
        ),
        (
            contacts(json!({ "selectedFields": { "fax": true } })),
            &["config.content.read.objects.contacts.selectedFields: there is no field to choose `fax`"],
        ),
        (
            contacts(json!({ "selectedFieldMappings": { "note": "x" } })),
            &["config.content.read.objects.contacts.selectedFieldMappings: there is no mapping `note`: did you mean `notes`?"],
        ),
        (
            contacts(json!({ "backfill": { "defaultPeriod": { "days": 1, "fullHistory": true } } })),
            &["config.content.read.objects.contacts.backfill: the backfill has both"],
        ),
        (contacts(json!({ "selectedField": {} })), &["config.content.read.objects.contacts: unknown field `selectedField`"]),
        (json!({ "provider": "salesforce" }), &["config.content.provider: \"salesforce\" is not the integration's provider"]),
        (
            json!({ "read": { "objects": { "contacts": { "schedule": "x", "destination": "y" }, "companies": { "destination": "z" } } } }),
            &["config.content.read.objects.contacts.schedule"],
        ),
    ];
    for (content, expected) in rows {
        let error = stage.create("acme", content.clone()).await.err().unwrap();
        let ProjectError::Invalid(issues) = error else { panic!("{content}: {error}") };
        let told: Vec<String> = issues.iter().map(ToString::to_string).collect();
        assert!(
            told.len() == expected.len() && told.iter().zip(expected).all(|(told, part)| told.starts_with(part)),
            "{content}: {told:#?}"
        );
    }
    let created = stage.create("acme", json!({})).await.unwrap();
    assert!(stage.told().contains(&"nothing".to_owned()), "no object is chosen and none is always enabled");
    let again = stage.create("acme", json!({})).await.err().unwrap();
    assert!(again.to_string().contains(&created.record.id), "{again}");
    let unknown = NewInstallation {
        integration: "crm".to_owned(),
        group: NamedParty { reference: "beta".to_owned(), name: None },
        consumer: None,
        connection: None,
        content: json!({}),
        created_by: None,
        origin: Origin::Command,
    };
    let error = stage.project.create(unknown, Sampling::Skipped).await.err().unwrap();
    assert!(error.to_string().contains("connectionId: the group \"beta\" has no connection for hubspot"), "{error}");
}

/// One connection and one revision are shared by all who use them.
#[tokio::test]
async fn a_thousand_installations_share_what_they_have_in_common() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::open(folder.path());
    let installations = (0..1_500).map(|n| of_file(&format!("g{n}"), json!({}))).collect();
    let jobs = stage.project.start(declared(&[CONTACTS], installations)).await.unwrap();
    assert_eq!(jobs.len(), 1_500);
    assert!(jobs.iter().all(|job| Arc::ptr_eq(&job.connection, &jobs[0].connection)));
    assert!(jobs.iter().all(|job| job.plan.context.installation.objects.is_empty()));
}
