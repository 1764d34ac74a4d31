//! The conformance harness on a sink that is installed: in a thread of its own, one sink at a time, in bounded time.

use std::{thread, time::Duration};

use serde_json::Value;
use tokio::sync::oneshot;

use super::{LibraryError, SinkLibrary};
use crate::harness::{self, Harness, Report, Unable};

/// How long all checks of a sink may take: most need seconds, an interpreter that starts anew for many of them needs minutes.
pub(crate) const TEST_TIME_MAX: Duration = Duration::from_secs(300);

/// Why a sink was not tested.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TestError {
    /// There is nothing to test.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// Another one is.
    #[error("a sink is being tested already, and one is at a time")]
    Busy,
    /// The checks took too long.
    #[error("the checks of {0:?} were not done within {seconds} s", seconds = TEST_TIME_MAX.as_secs())]
    Late(String),
    /// The checks could not begin.
    #[error("{0:?} cannot be tested: {1}")]
    Unable(String, Unable),
}

impl SinkLibrary {
    /// Runs the conformance harness on the component that serves a type now. What it asks of other sides is answered by a script: it
    /// reaches neither the network nor this runtime's stores and secrets. Without a configuration, one is made of its schema.
    pub(crate) async fn test(&self, name: &str, config: Option<Value>) -> Result<Report, TestError> {
        let component = self.installed_component(name).await?;
        let turn = self.testing.clone().try_lock_owned().map_err(|_| TestError::Busy)?;
        let (compiler, cache_dir) = self.sinks.compiling();
        let harness = Harness::of_bytes(name, &component).compiler(compiler).cache_dir(cache_dir);
        let harness = config.into_iter().fold(harness, Harness::config);
        let (found, result) = oneshot::channel();
        // It computes for long without a pause, and goes on if nobody waits any more: until then no other begins.
        let thread = thread::Builder::new().name("sink-test".to_owned()).spawn(move || {
            let report = harness::run_within(harness, TEST_TIME_MAX);
            drop(turn);
            // Whoever asked may be gone.
            let _ = found.send(report);
        });
        let broke_off = |reason: String| TestError::Unable(name.to_owned(), Unable(reason));
        thread.map_err(|error| broke_off(format!("there is no thread for it: {error}")))?;
        let report = result.await.map_err(|_| broke_off("the harness broke off; the runtime's log says why".to_owned()))?;
        match report {
            Ok(report) => report.ok_or_else(|| TestError::Late(name.to_owned())),
            Err(unable) => Err(TestError::Unable(name.to_owned(), unable)),
        }
    }

    /// The bytes of the component that serves a type, where it was installed.
    async fn installed_component(&self, name: &str) -> Result<Vec<u8>, LibraryError> {
        if self.built_in.iter().any(|built_in| built_in == name) {
            let text =
                format!("the sink {name:?} is built in: it was tested, with cases of its own, before this runtime was made");
            return Err(LibraryError::Conflict(text));
        }
        let info = self.info(name).ok_or_else(|| LibraryError::Unknown(name.to_owned()))?;
        self.files.read(&info.digest).await.map_err(|reason| LibraryError::File(std::io::Error::other(reason)))
    }
}
