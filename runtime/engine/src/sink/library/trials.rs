//! What becomes of versions on trial, and going back by hand.

use std::sync::{Arc, Weak};

use super::{Asked, By, InstalledSink, LibraryError, SinkLibrary};
use crate::{
    project::{ProjectError, SinkAction, SinkRecord},
    sink::wasm::{SinkInfo, Verdict, WasmSinks},
};

/// Who undoes what a trial shows.
const RUNTIME: &str = "the runtime";
/// How long a verdict waits that could not be written down.
const AGAIN: std::time::Duration = std::time::Duration::from_secs(30);

impl SinkLibrary {
    /// Writes down how trials end, until the library is gone.
    pub(crate) async fn look_after_trials(library: Weak<Self>, sinks: Arc<WasmSinks>) {
        loop {
            // Either somebody tells of a verdict, or one may have waited long enough.
            drop(tokio::time::timeout(AGAIN, sinks.judged()).await);
            let Some(library) = library.upgrade() else { return };
            if let Err(error) = library.end_trials().await {
                tracing::error!(%error, "how a sink's trial ended cannot be written down; it is tried again");
            }
        }
    }

    async fn end_trials(&self) -> Result<(), ProjectError> {
        let _turn = self.changing.lock().await;
        for (name, digest, verdict) in self.sinks.verdicts() {
            let record = self.store.sinks().await?.into_iter().find(|one| one.name == name && one.digest == digest);
            if let Some(record) = record {
                match &verdict {
                    Verdict::Passed => self.trusted(record).await?,
                    Verdict::Failed(reason) => self.undone(record, reason).await?,
                }
            }
            self.sinks.settle(&name, &digest);
            if let Verdict::Failed(_) = verdict {
                self.restart(&name).await?;
            }
            self.prune(&name).await?;
        }
        Ok(())
    }

    async fn trusted(&self, record: SinkRecord) -> Result<(), ProjectError> {
        tracing::info!(event = "sink.trusted", sink = %record.name, version = record.version);
        let event = self.event(&record, SinkAction::Trusted, RUNTIME, None);
        self.store.put_sink(SinkRecord { former: None, ..record }, event).await
    }

    /// The former version serves already; this makes it last.
    async fn undone(&self, record: SinkRecord, reason: &str) -> Result<(), ProjectError> {
        let Some(info) = self.info(&record.name) else { return Ok(()) };
        tracing::error!(
            event = "sink.rolled_back",
            sink = %record.name,
            from = record.version,
            to = info.descriptor.version,
            reason,
            "a new version of a sink failed its trial; the former one serves again"
        );
        let former = self.of_history(&record, &info).await?;
        let event = self.event(&former, SinkAction::RolledBack, RUNTIME, Some(reason.to_owned()));
        self.store.put_sink(former, event).await
    }

    /// The record of a version that served before, as its history has it.
    async fn of_history(&self, record: &SinkRecord, info: &SinkInfo) -> Result<SinkRecord, ProjectError> {
        let events = self.store.sink_events(&record.name).await?;
        let known = events.into_iter().find(|event| event.digest == info.digest);
        let (signature, signed_by) = known.map_or((None, None), |event| (event.signature, event.signed_by));
        Ok(SinkRecord {
            version: info.descriptor.version.clone(),
            digest: info.digest.clone(),
            bytes: info.bytes,
            former: None,
            signature,
            signed_by,
            ..record.clone()
        })
    }

    /// Lets a version serve again that did before: the one of this digest (or its beginning) or version, else the last one.
    pub(crate) async fn rollback(&self, name: &str, to: Option<&str>, by: By) -> Result<InstalledSink, LibraryError> {
        let (digest, signature) = {
            let _turn = self.changing.lock().await;
            self.earlier(name, to).await?
        };
        let bytes = self.files.read(&digest).await.map_err(LibraryError::Conflict)?;
        let asked = Asked { replace: true, digest: Some(digest), signature, trial: false, by };
        self.install(bytes, asked).await.map(|(sink, _)| sink)
    }

    async fn earlier(&self, name: &str, to: Option<&str>) -> Result<(String, Option<Vec<u8>>), LibraryError> {
        let record = self.store.sinks().await?.into_iter().find(|record| record.name == name);
        let record = record.ok_or_else(|| LibraryError::Unknown(name.to_owned()))?;
        let is_meant = |digest: &str, version: &str| {
            to.is_none_or(|to| version == to || digest.starts_with(to.strip_prefix("sha256:").unwrap_or(to)))
        };
        for event in self.store.sink_events(name).await? {
            if event.digest != record.digest && is_meant(&event.digest, &event.version) && self.files.has(&event.digest).await {
                return Ok((event.digest, event.signature));
            }
        }
        let what = to.map_or_else(|| "no earlier version".to_owned(), |to| format!("no earlier version {to:?}"));
        Err(LibraryError::Conflict(format!(
            "{what} of the sink {name:?} is kept: `ampline sinks history {name}` lists what served; install it again"
        )))
    }
}
