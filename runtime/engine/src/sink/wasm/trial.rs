//! A new version of a sink on trial: while it has to prove itself, the version that it replaced stands by, does what the new one
//! cannot, and takes its place back when that shows that the new one is to blame.
//!
//! The new version fails its trial
//! - where it does not open, or its `probe` fails, for a destination for which the former version opens and its `probe` succeeds;
//! - where a call of `deliver` does not return, before anything was sent, and the former version answers for the same batch;
//! - where that happens [`STRIKES`] times after something was sent: then nobody can tell what was delivered, and nothing is sent twice.
//!
//! It passes once it has answered [`BATCHES_PROVEN`] batches. What both versions fail at is held against neither.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use ampline_core::outcome::{Failure, Outcome};
use async_trait::async_trait;
use tokio::sync::Notify;

use super::{installed::Installed, open::Opener};
use crate::sink::{BUSY, BatchItem, BatchReport, Destination, SinkInstance};

/// How often a new version may break off a batch after something was sent.
const STRIKES: u32 = 3;
/// Batches after which a version is trusted.
const BATCHES_PROVEN: u32 = 100;
/// How a sink's own fault is told from one of the other side.
const OWN_FAULT: &str = "sink.";

/// How a trial ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The new version is trusted.
    Passed,
    /// The former version is back; why.
    Failed(String),
}

/// The trial of one version.
pub(super) struct Trial {
    pub(super) former: Arc<Installed>,
    state: Mutex<State>,
    /// Told when there is a verdict.
    judged: Arc<Notify>,
}

#[derive(Default)]
struct State {
    answered: u32,
    strikes: u32,
    /// Destinations, by id, for which the version opened and its probe succeeded.
    proven: BTreeSet<String>,
    verdict: Option<Verdict>,
}

impl Trial {
    pub(super) fn new(former: Arc<Installed>, judged: Arc<Notify>) -> Self {
        Self { former, state: Mutex::default(), judged }
    }

    pub(super) fn verdict(&self) -> Option<Verdict> {
        self.state().verdict.clone()
    }

