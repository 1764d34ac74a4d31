//! Ten thousand customers with one object each on a ten-minute schedule, nothing new at any of them: what the runtime costs while it
//! only looks, and how late ticks are. The provider is a process of its own.

use std::{
    collections::HashMap,
    fmt::Write,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    Failure,
    machine::{cpu_time_of, resident_mb},
    reading::HubSpot,
    report::{Report, Target},
};
use crate::runtime::{RuntimeClient, Workplace};

const INSTALLATIONS: usize = 10_000;
const TOKEN: &str = "loopback-token";
/// How long the runtime is watched.
const WATCH: Duration = Duration::from_secs(180);
const PATIENCE: Duration = Duration::from_secs(300);
const CPU_PERCENT_MAX: f64 = 3.0;
const LATE_MS_MAX: f64 = 2_000.0;

const MANIFEST: &str = r#"
specVersion: 1.0.0
integrations:
  - name: crm
    provider: hubspot
    read:
      objects:
        - objectName: contacts
          destination: store
          schedule: "*/10 * * * *"
          requiredFields: [{ fieldName: email }]
"#;

pub(super) async fn measure(report: &mut Report) -> Result<(), Failure> {
    let provider = HubSpot::start(1)?;
    let folder = tempfile::tempdir()?;
    let workplace = Workplace::new(folder.path(), MANIFEST, &settings(&provider.url), &[("TOKEN", TOKEN)])?;
    // The first start compiles the sinks.
    workplace.start()?.terminate()?;
    let began = Instant::now();
    let runtime = workplace.start()?;
    report.scale("schedules", format!("start with {INSTALLATIONS} installations"), began.elapsed().as_secs_f64(), "s");
    let client = &runtime.client;
    all_have_run(client).await?;

    let began = Instant::now();
    let before = operations(&client.get("status").await?)?;
    client.post("reads:run", &json!({})).await?;
    until_renewed(client, &before).await?;
    let rate = INSTALLATIONS as f64 / began.elapsed().as_secs_f64();
    report.scale("schedules", "all of them at the same instant", rate, "reads/s");

    let due = due_times(&client.get("status").await?)?;
    let (cpu, watched) = (cpu_time_of(runtime.pid()), Instant::now());
    tokio::time::sleep(WATCH).await;
    let share = (cpu_time_of(runtime.pid()) - cpu).as_secs_f64() / watched.elapsed().as_secs_f64();
    let mut late_ms = lateness(&client.get("status").await?, &due)?;
    late_ms.sort_by(f64::total_cmp);
    let (Some(worst), count) = (late_ms.last().copied(), late_ms.len()) else { return Err("no tick fell into the watch".into()) };
    report.scale("schedules", "ticks watched", count as f64, "ticks");
    report.judge(
        "schedules",
        "processor time while nothing is new",
        share * 100.0,
        "% of a core",
        Target::AtMost(CPU_PERCENT_MAX),
    );
    report.scale("schedules", "lateness of ticks, 99th percentile", late_ms[count * 99 / 100], "ms");
    report.judge("schedules", "lateness of ticks, worst", worst, "ms", Target::AtMost(LATE_MS_MAX));
    report.scale("schedules", "memory", resident_mb(runtime.pid()), "MB");
    runtime.terminate()?;
    Ok(())
}

fn settings(url: &str) -> String {
    let mut text =
        "[project]\nid = \"bench\"\n[runtime]\nspread_s = 600\n[destinations.store]\ntype = \"api\"\nendpoint = \"contacts\"\n"
            .to_owned();
    for number in 0..INSTALLATIONS {
        // Writing to a string does not fail.
        let _ = write!(
            text,
            "[connections.c{number}]\nprovider = \"hubspot\"\nbase_url = \"{url}\"\naccess_token = {{ env = \"TOKEN\" }}\n\
             [[installations]]\nintegration = \"crm\"\nconnection = \"c{number}\"\ngroup_ref = \"g{number}\"\n"
        );
    }
    text
}

/// The latest operation of each installation, and whether it has ended.
fn operations(status: &Value) -> Result<HashMap<String, (String, bool)>, Failure> {
    let reads = status["reads"].as_array().ok_or("the status lists no reads")?;
    let of = |read: &Value| {
        let operation = &read["operation"];
        let id = operation["id"].as_str().unwrap_or_default().to_owned();
        (read["installationId"].as_str().unwrap_or_default().to_owned(), (id, operation["status"] == "success"))
    };
    Ok(reads.iter().map(of).collect())
}

async fn until(client: &RuntimeClient, so: impl Fn(&Value) -> Result<bool, Failure>) -> Result<(), Failure> {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if so(&client.get("status").await?)? {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Err("the reads did not come to an end in time".into())
}

async fn all_have_run(client: &RuntimeClient) -> Result<(), Failure> {
    until(client, |status| {
        let all = operations(status)?;
        Ok(all.len() == INSTALLATIONS && all.values().all(|(_, done)| *done))
    })
    .await
}

async fn until_renewed(client: &RuntimeClient, before: &HashMap<String, (String, bool)>) -> Result<(), Failure> {
    until(client, |status| {
        let now = operations(status)?;
        Ok(now.iter().all(|(id, (operation, done))| *done && before.get(id).is_none_or(|(old, _)| old != operation)))
    })
    .await
}

/// When each installation is due.
fn due_times(status: &Value) -> Result<HashMap<String, Timestamp>, Failure> {
    let reads = status["reads"].as_array().ok_or("the status lists no reads")?;
    let due = |read: &Value| Some((read["installationId"].as_str()?.to_owned(), read["nextRunAt"].as_str()?.parse().ok()?));
    Ok(reads.iter().filter_map(due).collect())
}

/// How late the operations began that fell due since, in milliseconds.
fn lateness(status: &Value, due: &HashMap<String, Timestamp>) -> Result<Vec<f64>, Failure> {
    let reads = status["reads"].as_array().ok_or("the status lists no reads")?;
    let late = |read: &Value| {
        let due = *due.get(read["installationId"].as_str()?)?;
        let began: Timestamp = read["operation"]["createTime"].as_str()?.parse().ok()?;
        (began >= due).then(|| began.duration_since(due).as_secs_f64() * 1e3)
    };
    Ok(reads.iter().filter_map(late).collect())
}
