//! From starting the binary to the first request at the receiver, with sinks compiled before.

use std::time::{Duration, Instant};

use super::{
    Failure,
    report::{Report, Target},
};
use crate::{
    hubspot::Options,
    world::{World, contacts},
};

const ROUNDS: usize = 7;
const PATIENCE: Duration = Duration::from_secs(30);

const DESTINATIONS: &str = r#"
[destinations.hook]
type = "webhook"
url = "{receiver}/hook"
signing_key = { env = "SIGNING_KEY" }
"#;

pub(super) async fn measure(report: &mut Report) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let World { emulator: _emulator, receiver, workplace } =
        World::new(folder.path(), Options::default(), &contacts("hook", "*/10 * * * *"), DESTINATIONS)?;
    // The first start compiles the sinks.
    workplace.start()?.terminate()?;
    let mut times_ms = Vec::new();
    for _ in 0..ROUNDS {
        // A new store reads everything again: the first delivery includes the first page of the provider.
        for file in ["journal.db", "journal.db-wal", "journal.db-shm"] {
            // Some of them are not there after an orderly end.
            let _ = std::fs::remove_file(workplace.data_dir().join(file));
        }
        receiver.forget();
        let began = Instant::now();
        let runtime = workplace.start()?;
        receiver.wait_until(PATIENCE, |seen| seen.counts.requests > 0).await?;
        times_ms.push(began.elapsed().as_secs_f64() * 1e3);
        runtime.terminate()?;
    }
    times_ms.sort_by(f64::total_cmp);
    report.judge("startup", "exec to first delivery, warm cache, median", times_ms[ROUNDS / 2], "ms", Target::AtMost(500.0));
    Ok(())
}
