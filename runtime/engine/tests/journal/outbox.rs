//! Notifications and seen schemas: J10 and J11.

use ampline::journal::{OperationStatus, Pause, Standing, Waiting};
use ampline_core::{
    message::{Notification, NotificationType},
    plan::ReadKey,
};
use uuid::Uuid;

use crate::{fixture::*, reads::end};

fn told(number: u128) -> Notification {
    let data = serde_json::json!({ "groupRef": "g", "error": "ä \"quoted\" 1.50" });
    Notification {
        id: Uuid::from_u128(number),
        kind: NotificationType::ReadSchedulePaused,
        at: at(1),
        data: data.as_object().cloned().unwrap(),
    }
}

fn told_of(waiting: &[Waiting]) -> Vec<Notification> {
    waiting.iter().map(|one| one.notification.clone().unwrap()).collect()
}

pub(crate) async fn j10_a_notification_is_durable_as_what_it_tells_of_is(store: &impl Store) {
    let journal = store.open();
    let stale = begin(&*journal, "contacts", 0).await.unwrap();
    let owner = begin(&*journal, "contacts", 60).await.unwrap();
    let tells = |number, now| ampline::journal::OperationEnd {
        notifications: vec![told(number)],
        ..end(OperationStatus::Failure, None, now)
    };
    journal.finish(&stale, tells(1, 61)).await.unwrap_err();
    assert_eq!(journal.notifications(9).await.unwrap(), [], "what did not happen is not told");
    journal.finish(&owner, tells(2, 62)).await.unwrap();
    journal.wait_for_notifications().await;
    drop(journal);

    let journal = store.open();
    // What an earlier process left is told first.
    journal.wait_for_notifications().await;
    let waiting = journal.notifications(9).await.unwrap();
    assert_eq!(told_of(&waiting), [told(2)]);
    let rows: Vec<i64> = waiting.iter().map(|one| one.row).collect();
    journal.settle_notifications(rows.clone(), vec![envelope(1, "a", 70)], at(70)).await.unwrap();
    journal.settle_notifications(rows, vec![envelope(1, "a", 71)], at(71)).await.unwrap();
    assert_eq!(journal.notifications(9).await.unwrap(), []);
    assert_eq!(ids(&claim(&*journal, "a", 9, 72).await), events([1]), "told once");
}

pub(crate) async fn a_destination_that_is_stopped_is_told_of_once(store: &impl Store) {
    let journal = store.open();
    journal.stop_destination("a", "410 Gone".to_owned(), at(1)).await.unwrap();
    journal.stop_destination("a", "410 Gone, again".to_owned(), at(2)).await.unwrap();
    let [stopped] = &told_of(&journal.notifications(9).await.unwrap())[..] else { panic!("one is told") };
    assert_eq!((stopped.kind, stopped.at), (NotificationType::DestinationWebhookDisabled, at(1)));
    assert_eq!((&stopped.data["destinationName"], &stopped.data["error"]), (&"a".into(), &"410 Gone".into()));
    assert_eq!(journal.destinations().await.unwrap()[0].disabled_reason.as_deref(), Some("410 Gone"));
    // What a person does needs no telling.
    journal.set_destination("b", Some("stopped by an operator".to_owned())).await.unwrap();
    assert_eq!(journal.notifications(9).await.unwrap().len(), 1);
}

pub(crate) async fn j11_a_seen_schema_moves_with_its_message(store: &impl Store) {
    let journal = store.open();
    let key = ReadKey { installation_id: "i".to_owned(), object_name: "contacts".to_owned() };
    assert_eq!(journal.seen_schema(&key).await.unwrap(), None);
    journal.saw_schema(key.clone(), "[1]".to_owned(), Vec::new(), at(1)).await.unwrap();
    journal.saw_schema(key.clone(), "[2]".to_owned(), vec![envelope(1, "a", 2)], at(2)).await.unwrap();
    drop(journal);

    let journal = store.open();
    let seen = journal.seen_schema(&key).await.unwrap().unwrap();
    assert_eq!((seen.fields.as_str(), seen.at), ("[2]", at(2)));
    assert_eq!(ids(&claim(&*journal, "a", 9, 3).await), events([1]));
}

pub(crate) async fn how_installations_stand_is_known(store: &impl Store) {
    let journal = store.open();
    let installation = begin(&*journal, "contacts", 0).await.unwrap();
    let id = installation.key.installation_id.clone();
    let standing = |last_operation, paused: &[(&str, &str)]| Standing {
        last_operation,
        paused: paused.iter().map(|(object, reason)| ((*object).to_owned(), (*reason).to_owned())).collect(),
    };
    let stands = async || journal.standings(vec![id.clone(), "nobody".to_owned()]).await.unwrap();
    assert_eq!(stands().await, [standing(Some(OperationStatus::InProgress), &[]), Standing::default()]);
    let pause = Pause { at: at(1), reason: "again and again".to_owned(), automatic: true };
    let paused = ampline::journal::OperationEnd { pause: Some(pause), ..end(OperationStatus::Failure, None, 1) };
    journal.finish(&installation, paused).await.unwrap();
    let expected = standing(Some(OperationStatus::Failure), &[("contacts", "again and again")]);
    assert_eq!(stands().await[0], expected);
    let other = begin(&*journal, "companies", 2).await.unwrap();
    journal.finish(&other, end(OperationStatus::Success, None, 3)).await.unwrap();
    let by_hand = Pause { at: at(4), reason: "by hand".to_owned(), automatic: false };
    journal.pause(std::slice::from_ref(&other.key), Some(by_hand)).await.unwrap();
    let expected = standing(Some(OperationStatus::Success), &[("contacts", "again and again")]);
    assert_eq!(stands().await[0], expected, "a pause by hand is no fault");
}