    pub(super) fn failed(&self) -> bool {
        matches!(self.state().verdict, Some(Verdict::Failed(_)))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first verdict counts.
    fn judge(&self, verdict: Verdict) {
        self.state().verdict.get_or_insert(verdict);
        self.judged.notify_one();
    }

    fn answered(&self) {
        let mut state = self.state();
        state.answered += 1;
        if state.answered == BATCHES_PROVEN {
            drop(state);
            self.judge(Verdict::Passed);
        }
    }

    fn strike(&self, failure: &Failure) {
        let mut state = self.state();
        state.strikes += 1;
        if state.strikes == STRIKES {
            drop(state);
            self.judge(Verdict::Failed(format!(
                "it broke off {STRIKES} batches, at last: {}: {}",
                failure.code, failure.message
            )));
        }
    }

    fn is_proven(&self, destination: &str) -> bool {
        self.state().proven.contains(destination)
    }

    fn prove(&self, destination: &str) {
        self.state().proven.insert(destination.to_owned());
    }
}

/// An instance of the version on trial, or of the former one where that turns out to be needed.
pub(super) async fn open(
    opener: &Arc<Opener>,
    (version, trial): (&Installed, Arc<Trial>),
    destination: &Arc<Destination>,
) -> Result<Box<dyn SinkInstance>, Failure> {
    let mut instance = match opener.open(version, destination).await {
        Ok(instance) => instance,
        Err(failure) if failure.code == BUSY => return Err(failure),
        Err(failure) => {
            // Where the former version does not open either, neither is to blame.
            let Ok(former) = opener.open(&trial.former, destination).await else { return Err(failure) };
            let told =
                format!("it does not open for the destination {:?}: {}: {}", destination.name, failure.code, failure.message);
            trial.judge(Verdict::Failed(told));
            return Ok(Box::new(former));
        }
    };
    if !trial.is_proven(&destination.id) {
        match instance.probe().await {
            Ok(()) => trial.prove(&destination.id),
            Err(failure) => match probed_by_former(opener, version, &trial, destination).await {
                Some(former) => {
                    let told = format!("its probe of {:?} failed: {}: {}", destination.name, failure.code, failure.message);
                    trial.judge(Verdict::Failed(told));
                    return Ok(former);
                }
                None => instance = opener.open(version, destination).await?,
            },
        }
    }
    let (opener, destination) = (opener.clone(), destination.clone());
    Ok(Box::new(OnTrial { instance: Box::new(instance), former: None, trial, opener, destination }))
}

/// An instance of the former version, where its probe succeeds and the new version's fails again behind it: the other side may
/// just have come back.
async fn probed_by_former(
    opener: &Arc<Opener>,
    version: &Installed,
    trial: &Trial,
    destination: &Arc<Destination>,
) -> Option<Box<dyn SinkInstance>> {
    let mut former = opener.open(&trial.former, destination).await.ok()?;
    former.probe().await.ok()?;
    let again = opener.open(version, destination).await.ok()?.probe().await;
    again.is_err().then(|| Box::new(former) as Box<dyn SinkInstance>)
}

struct OnTrial {
    instance: Box<dyn SinkInstance>,
    /// Opened when it is needed.
    former: Option<Box<dyn SinkInstance>>,
    trial: Arc<Trial>,
    opener: Arc<Opener>,
    destination: Arc<Destination>,
}

#[async_trait]
impl SinkInstance for OnTrial {
    async fn deliver(&mut self, batch: Vec<BatchItem>) -> BatchReport {
        let mut report = self.instance.deliver(batch.clone()).await;
        match broke_off(&report) {
            None if !batch.is_empty() && report.reusable => self.trial.answered(),
            None => {}
            Some(failure) if failure.maybe_applied => self.trial.strike(&failure),
            Some(failure) => {
                if let Some(rescued) = self.by_former(batch).await {
                    let told =
                        format!("it broke off a batch that the former version delivers: {}: {}", failure.code, failure.message);
                    self.trial.judge(Verdict::Failed(told));
                    report = rescued;
                }
            }
        }
        // Whoever comes next opens what serves then.
        report.reusable &= !self.trial.failed();
        report
    }

    async fn probe(&mut self) -> Result<(), Failure> {
        self.instance.probe().await
    }
}

/// Why a call did not return; nothing where it did, or where the host ended it for another reason.
fn broke_off(report: &BatchReport) -> Option<Failure> {
    match &report.results.first()?.outcome {
        Outcome::Failed(failure) if !report.reusable && failure.code.starts_with(OWN_FAULT) => Some(failure.clone()),
        _ => None,
    }
}

impl OnTrial {
    /// What the former version makes of the batch, in pieces that it takes; nothing where it breaks off the first as well.
    async fn by_former(&mut self, batch: Vec<BatchItem>) -> Option<BatchReport> {
        if self.former.is_none() {
            let opened = self.opener.open(&self.trial.former, &self.destination).await.ok()?;
            self.former = Some(Box::new(opened));
        }
        let (descriptor, former) = (self.trial.former.descriptor.clone(), self.former.as_mut()?);
        let mut results = Vec::with_capacity(batch.len());
        for piece in pieces(batch, descriptor.max_batch_envelopes as usize, descriptor.max_batch_bytes) {
            let report = former.deliver(piece).await;
            if broke_off(&report).is_some() && results.is_empty() {
                return None;
            }
            results.extend(report.results);
        }
        Some(BatchReport { results, reusable: false })
    }
}

/// A batch in pieces within these limits; a message beyond them stands alone.
fn pieces(batch: Vec<BatchItem>, envelopes_max: usize, bytes_max: u64) -> Vec<Vec<BatchItem>> {
    let (mut pieces, mut bytes) = (Vec::<Vec<BatchItem>>::new(), 0);
    for item in batch {
        let size = item.envelope.body.len() as u64;
        match pieces.last_mut() {
            Some(piece) if piece.len() < envelopes_max && bytes + size <= bytes_max => {
                bytes += size;
                piece.push(item);
            }
            _ => {
                bytes = size;
                pieces.push(vec![item]);
            }
        }
    }
    pieces
}
