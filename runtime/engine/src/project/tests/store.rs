//! The store alone.

use super::*;

fn deployment(objects: &[&str]) -> Change {
    let content = manifest(objects).integrations.remove(0);
    let (id, spec_version) = (stable_id("integration", "crm"), "1.0.0".to_owned());
    Change::Deploy(Box::new(Deployment { id, origin: Origin::Api, spec_version, content }))
}

fn put_connection() -> Change {
    Change::PutConnection(Box::new(connection("hs").draft))
}

fn draft(group: &str, content: Value) -> InstallationDraft {
    InstallationDraft {
        id: format!("i-{group}"),
        integration_id: stable_id("integration", "crm"),
        group: NamedParty { reference: group.to_owned(), name: Some(group.to_uppercase()) },
        consumer: NamedParty { reference: "una".to_owned(), name: None },
        connection_id: stable_id("connection", "hs"),
        content: Content::parse(content).unwrap(),
        origin: Origin::Api,
        created_by: "consumer:una".to_owned(),
    }
}

fn create(group: &str) -> Change {
    Change::CreateInstallation(Box::new(draft(group, json!({}))))
}

fn update(group: &str, expected: Option<&str>, schedule: &str) -> Change {
    let content = json!({"read": {"objects": {"contacts": {"schedule": schedule}}}});
    Change::UpdateInstallation(Box::new(InstallationUpdate {
        id: format!("i-{group}"),
        expected_revision: expected.map(str::to_owned),
        content: Some(Content::parse(content).unwrap()),
        connection_id: None,
        created_by: None,
    }))
}

async fn apply(store: &ProjectStore, changes: Vec<Change>) -> Result<Vec<bool>, String> {
    let applied = store.apply(changes, jiff::Timestamp::now()).await;
    applied.map(|all| all.into_iter().map(|one| one.changed).collect()).map_err(|error| error.to_string())
}

fn open(folder: &Path) -> Arc<ProjectStore> {
    ProjectStore::open(&folder.join("project.db"), &Options::default()).unwrap()
}

#[tokio::test]
async fn what_says_something_new_is_a_revision_and_what_does_not_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let first = vec![deployment(&[CONTACTS]), put_connection(), create("acme")];
    assert_eq!(apply(&store, first).await, Ok(vec![true, true, true]));
    let rows = [
        (deployment(&[CONTACTS]), false),
        (deployment(&[CONTACTS, COMPANIES]), true),
        (deployment(&[CONTACTS, COMPANIES]), false),
        (put_connection(), false),
        (update("acme", None, "0 * * * *"), true),
        (update("acme", None, "0 * * * *"), false),
        (deployment(&[CONTACTS]), true),
        // The same choice on another revision of the integration.
        (update("acme", None, "0 * * * *"), true),
        (Change::DisableInstallation { id: "i-acme".to_owned(), reason: "why".to_owned() }, true),
        (Change::DisableInstallation { id: "i-acme".to_owned(), reason: "why".to_owned() }, false),
    ];
    for (index, (change, changed)) in rows.into_iter().enumerate() {
        assert_eq!(apply(&store, vec![change]).await, Ok(vec![changed]), "row {index}");
    }
    let check = async |store: &ProjectStore| {
        let integration = store.integration("crm").await.unwrap().unwrap();
        let numbers: Vec<u32> =
            store.integration_revisions(&integration.id).await.unwrap().iter().map(|one| one.number).collect();
        assert_eq!((numbers, integration.latest.number), (vec![3, 2, 1], 3));
        assert_eq!(integration.latest.content, manifest(&[CONTACTS]).integrations[0], "what was deployed comes back");
        let installation = store.installation("i-acme").await.unwrap().unwrap();
        let history = store.config_revisions("i-acme").await.unwrap();
        assert_eq!(history.iter().map(|one| one.number).collect::<Vec<_>>(), [3, 2, 1]);
        assert_eq!((&history[0], installation.group.name.as_str()), (&installation.config, "ACME"));
        assert_ne!(history[0].integration_revision, history[1].integration_revision);
        assert_eq!(installation.disabled_reason.as_deref(), Some("why"));
        assert_eq!(store.revision(&history[1].integration_revision).await.unwrap().unwrap().number, 2);
    };
    check(&store).await;
    // Nothing is closed in order: a crash.
    drop(store);
    check(&open(folder.path())).await;
}

