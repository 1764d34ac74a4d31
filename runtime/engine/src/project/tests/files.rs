//! Files to the project, again and again.

use super::*;
use crate::settings::folder;

fn contacts() -> Value {
    json!({ "read": { "objects": { "contacts": {} } } })
}

#[tokio::test]
async fn what_files_say_counts_and_what_they_no_longer_name_is_disabled() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::open(folder.path());
    let acme = || of_file("acme", json!({}));
    let reads = "acme contacts every 10 to hook: email";
    assert_eq!(stage.sync(declared(&[CONTACTS], vec![acme()]), false).await.unwrap(), [reads]);
    let id = stable_id("installation", "crm/acme");
    let first = stage.project.installation(&id).await.unwrap();
    assert!(stage.sync(declared(&[CONTACTS], vec![acme()]), false).await.unwrap().is_empty(), "nothing is other than before");
    assert_eq!(stage.sync(declared(&[CONTACTS], Vec::new()), false).await.unwrap(), ["nothing"]);
    let gone = stage.project.installation(&id).await.unwrap();
    assert_eq!(gone.record.disabled_reason.as_deref(), Some("ampline.toml no longer names it"));
    assert_eq!(stage.sync(declared(&[CONTACTS], vec![acme()]), false).await.unwrap(), [reads], "and back, under its id");
    let back = stage.project.installation(&id).await.unwrap();
    assert_eq!(back.record.config, first.record.config, "that alone is no revision");
    let named =
        DeclaredInstallation { group: NamedParty { reference: "acme".to_owned(), name: Some("ACME".to_owned()) }, ..acme() };
    assert_eq!(stage.sync(declared(&[CONTACTS], vec![named]), false).await.unwrap(), [reads], "messages carry the new name");
    stage.sync(declared(&[CONTACTS], vec![of_file("acme", contacts())]), false).await.unwrap();
    assert_eq!(stage.project.installation(&id).await.unwrap().record.config.number, 2);
}

#[tokio::test]
async fn a_file_may_give_an_installation_another_id() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::open(folder.path());
    stage.sync(declared(&[CONTACTS], vec![of_file("acme", json!({}))]), false).await.unwrap();
    let other = DeclaredInstallation { id: Some("own".to_owned()), ..of_file("acme", json!({})) };
    let mut told = stage.sync(declared(&[CONTACTS], vec![other]), false).await.unwrap();
    told.sort();
    assert_eq!(told, ["acme contacts every 10 to hook: email", "nothing"]);
    assert_eq!(stage.project.ids(InstallationFilter::default()).await.unwrap(), ["own".to_owned()].into());
}

#[tokio::test]
async fn only_an_edit_of_the_file_changes_what_it_made() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::open(folder.path());
    stage.sync(declared(&[CONTACTS], vec![of_file("acme", contacts())]), false).await.unwrap();
    let id = stable_id("installation", "crm/acme");
    let owned = |error: ProjectError| {
        let text = error.to_string();
        assert!(text.ends_with(": edit that file, then run `ampline reload`"), "{text}");
    };
    owned(stage.patch(&id, None, "contacts", json!({ "schedule": "0 * * * *" })).await.err().unwrap());
    owned(stage.project.delete(&id, None).await.unwrap_err());
    owned(stage.project.delete_connection("hs").await.unwrap_err());
    owned(stage.project.delete_integration("crm").await.unwrap_err());
    owned(stage.project.deploy(&manifest(&[COMPANIES]), Origin::Command, true).await.err().unwrap());
    let taken = stage.create("acme", json!({})).await.err().unwrap().to_string();
    assert!(taken.contains("which comes from ampline.toml: edit that file"), "{taken}");
    stage.sync(declared(&[CONTACTS], Vec::new()), false).await.unwrap();
    let taken = stage.create("acme", json!({})).await.err().unwrap().to_string();
    assert!(taken.contains("which is disabled (ampline.toml no longer names it): delete that first"), "{taken}");
    stage.project.delete(&id, None).await.unwrap();
    let created = stage.create("acme", contacts()).await.unwrap();
    stage.told();
    let again = stage.sync(declared(&[CONTACTS], vec![of_file("acme", contacts())]), false).await.unwrap_err();
    assert!(again.contains(&created.record.id), "a file does not take over what others made: {again}");
}

