//! The demo's story. Each scene ends when what it shows is seen to have happened, not after a time.

mod stage;
mod view;

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use self::{stage::Stage, view::View};

/// Contacts that exist at the start.
pub(crate) const CONTACTS: u64 = 3_000;
/// Companies that exist at the start.
pub(crate) const COMPANIES: u64 = 800;
/// Contacts that change in the second scene.
const CHANGED: u64 = 40;
/// Contacts that change while the receiver is down.
const CHANGED_IN_OUTAGE: u64 = 5;
/// The longest that a scene may take.
const SCENE_MAX: Duration = Duration::from_secs(90);
/// How often the runtime is asked how it stands.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Plays the demo.
///
/// # Errors
/// When something cannot be started, or does not happen in time.
pub fn run(keep: bool) -> Result<(), String> {
    let tokio = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| error.to_string())?;
    tokio.block_on(play(keep))
}

async fn play(keep: bool) -> Result<(), String> {
    let began = Instant::now();
    let view = View::new();
    let stage = Stage::start(&view)?;
    backfill(&stage, &view).await?;
    incremental(&stage, &view).await?;
    outage(&stage, &view).await?;
    summary(&stage, &view, began).await?;
    if keep {
        view.say(&format!("everything goes on running; Ctrl-C ends it\n{}", stage.addresses()));
        tokio::signal::ctrl_c().await.map_err(|error| error.to_string())?;
    }
    stage.stop()
}

/// Waits until `done` says so of the runtime's status.
async fn until(stage: &Stage, what: &str, mut done: impl FnMut(&Value) -> bool) -> Result<(), String> {
    let deadline = Instant::now() + SCENE_MAX;
    loop {
        let status = stage.client().get("status").await?;
        if done(&status) {
            return Ok(());
        }
        if Instant::now() > deadline {
            return Err(format!("{what} did not happen within {} s; the runtime says {status:#}", SCENE_MAX.as_secs()));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

fn read<'a>(status: &'a Value, object: &str) -> &'a Value {
    let reads = status["reads"].as_array().map_or(&[][..], Vec::as_slice);
    reads.iter().find(|read| read["objectName"] == object).map_or(&Value::Null, |read| &read["operation"])
}

fn destination<'a>(status: &'a Value, name: &str) -> &'a Value {
    let all = status["destinations"].as_array().map_or(&[][..], Vec::as_slice);
    all.iter().find(|one| one["name"] == name).unwrap_or(&Value::Null)
}

fn is_settled(status: &Value) -> bool {
    let all = status["destinations"].as_array().map_or(&[][..], Vec::as_slice);
    all.iter().all(|one| one["pending"] == 0)
}

async fn backfill(stage: &Stage, view: &View) -> Result<(), String> {
    view.scene("1. backfill", "the customer installs the integration: everything there is gets read, page by page");
    let bars = [("contacts", "→ webhook", CONTACTS), ("companies", "→ hosted store", COMPANIES)];
    let bars = bars.map(|(object, to, total)| (object, view.bar(object, to, total)));
    until(stage, "the backfill", |status| {
        for (object, bar) in &bars {
            bar.set(read(status, object)["recordsProcessed"].as_u64().unwrap_or(0));
        }
        let read_all = bars.iter().all(|(object, _)| read(status, object)["status"] == "success");
        read_all && is_settled(status)
    })
    .await?;
    drop(bars);
    let (messages, records) = (stage.receiver_messages(), stage.receiver_records());
    view.done(&format!("{CONTACTS} contacts read; the receiver has {records} of them in {messages} signed messages"));
    let page = stage.client().hosted("companies/groups/acme?pageSize=1").await?;
    view.done(&format!("{COMPANIES} companies read; the hosted store answers, for example: {}", brief(&page["results"][0])));
    if records != CONTACTS {
        return Err(format!("{records} of {CONTACTS} contacts arrived"));
    }
    Ok(())
}

/// Enough of a JSON value to see what it is.
fn brief(value: &Value) -> String {
    let text = value.to_string();
    let cut: String = text.chars().take(110).collect();
    if cut.len() < text.len() { format!("{cut}…") } else { cut }
}

/// Pulls the next tick of the contacts forward (the schedule says every ten minutes).
async fn read_now(stage: &Stage) -> Result<(), String> {
    stage.client().post("reads:run", &json!({ "objectName": "contacts" })).await.map(drop)
}

async fn incremental(stage: &Stage, view: &View) -> Result<(), String> {
    view.scene(
        "2. incremental read",
        &format!("{CHANGED} contacts change at HubSpot; the next tick, pulled forward, reads those alone"),
    );
    let before = stage.receiver_messages();
    stage.change_contacts(CHANGED)?;
    read_now(stage).await?;
    until(stage, "the incremental read", |status| stage.receiver_messages() > before && is_settled(status)).await?;
    let status = stage.client().get("status").await?;
    let records = read(&status, "contacts")["recordsProcessed"].as_u64().unwrap_or(0);
    view.done(&format!("{records} records read, delivered in {} message(s)", stage.receiver_messages() - before));
    if records != CHANGED {
        return Err(format!("{records} records were read where {CHANGED} changed"));
    }
    Ok(())
}

async fn outage(stage: &Stage, view: &View) -> Result<(), String> {
    view.scene("3. outage", "the receiver answers 503 while contacts change; nothing is lost, the message is tried again");
    let before = stage.receiver_messages();
    stage.receiver_down(true).await;
    stage.change_contacts(CHANGED_IN_OUTAGE)?;
    read_now(stage).await?;
    let filter = "deliveries?destination=contacts&status=pending";
    let mut waiting = Value::Null;
    let deadline = Instant::now() + SCENE_MAX;
    while waiting["attempts"].as_u64().unwrap_or(0) == 0 {
        if Instant::now() > deadline {
            return Err("the failed attempt was not seen in time".into());
        }
        tokio::time::sleep(LOOK_EVERY).await;
        waiting = stage.client().get(filter).await?["results"][0].take();
    }
    let (reason, next) = (waiting["reason"].as_str().unwrap_or(""), waiting["nextAttemptAt"].as_str().unwrap_or(""));
    view.done(&format!("attempt 1 failed ({}); the next is due at {next}", reason.lines().next().unwrap_or("")));
    stage.receiver_down(false).await;
    view.done("the receiver is back");
    until(stage, "the retry", |status| stage.receiver_messages() > before && is_settled(status)).await?;
    let delivery = stage.client().get(&format!("deliveries/{}", waiting["id"])).await?;
    let attempts = delivery["attemptLog"].as_array().map_or(0, Vec::len);
    view.done(&format!("delivered at attempt {attempts}, with the same message id"));
    Ok(())
}

async fn summary(stage: &Stage, view: &View, began: Instant) -> Result<(), String> {
    let status = stage.client().get("status").await?;
    view.scene("summary", &format!("{:.1} s, all on loopback", began.elapsed().as_secs_f64()));
    for name in ["contacts", "companies"] {
        let one = destination(&status, name);
        view.done(&format!("{name:<10} {} delivered, {} pending, {} dead", one["delivered"], one["pending"], one["dead"]));
    }
    let unsigned = stage.receiver_bad_signatures();
    view.done(&format!("signatures {} verified by the receiver, {unsigned} bad", stage.receiver_messages()));
    view.say(stage::NEXT);
    if unsigned > 0 { Err(format!("{unsigned} messages had a bad signature")) } else { Ok(()) }
}
