//! What a preview tells is what the deployment then does.

use super::*;

/// `group object change` for each consequence, sorted.
fn consequences(preview: &Preview) -> Vec<String> {
    let one = |read: &ReadConsequence| {
        let groups = read.whose.groups.join(",");
        assert_eq!(read.whose.installations, read.whose.groups.len());
        format!("{} {:?}: {groups}", read.object, read.kind)
    };
    sorted(preview.integrations.iter().flat_map(|one| &one.reads).map(one).collect())
}

fn sorted(mut lines: Vec<String>) -> Vec<String> {
    lines.sort();
    lines
}

#[tokio::test]
async fn a_files_integration_is_repeated_beside_others_and_not_changed() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::open(folder.path());
    stage.sync(declared(&[CONTACTS], Vec::new()), false).await.unwrap();
    let refused = stage.project.preview(&manifest(&[COMPANIES]), &Origin::Api).await.unwrap_err();
    assert!(matches!(refused, ProjectError::OwnedByFile { .. }), "{refused}");
    let repeated = stage.project.preview(&manifest(&[CONTACTS]), &Origin::Api).await.unwrap();
    assert!(!repeated.integrations[0].changed);
    let [kept] = &stage.project.deploy(&manifest(&[CONTACTS]), Origin::Api, false).await.unwrap()[..] else { panic!("one") };
    assert!(matches!(kept.origin, Origin::File(_)) && kept.latest.number == 1, "{kept:?}");
}

#[tokio::test]
async fn what_a_preview_tells_is_what_happens() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::open(folder.path());
    stage.sync(declared(&[CONTACTS], Vec::new()), false).await.unwrap();
    let renamed = |objects: &[&str]| {
        let mut manifest = manifest(objects);
        manifest.integrations[0].name = "sales".to_owned();
        manifest
    };
    let first = stage.project.preview(&renamed(&[CONTACTS, COMPANIES]), &Origin::Api).await.unwrap();
    assert_eq!(
        (first.integrations[0].before.is_none(), first.integrations[0].changed, &first.untouched[..]),
        (true, true, &["crm".to_owned()][..])
    );
    assert!(stage.project.integration("sales").await.is_err(), "nothing was made");
    stage.project.deploy(&renamed(&[CONTACTS, COMPANIES]), Origin::Api, false).await.unwrap();
    for (group, objects) in
        [("acme", json!({ "contacts": {} })), ("beta", json!({ "contacts": {}, "companies": {} })), ("gamma", json!({}))]
    {
        let new = NewInstallation {
            integration: "sales".to_owned(),
            group: NamedParty { reference: group.to_owned(), name: None },
            consumer: None,
            connection: Some("hs".to_owned()),
            content: json!({ "read": { "objects": objects } }),
            created_by: None,
            origin: Origin::Api,
        };
        stage.project.create(new, Sampling::Skipped).await.unwrap();
    }
    stage.told();

    let later = CONTACTS.replace("*/10", "*/30");
    let always = "        - objectName: deals\n          destination: store\n          schedule: '0 * * * *'\n          enabled: always\n          \
                  requiredFields:\n            - fieldName: amount\n          backfill:\n            defaultPeriod:\n              days: 7\n";
    let newer = renamed(&[&later, always]);
    let preview = stage.project.preview(&newer, &Origin::Api).await.unwrap();
    let expected = ["companies Pauses: beta", "contacts Stays: acme,beta", "deals Begins(Days(7)): acme,beta,gamma"];
    assert_eq!(consequences(&preview), expected);
    assert_eq!((preview.integrations[0].installations, preview.integrations[0].after.number), (3, 2));
    let [removed] = &preview.removed[..] else { panic!("{:?}", preview.removed) };
    assert_eq!((removed.object.as_str(), &removed.groups[..]), ("companies", &["beta".to_owned()][..]));
    assert!(
        preview.integrations[0].issues.iter().all(|one| one.issue.path.contains("companies")),
        "{:?}",
        preview.integrations[0].issues
    );
    assert!(stage.told().is_empty(), "a preview tells the scheduler nothing");
    assert_eq!(stage.project.integration("sales").await.unwrap().latest.number, 1);

    stage.project.deploy(&newer, Origin::Api, true).await.unwrap();
    let told = sorted(stage.told());
    let expected = [
        "acme contacts every 10 to hook: email",
        "acme deals every 60 to store: amount",
        "beta contacts every 10 to hook: email",
        "beta deals every 60 to store: amount",
        "gamma deals every 60 to store: amount",
    ];
    assert_eq!(told, expected);
    let again = stage.project.preview(&newer, &Origin::Api).await.unwrap();
    assert_eq!(
        (again.integrations[0].changed, consequences(&again).len(), again.removed.len()),
        (false, 0, 0),
        "nothing is left to do"
    );
}

#[tokio::test]
async fn what_is_not_configured_follows() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::open(folder.path());
    let all = |group| of_file(group, json!({}));
    stage.sync(declared(&[CONTACTS], vec![all("filed")]), false).await.unwrap();
    let newer = manifest(&[&CONTACTS.replace("destination: hook", "destination: nowhere"), COMPANIES]);
    let by_file = Origin::File("amp.yaml".to_owned());
    let preview = stage.project.preview(&newer, &by_file).await.unwrap();
    let told = consequences(&preview);
    assert_eq!(told, ["companies Begins(None): filed", "contacts Pauses: filed"]);
    let [issue] = &preview.integrations[0].issues[..] else { panic!("{:?}", preview.integrations[0].issues) };
    assert!(issue.issue.message.contains("nowhere") && issue.whose.installations == 1, "{issue:?}");
    let slower = stage.project.preview(&manifest(&[&CONTACTS.replace("*/10", "*/30")]), &by_file).await.unwrap();
    assert_eq!(consequences(&slower), ["contacts Follows: filed"]);
}
