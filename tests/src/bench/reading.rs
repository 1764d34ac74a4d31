//! A million records from the emulator through the journal into the hosted store and into Postgres, beside a dlt pipeline that
//! brings the same records into the same Postgres. Emulator and Postgres are processes of their own, so that each side's processor time is its own.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::{
    Failure,
    machine::{cpu_time_of, peak_mb},
    report::{Report, Target},
};
use crate::{
    python::Venv,
    runtime::{RuntimeClient, Workplace, built},
    services::postgres::{Postgres, Tls},
};

const RECORDS: u64 = 1_000_000;
const TOKEN: &str = "loopback-token";
/// How long a million records may take.
const PATIENCE: Duration = Duration::from_secs(1_200);
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// The least that ours must read for each second of processor time, as a multiple of dlt's.
const TIMES_DLT: f64 = 10.0;
const PEAK_MB: f64 = 150.0;

/// Days of backfill make searches, in pages of 200; a whole history would be listed in pages of 100.
const MANIFEST: &str = r#"
specVersion: 1.0.0
integrations:
  - name: crm
    provider: hubspot
    read:
      objects:
        - objectName: contacts
          destination: mirror
          backfill: { defaultPeriod: { days: 3650 } }
          requiredFields:
            - { fieldName: email }
            - { fieldName: firstname }
            - { fieldName: lastname }
            - { fieldName: jobtitle }
            - { fieldName: city }
"#;

pub(super) async fn measure(report: &mut Report) -> Result<(), Failure> {
    let emulator = HubSpot::start(RECORDS)?;
    let server = Postgres::start(&Tls::Off)?;
    let database = server.url("127.0.0.1", "sslmode=disable");
    let hosted = "[destinations.mirror]\ntype = \"api\"\nendpoint = \"contacts\"\n".to_owned();
    let table =
        "[postgres]\nurl = { env = \"DATABASE_URL\" }\n[destinations.mirror]\ntype = \"postgres\"\ntableName = \"Contacts\"\n";
    let store = read_all(&emulator, &hosted, &database).await?;
    tell(report, "into the hosted store", &store);
    let postgres = read_all(&emulator, table, &database).await?;
    tell(report, "into Postgres", &postgres);
    let dlt = dlt(&emulator, &database)?;
    report.scale("reading", "dlt into Postgres", dlt.records / dlt.wall_s, "records/s");
    report.scale("reading", "… for each second of processor time", dlt.per_cpu_s(), "records/s");
    report.scale("reading", "… peak memory", dlt.peak_mb, "MB");
    let times = postgres.per_cpu_s() / dlt.per_cpu_s();
    report.judge("reading", "records per processor second, as a multiple of dlt's", times, "ratio", Target::AtLeast(TIMES_DLT));
    Ok(())
}

fn tell(report: &mut Report, way: &str, cost: &Cost) {
    report.scale("reading", format!("{RECORDS} records {way}"), cost.records / cost.wall_s, "records/s");
    report.scale("reading", "… for each second of processor time", cost.per_cpu_s(), "records/s");
    report.judge("reading", "… peak memory", cost.peak_mb, "MB", Target::AtMost(PEAK_MB));
}

/// What it took to bring records over.
struct Cost {
    records: f64,
    wall_s: f64,
    cpu_s: f64,
    peak_mb: f64,
}

impl Cost {
    fn per_cpu_s(&self) -> f64 {
        self.records / self.cpu_s
    }
}

/// The emulator as a process.
pub(super) struct HubSpot {
    child: Child,
    pub(super) url: String,
}

impl HubSpot {
    pub(super) fn start(contacts: u64) -> Result<Self, Failure> {
        let mut command = Command::new(built("hubspot-emulator"));
        command.args(["--contacts", &contacts.to_string(), "--companies", "0", "--token", TOKEN]);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        if let Some(output) = child.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        let mut emulator = Self { child, url: String::new() };
        let ready: Value = serde_json::from_str(&line)?;
        emulator.url = ready["url"].as_str().ok_or("the emulator did not say where it listens")?.to_owned();
        Ok(emulator)
    }
}

impl Drop for HubSpot {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// From the start of the binary until every record has arrived.
async fn read_all(emulator: &HubSpot, destination: &str, database: &str) -> Result<Cost, Failure> {
    let folder = tempfile::tempdir()?;
    let settings = format!(
        "{destination}\n[network]\nallow = [\"127.0.0.0/8\"]\n[connections.acme]\nprovider = \"hubspot\"\nbase_url = \"{}\"\n\
         rate_limit = {{ requests = 1000000, per_s = 1 }}\naccess_token = {{ env = \"HUBSPOT_TOKEN\" }}\n[[installations]]\nintegration = \"crm\"\nconnection = \"acme\"\ngroup_ref = \"acme\"\n",
        emulator.url
    );
    let environment = [("HUBSPOT_TOKEN", TOKEN), ("DATABASE_URL", database)];
    let workplace = Workplace::new(folder.path(), MANIFEST, &settings, &environment)?;
    warm(&folder.path().join("warm"))?;
    std::fs::create_dir_all(workplace.data_dir())?;
    std::fs::rename(folder.path().join("warm/data/sinks"), workplace.data_dir().join("sinks"))?;
    let began = Instant::now();
    let runtime = workplace.start()?;
    until_arrived(&runtime.client, began).await?;
    let wall_s = began.elapsed().as_secs_f64();
    let cost = Cost {
        records: RECORDS as f64,
        wall_s,
        cpu_s: cpu_time_of(runtime.pid()).as_secs_f64(),
        peak_mb: peak_mb(runtime.pid()),
    };
    runtime.terminate()?;
    Ok(cost)
}

/// Compiles the sinks, which a first start does once.
fn warm(folder: &Path) -> Result<(), Failure> {
    let manifest = "specVersion: 1.0.0\nintegrations:\n  - { name: crm, provider: hubspot, proxy: { enabled: true } }\n";
    Workplace::new(folder, manifest, "", &[])?.start()?.terminate()?;
    Ok(())
}

async fn until_arrived(client: &RuntimeClient, began: Instant) -> Result<(), Failure> {
    while began.elapsed() < PATIENCE {
        let status = client.get("status").await?;
        let operation = &status["reads"][0]["operation"];
        let mirror = &status["destinations"][0];
        if operation["status"] == "failure" || mirror["dead"].as_u64() > Some(0) || !mirror["disabledReason"].is_null() {
            return Err(format!("the read or a delivery failed: {status}").into());
        }
        if operation["status"] == "success" && mirror["pending"] == 0 {
            let read = operation["recordsProcessed"].as_u64();
            return if read == Some(RECORDS) { Ok(()) } else { Err(format!("{read:?} records were read").into()) };
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Err("the records did not arrive in time".into())
}

fn dlt(emulator: &HubSpot, database: &str) -> Result<Cost, Failure> {
    let folder = tempfile::tempdir()?;
    let asked = json!({"base_url": emulator.url, "token": TOKEN, "database": database, "folder": folder.path()});
    let said = Venv::of("requirements-dlt.txt")?.run("dlt_pipeline.py", asked.to_string().as_bytes())?;
    let said: Value = serde_json::from_slice(&said)?;
    let number = |name: &str| said[name].as_f64().ok_or_else(|| format!("dlt did not say its {name}"));
    if said["records"].as_u64() != Some(RECORDS) {
        return Err(format!("dlt brought {} records", said["records"]).into());
    }
    Ok(Cost { records: number("records")?, wall_s: number("wall_s")?, cpu_s: number("cpu_s")?, peak_mb: number("peak_mb")? })
}
