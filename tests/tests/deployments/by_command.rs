//! `ampline deploy`.

use serde_json::{Value, json};

use super::stage::{COMPANIES, CONTACTS, Stage, sales};

/// Exit code, standard output and standard error.
fn told(stage: &Stage, arguments: &[&str]) -> (i32, String, String) {
    let output = stage.ampline(&[&["deploy"], arguments].concat());
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_shown_is_deployed_once_somebody_agreed() {
    let stage = Stage::new(3);
    let folder = stage.write("amp.yml", &sales(&[CONTACTS, COMPANIES]));
    let shown = "+ sales (hubspot): new\nnot in the file, and left as they are: crm\n";
    assert_eq!(told(&stage, &[&folder, "--dry-run"]), (0, shown.to_owned(), String::new()));
    let (code, _, refused) = told(&stage, &[&folder]);
    assert!(code == 1 && refused.contains("nobody is there to ask"), "{refused}");
    assert_eq!(stage.json(&["integrations", "list"]).as_array().unwrap().len(), 1, "nothing has changed so far");
    assert_eq!(told(&stage, &[&folder, "--yes"]), (0, format!("{shown}deployed sales, revision 1\n"), String::new()));
    assert_eq!(
        told(&stage, &[&folder, "--yes"]).1,
        "= sales (hubspot): unchanged, revision 1\nnot in the file, and left as they are: crm\nnothing would change\n"
    );

    stage.install(&["contacts", "companies"]);
    let fewer = sales(&[&CONTACTS.replace("*/30", "*/10")]);
    stage.write("amp.yml", &fewer);
    let expected = "\
~ sales (hubspot): revision 2, 1 installation
    - read companies
    ~ read contacts schedule: */30 * * * * → */10 * * * *
    → reads of companies are paused for 1 installation (acme)
    → contacts stays on its earlier revision for 1 installation (acme), which configured it
";
    for arguments in [&["--yes"][..], &["--dry-run"]] {
        let (code, shown, refused) = told(&stage, &[&[folder.as_str()], arguments].concat());
        assert!(code == 1 && shown.starts_with(expected), "{shown}");
        assert!(
            shown.contains("! companies of sales is read by 1 installation (acme)") && refused.contains("say --destructive"),
            "{shown}{refused}"
        );
    }
    stage.becomes_due(&["companies", "contacts"]).await;
    let plan = stage.json(&["deploy", &folder, "--dry-run", "--destructive"]);
    assert_eq!((&plan["needsDestructive"], &plan["removed"][0]["groups"]), (&json!(true), &json!(["acme"])));
    assert_eq!(told(&stage, &[&folder, "--yes", "--destructive"]).0, 0);
    stage.becomes_due(&["contacts"]).await;
    let revisions = stage.runtime.client.get("integrations/sales/revisions").await.unwrap();
    assert_eq!(revisions.as_array().unwrap().len(), 2);
    assert!(stage.runtime.terminate().unwrap().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_deployed_is_told_before_anything_changes() {
    let stage = Stage::new(1);
    let rows = [
        ("nowhere", None, 2, "cannot read nowhere"),
        ("data", None, 2, "holds none of amp.yaml"),
        ("sales", Some("specVersion: 1.0.0\n".to_owned()), 1, "sales/amp.yaml cannot be deployed as it is"),
        (
            "sales",
            Some(sales(&[CONTACTS]).replace("provider: hubspot", "provider: hubspt")),
            1,
            "no provider is called \"hubspt\"",
        ),
        (
            "sales",
            Some(sales(&[CONTACTS]).replace("name: sales", "name: crm")),
            1,
            "amp.yaml: edit that file, then run `ampline reload`",
        ),
    ];
    for (source, text, code, reason) in rows {
        if let Some(text) = text {
            stage.write("amp.yaml", &text);
        }
        let (found, _, told) = told(&stage, &[source, "--yes"]);
        assert!(found == code && told.contains(reason), "{source}: {found} {told}");
    }
    let listed = stage.json(&["integrations", "list"]);
    let names: Vec<&Value> = listed.as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["crm"]);
}
