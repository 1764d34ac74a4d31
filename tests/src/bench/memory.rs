//! Memory of the real binary: idle, and with a million envelopes queued for a destination that does not answer.

use std::{fs, time::Duration};

use ampline::journal::{Journal, sqlite::Synchronous};

use super::{
    Failure,
    envelopes::{Store, envelope},
    machine::resident_mb,
    report::{Report, Target},
};
use crate::runtime::Workplace;

const QUEUED: u64 = 1_000_000;
const QUEUED_BODY_BYTES: usize = 400;
const COMMIT_ENVELOPES: u64 = 1_000;
/// How long the binary is left to itself before it is looked at.
const SETTLE: Duration = Duration::from_secs(5);

const MANIFEST: &str = "specVersion: 1.0.0\nintegrations:\n  - name: crm\n    provider: hubspot\n    proxy: { enabled: true }\n";

pub(super) async fn measure(report: &mut Report) -> Result<(), Failure> {
    let idle = {
        let folder = tempfile::tempdir()?;
        resident(&Workplace::new(folder.path(), MANIFEST, "", &[])?).await?
    };
    report.judge("memory", "idle", idle, "MB", Target::AtMost(60.0));
    // A port that nobody listens on: every attempt fails, and the breaker leaves the backlog alone.
    let settings = "[destinations.hook]\ntype = \"webhook\"\nurl = \"http://127.0.0.1:9/hook\"\n";
    let folder = tempfile::tempdir()?;
    let workplace = Workplace::new(folder.path(), MANIFEST, settings, &[])?;
    fs::create_dir_all(workplace.data_dir())?;
    let store = Store::at(&workplace.data_dir().join("journal.db"), Synchronous::Normal, 1).await?;
    for first in (0..QUEUED).step_by(COMMIT_ENVELOPES as usize) {
        store
            .commit(0, (first..first + COMMIT_ENVELOPES).map(|number| envelope("hook", number, QUEUED_BODY_BYTES)).collect())
            .await?;
    }
    store.journal.close().await?;
    report.judge("memory", "1,000,000 envelopes queued", resident(&workplace).await?, "MB", Target::AtMost(150.0));
    Ok(())
}

async fn resident(workplace: &Workplace) -> Result<f64, Failure> {
    // The first start compiles the sinks; its memory is that of the compiler's child.
    workplace.start()?.terminate()?;
    let runtime = workplace.start()?;
    tokio::time::sleep(SETTLE).await;
    let resident = resident_mb(runtime.pid());
    runtime.terminate()?;
    Ok(resident)
}