#[tokio::test]
async fn a_list_of_changes_is_applied_as_a_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    apply(&store, vec![deployment(&[CONTACTS]), put_connection(), create("acme")]).await.unwrap();
    let rows: [(Vec<Change>, &str); 8] = [
        (vec![create("beta"), create("acme")], "the group \"acme\" has the installation \"i-acme\" of this integration"),
        (vec![create("beta"), update("gamma", None, "")], "there is no installation \"i-gamma\""),
        (vec![create("beta"), update("acme", Some("older"), "")], "the configuration has changed since"),
        (
            vec![create("beta"), Change::DeleteIntegration { id: stable_id("integration", "crm") }],
            "is installed, for example for",
        ),
        (
            vec![create("beta"), Change::DeleteConnection { id: stable_id("connection", "hs") }],
            "comes from ampline.toml: edit that file",
        ),
        (vec![create("beta"), Change::DeleteConnection { id: "x".to_owned() }], "there is no connection \"x\""),
        (
            vec![create("beta"), Change::DeleteInstallation { id: "i-acme".to_owned(), expected_revision: Some("x".to_owned()) }],
            "the configuration has changed since",
        ),
        (
            vec![
                create("beta"),
                Change::CreateInstallation(Box::new(InstallationDraft {
                    connection_id: "x".to_owned(),
                    ..draft("delta", json!({}))
                })),
            ],
            "FOREIGN KEY constraint failed",
        ),
    ];
    for (changes, expected) in rows {
        let fault = apply(&store, changes).await.unwrap_err();
        assert!(fault.contains(expected), "{fault}");
        let all = store.installations(InstallationFilter::default(), "", 10).await.unwrap();
        assert_eq!(all.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["i-acme"], "{expected}");
    }
    apply(&store, vec![Change::DeleteInstallation { id: "i-acme".to_owned(), expected_revision: None }]).await.unwrap();
    assert!(store.connection("hs").await.unwrap().is_some(), "a file's connection stays");
    assert!(store.config_revisions("i-acme").await.unwrap().is_empty());
}

/// Many who build on the same revision: one of them is heard, and no change is lost without a word.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_writers_on_one_revision_only_one_is_heard() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    apply(&store, vec![deployment(&[CONTACTS]), put_connection(), create("acme")]).await.unwrap();
    for round in 0..10u32 {
        let before = store.installation("i-acme").await.unwrap().unwrap().config;
        let writers = (0..8).map(|writer| {
            let (store, expected) = (store.clone(), before.id.clone());
            tokio::spawn(
                async move { apply(&store, vec![update("acme", Some(&expected), &format!("{writer} {round} * * *"))]).await },
            )
        });
        let outcomes = futures_util::future::join_all(writers).await;
        let heard = outcomes.into_iter().filter(|outcome| outcome.as_ref().unwrap().is_ok()).count();
        let after = store.installation("i-acme").await.unwrap().unwrap().config;
        assert_eq!((heard, after.number), (1, before.number + 1));
    }
}