#[tokio::test]
async fn files_with_a_fault_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::open(folder.path());
    stage.sync(declared(&[CONTACTS], vec![of_file("acme", contacts())]), false).await.unwrap();
    let other = |change: &dyn Fn(&mut DeclaredInstallation)| {
        let mut one = of_file("beta", contacts());
        change(&mut one);
        vec![of_file("gamma", contacts()), one]
    };
    let rows: [(Vec<DeclaredInstallation>, &str); 5] = [
        (
            other(&|one| one.integration = "cmr".to_owned()),
            "installations[0].integration: no integration is called \"cmr\"; there are: crm",
        ),
        (
            other(&|one| one.connection = "hp".to_owned()),
            "installations[0].connection: no connection is called \"hp\"; there are: hs",
        ),
        (
            other(&|one| one.group.reference = "gamma".to_owned()),
            "installations[0]: the group \"gamma\" has this integration already, by installations[0]",
        ),
        (
            other(&|one| one.id = Some(stable_id("installation", "crm/gamma"))),
            "installations[0]: another installation has the id",
        ),
        (
            other(&|one| {
                one.place = "dir/beta.yaml".to_owned();
                one.content = Content::parse(json!({ "read": { "objects": { "contacts": { "schedule": "x" } } } })).unwrap();
            }),
            "dir/beta.yaml: config.content.read.objects.contacts.schedule: the schedule cannot be used",
        ),
    ];
    for (installations, expected) in rows {
        let fault = stage.sync(declared(&[CONTACTS], installations), false).await.unwrap_err();
        assert!(fault.contains(expected), "{fault}");
        let all = stage.project.ids(InstallationFilter::default()).await.unwrap();
        assert_eq!(all.len(), 1, "{expected}");
        assert!(stage.told().is_empty(), "{expected}");
    }
}

#[test]
fn a_folder_holds_one_installation_in_each_file() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write(
        "b.yaml",
        "integration: crm\ngroupRef: beta\nconnection: hs\nconfig:\n  createdBy: consumer:una\n  content:\n    read:\n      objects:\n        contacts:\n          selectedFields: {email: true}\n",
    );
    write(
        "a.toml",
        "integration = \"crm\"\ngroupRef = \"acme\"\ngroupName = \"ACME\"\nconnection = \"hs\"\n[config.content.read.objects.contacts]\nschedule = \"0 * * * *\"\n",
    );
    write("c.json", r#"{"integration": "crm", "groupRef": "gamma", "connectionId": "c1", "id": "i9"}"#);
    write("README.md", "not an installation");
    write(".hidden.toml", "neither");
    let found = folder::read(folder.path()).unwrap();
    let told: Vec<String> = found
        .iter()
        .map(|one| {
            format!(
                "{} {} {} {} {}",
                one.group.reference,
                one.connection,
                one.consumer.reference,
                one.content.text(),
                one.id.is_some()
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            r#"acme hs  {"read":{"objects":{"contacts":{"schedule":"0 * * * *"}}}} false"#,
            r#"beta hs una {"read":{"objects":{"contacts":{"selectedFields":{"email":true}}}}} false"#,
            "gamma c1  {} true",
        ]
    );
    let rows = [
        ("x.toml", "integration = ", "x.toml: line 1, column"),
        ("x.yaml", "integration: crm\n  groupRef: a\n", "x.yaml: line 2"),
        ("x.json", "{}", "x.json: missing field `integration`"),
        ("x.yaml", "- a\n", "x.yaml: holds no installation"),
        ("x.yaml", "", "x.yaml: holds no installation"),
        ("x.json", r#"{"integration": "crm", "groupRef": "", "connection": "hs"}"#, "integration and groupRef must not be empty"),
        ("x.json", r#"{"integration": "crm", "groupRef": "a", "connection": "hs", "group": 1}"#, "unknown field `group`"),
        (
            "x.json",
            r#"{"integration": "crm", "groupRef": "a", "connection": "hs", "config": {"content": {"reed": {}}}}"#,
            "x.json: config.content.reed: nothing is called so",
        ),
    ];
    for (name, text, expected) in rows {
        write(name, text);
        let issues = folder::read(folder.path()).unwrap_err();
        assert!(issues.len() == 1 && issues[0].to_string().contains(expected), "{issues:?}");
        std::fs::remove_file(folder.path().join(name)).unwrap();
    }
    let missing = folder::read(&folder.path().join("none")).unwrap_err();
    assert!(missing[0].message.starts_with("cannot read the folder of installations"), "{missing:?}");
}
