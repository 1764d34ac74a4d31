//! `ampline topics`: which notifications go to which destinations, by way of topics.

use clap::{Args, Subcommand};
use http::Method;
use serde_json::{Value, json};

use super::{Failure, Target, client::Client, output, table};
use crate::percent::encoded;

/// What leads to a topic.
const FROM_EVENTS: &str = "notification-event-topic-routes";
/// What leads from a topic.
const TO_DESTINATIONS: &str = "topic-destination-routes";

/// Flags of `ampline topics`.
#[derive(Debug, Args)]
pub(super) struct TopicsArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the topics, what comes to each of them, and who hears of it.
    List {
        #[command(flatten)]
        target: Target,
    },
    /// Make a topic.
    Create {
        /// Letters, digits, dots, dashes and underscores.
        name: String,
        #[command(flatten)]
        target: Target,
    },
    /// Let notifications of a type come to a topic, and destinations hear of it.
    Route {
        /// The topic's name or id.
        topic: String,
        /// A type of notification, such as `connection.error` or `read.backfill.done`; may be repeated.
        #[arg(long = "event", value_name = "TYPE")]
        events: Vec<String>,
        /// A destination's name or id; may be repeated.
        #[arg(long = "to", value_name = "DESTINATION")]
        destinations: Vec<String>,
        #[command(flatten)]
        target: Target,
    },
    /// Take routes of a topic away again.
    Unroute {
        /// The topic's name or id.
        topic: String,
        /// A type of notification that came to it; may be repeated.
        #[arg(long = "event", value_name = "TYPE")]
        events: Vec<String>,
        /// The name or id of a destination that heard of it; may be repeated.
        #[arg(long = "to", value_name = "DESTINATION")]
        destinations: Vec<String>,
        #[command(flatten)]
        target: Target,
    },
    /// Delete a topic with its routes.
    Delete {
        /// Its name or id.
        topic: String,
        #[command(flatten)]
        target: Target,
    },
}

pub(super) async fn run(args: TopicsArgs) -> Result<(), Failure> {
    match args.action {
        Action::List { target } => {
            let client = Client::connect(&target).await?;
            let value = routed(&client).await?;
            client.close().await?;
            output::show(target.format, &value, text)
        }
        Action::Create { name, target } => {
            let client = Client::connect(&target).await?;
            let value = client.post("topics", Some(json!({ "name": name }))).await?;
            client.close().await?;
            output::show(target.format, &value, |value| cell(&value["id"]))
        }
        Action::Route { topic, events, destinations, target } => {
            some(&events, &destinations)?;
            let client = Client::connect(&target).await?;
            for event in &events {
                client.post(FROM_EVENTS, Some(json!({ "eventType": event, "topicId": topic }))).await?;
            }
            for destination in &destinations {
                client.post(TO_DESTINATIONS, Some(json!({ "destinationId": destination, "topicId": topic }))).await?;
            }
            client.close().await
        }
        Action::Unroute { topic, events, destinations, target } => {
            some(&events, &destinations)?;
            let client = Client::connect(&target).await?;
            unroute(&client, &topic, &events, &destinations).await?;
            client.close().await
        }
        Action::Delete { topic, target } => {
            let client = Client::connect(&target).await?;
            client.send(Method::DELETE, &format!("topics/{}", encoded(&topic)), None, None).await?;
            client.close().await
        }
    }
}

fn some(events: &[String], destinations: &[String]) -> Result<(), Failure> {
    let none = events.is_empty() && destinations.is_empty();
    if none { Err(Failure::unable("say which: --event TYPE, --to DESTINATION, or both")) } else { Ok(()) }
}

/// Every topic with the names of what leads to it and from it.
async fn routed(client: &Client) -> Result<Value, Failure> {
    let [mut topics, events, routes] = all(client).await?;
    let destinations = client.get("destinations", &[]).await?;
    for topic in topics.as_array_mut().into_iter().flatten() {
        let id = topic["id"].clone();
        topic["events"] = events_of(&events, &id).map(|route| route["eventType"].clone()).collect();
        topic["destinations"] = events_of(&routes, &id).map(|route| named(&destinations, &route["destinationId"])).collect();
    }
    Ok(topics)
}

async fn all(client: &Client) -> Result<[Value; 3], Failure> {
    Ok([client.get("topics", &[]).await?, client.get(FROM_EVENTS, &[]).await?, client.get(TO_DESTINATIONS, &[]).await?])
}

fn events_of<'v>(routes: &'v Value, topic: &Value) -> impl Iterator<Item = &'v Value> {
    routes.as_array().into_iter().flatten().filter(move |route| route["topicId"] == *topic)
}

/// A destination's name; its id where none has it.
fn named(destinations: &Value, id: &Value) -> Value {
    let found = destinations.as_array().into_iter().flatten().find(|one| one["id"] == *id || one["name"] == *id);
    found.map_or_else(|| id.clone(), |one| one["name"].clone())
}

async fn unroute(client: &Client, topic: &str, events: &[String], to: &[String]) -> Result<(), Failure> {
    let [topics, from_events, to_destinations] = all(client).await?;
    let destinations = client.get("destinations", &[]).await?;
    let found = topics.as_array().into_iter().flatten().find(|one| one["id"] == topic || one["name"] == topic);
    let id =
        &found.ok_or_else(|| Failure::refused(format!("there is no topic {topic:?}; `ampline topics list` shows them")))?["id"];
    let mut leaving = Vec::new();
    for event in events {
        let route = events_of(&from_events, id).find(|route| route["eventType"] == event.as_str());
        leaving.push((FROM_EVENTS, route.ok_or_else(|| no_route(topic, &format!("notifications {event:?}")))?));
    }
    for destination in to {
        let is_this = |route: &&Value| {
            let at = &route["destinationId"];
            *at == destination.as_str() || named(&destinations, at) == destination.as_str()
        };
        let route = events_of(&to_destinations, id).find(is_this);
        leaving.push((TO_DESTINATIONS, route.ok_or_else(|| no_route(topic, &format!("destination {destination:?}")))?));
    }
    for (kind, route) in leaving {
        client.send(Method::DELETE, &format!("{kind}/{}", encoded(&cell(&route["id"]))), None, None).await?;
    }
    Ok(())
}

fn no_route(topic: &str, what: &str) -> Failure {
    Failure::refused(format!("topic {topic:?} has no route for {what}; `ampline topics list` shows its routes"))
}

fn text(topics: &Value) -> String {
    let joined = |list: &Value| list.as_array().into_iter().flatten().map(cell).collect::<Vec<_>>().join(", ");
    let row = |one: &Value| [cell(&one["name"]), joined(&one["events"]), joined(&one["destinations"]), cell(&one["originFile"])];
    let rows: Vec<[String; 4]> = topics.as_array().into_iter().flatten().map(row).collect();
    table::text(["topic", "notifications", "destinations", "declared in"], &rows, "no topics yet")
}

fn cell(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