#[tokio::test]
async fn names_are_those_given_last_and_credentials_stay_sealed() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let own = |sealed: Option<&[u8]>, name: Option<&str>| {
        let group = NamedParty { reference: "acme".to_owned(), name: name.map(str::to_owned) };
        Change::PutConnection(Box::new(ConnectionDraft {
            id: "c1".to_owned(),
            name: None,
            group: Some(group),
            origin: Origin::Api,
            sealed: sealed.map(<[u8]>::to_vec),
            ..connection("hs").draft
        }))
    };
    apply(&store, vec![own(Some(b"sealed"), None)]).await.unwrap();
    let name = async || store.connection("c1").await.unwrap().unwrap().group.unwrap().name;
    assert_eq!(name().await, "acme", "the reference until a name is given");
    assert_eq!(apply(&store, vec![own(None, Some("ACME"))]).await, Ok(vec![true]));
    assert_eq!(apply(&store, vec![own(None, None)]).await, Ok(vec![false]));
    assert_eq!(name().await, "ACME");
    assert_eq!(store.sealed("c1").await.unwrap().as_deref(), Some(&b"sealed"[..]));
    let status = |status, reason: Option<&str>| Change::ConnectionStatus {
        id: "c1".to_owned(),
        status,
        reason: reason.map(str::to_owned),
    };
    apply(&store, vec![status(ConnectionStatus::BadCredentials, Some("401"))]).await.unwrap();
    let found = store.connection("c1").await.unwrap().unwrap();
    assert_eq!((found.status.name(), found.status_reason.as_deref()), ("bad_credentials", Some("401")));
    let installed = InstallationDraft { connection_id: "c1".to_owned(), ..draft("acme", json!({})) };
    let id = installed.id.clone();
    apply(&store, vec![deployment(&[CONTACTS]), Change::CreateInstallation(Box::new(installed))]).await.unwrap();
    let fault = apply(&store, vec![Change::DeleteConnection { id: "c1".to_owned() }]).await.unwrap_err();
    assert!(fault.contains("is used by the installation \"i-acme\""), "{fault}");
    apply(&store, vec![Change::DeleteInstallation { id, expected_revision: None }]).await.unwrap();
    assert!(store.connection("c1").await.unwrap().is_none(), "it was for that installation alone");
}

/// What is told of connections, where somebody hears of it. Oracle: the names of the contract's notifications.
#[tokio::test]
async fn what_becomes_of_connections_is_written_down_with_it() {
    use ampline_core::message::NotificationType as Kind;

    use crate::clock::Clock;

    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let put = |news| {
        let draft = ConnectionDraft {
            id: "c1".to_owned(),
            name: None,
            origin: Origin::Api,
            sealed: Some(vec![1]),
            news,
            ..connection("hs").draft
        };
        Change::PutConnection(Box::new(draft))
    };
    let status = |status, reason: &str| Change::ConnectionStatus { id: "c1".to_owned(), status, reason: Some(reason.to_owned()) };
    let told = async || {
        let waiting = store.notifications(99).await.unwrap();
        store.remove_notifications(waiting.iter().map(|one| one.row).collect()).await.unwrap();
        waiting
            .into_iter()
            .map(|one| one.notification.unwrap())
            .map(|one| (one.kind.as_str(), one.data["connectionId"].clone()))
            .collect::<Vec<_>>()
    };
    apply(&store, vec![put(CredentialNews::Replaced)]).await.unwrap();
    assert_eq!(told().await, [], "nobody hears of anything");
    apply(&store, vec![Change::DeleteConnection { id: "c1".to_owned() }]).await.unwrap();
    let all = Kind::ALL.into_iter().map(|kind| (kind, vec!["d1".to_owned()])).collect();
    store.declare_routes("ampline.toml".to_owned(), all, SystemClock.now()).await.unwrap();
    assert_eq!(store.heard_by(Kind::ConnectionError).await.unwrap(), ["d1"]);

    let bad = || status(ConnectionStatus::BadCredentials, "refused");
    let rows: [(Change, &[&str]); 9] = [
        (put(CredentialNews::Same), &["connection.created"]),
        (put(CredentialNews::Same), &[]),
        (put(CredentialNews::Refreshed), &["connection.refreshed"]),
        (put(CredentialNews::Replaced), &["connection.updated"]),
        (status(ConnectionStatus::Working, ""), &[]),
        (bad(), &["connection.error"]),
        (bad(), &[]),
        (status(ConnectionStatus::BadCredentials, "refused in other words"), &[]),
        (Change::DeleteConnection { id: "c1".to_owned() }, &["connection.deleted"]),
    ];
    for (place, (change, expected)) in rows.into_iter().enumerate() {
        apply(&store, vec![change]).await.unwrap();
        let expected: Vec<_> = expected.iter().map(|kind| (*kind, Value::from("c1"))).collect();
        assert_eq!(told().await, expected, "{place}");
    }
    // A change that is refused is not told.
    apply(&store, vec![put(CredentialNews::Same), Change::DeleteConnection { id: "nothing".to_owned() }]).await.unwrap_err();
    assert_eq!(told().await, []);
}
