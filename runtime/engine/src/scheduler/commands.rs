//! What the scheduler is told from outside, and the way to tell it.

use std::sync::Arc;

use ampline_core::plan::{ReadKey, ReadPlan};
use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::Job;
use crate::journal::{JournalError, Pause};

/// Commands that may wait to be heard; whoever sends more waits.
const WAITING_MAX: usize = 64;

/// All reads of one installation, in place of those it had; none removes it.
///
/// What had stopped because a connection's credentials were not accepted, or fails, is tried at once.
///
/// A read that is under way ends with the plan that it began with. What is interrupted and no longer there is ended as failed.
pub(crate) struct Change {
    /// Whose reads they are. Each job's key names the same installation.
    pub(crate) installation_id: String,
    /// Its reads.
    pub(crate) jobs: Vec<Job>,
}

/// Which reads are meant: all where nothing is said.
#[derive(Debug, Clone, Default)]
pub(crate) struct Which {
    /// Only this installation.
    pub(crate) installation_id: Option<String>,
    /// Only these objects, by the provider's names; all where there are none.
    pub(crate) objects: Vec<String>,
}

/// A read apart from the schedule, between two times.
#[derive(Debug, Clone)]
pub(crate) struct Trigger {
    /// Name of the integration.
    pub(crate) integration: String,
    /// The customer's group.
    pub(crate) group_ref: String,
    /// The object, by the provider's name or as messages carry it.
    pub(crate) object_name: String,
    /// Only what changed at or after this time; nothing reads everything.
    pub(crate) since: Option<Timestamp>,
    /// Only what changed at or before this time.
    pub(crate) until: Option<Timestamp>,
}

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    /// No scheduler runs.
    #[error("no runtime is running")]
    Stopped,
    /// Nothing fits; says what there is.
    #[error("{0}")]
    NotFound(String),
    /// Too much waits already.
    #[error("{0}")]
    Full(String),
    /// The journal could not keep it.
    #[error("{0}")]
    Journal(#[from] JournalError),
}

type Answer<T> = oneshot::Sender<Result<T, Refused>>;

/// Everything that the scheduler is told.
pub(crate) enum Command {
    /// Reads of an installation changed.
    Change(Change),
    /// Reads run now rather than at their next tick; answers how many those are.
    RunNow(Which, Answer<usize>),
    /// The plan of the read of an object, which the provider or messages call so, of an integration's installation of a group.
    Find([String; 3], Answer<Arc<ReadPlan>>),
    /// A read apart from the schedule; answers the operation's id once it is durable.
    Trigger(Trigger, Answer<Uuid>),
    /// Scheduled reads stop or, with nothing, go on; answers which those are, once it is durable.
    Pause(Which, Option<Pause>, Answer<Vec<ReadKey>>),
}

/// The way to tell the scheduler.
#[derive(Clone)]
pub(crate) struct Handle(mpsc::Sender<Command>);

/// The way to the scheduler, and the end at which it listens.
pub(crate) fn channel() -> (Handle, mpsc::Receiver<Command>) {
    let (sender, receiver) = mpsc::channel(WAITING_MAX);
    (Handle(sender), receiver)
}

impl Handle {
    /// Whether nobody listens any more.
    pub(crate) fn is_closed(&self) -> bool {
        self.0.is_closed()
    }

    /// Replaces all reads of an installation; takes effect soon. Nothing where no scheduler runs any more.
    pub(crate) async fn change(&self, change: Change) -> Option<()> {
        self.0.send(Command::Change(change)).await.ok()
    }

    /// Pulls the next tick of these reads forward; one that runs already runs again. How many they are.
    pub(crate) async fn run_now(&self, which: Which) -> Result<usize, Refused> {
        self.ask(|answer| Command::RunNow(which, answer)).await
    }

    /// The plan of an object's read, of an integration's installation of a group.
    pub(crate) async fn find(&self, integration: &str, group_ref: &str, object_name: &str) -> Result<Arc<ReadPlan>, Refused> {
        self.ask(|answer| Command::Find([integration, group_ref, object_name].map(str::to_owned), answer)).await
    }

    /// Begins a read apart from the schedule. Its operation is durable once this answers.
    pub(crate) async fn trigger(&self, trigger: Trigger) -> Result<Uuid, Refused> {
        self.ask(|answer| Command::Trigger(trigger, answer)).await
    }

    /// Pauses scheduled reads or, with nothing, lets them go on from their last success. Durable once this answers.
    pub(crate) async fn pause(&self, which: Which, pause: Option<Pause>) -> Result<Vec<ReadKey>, Refused> {
        self.ask(|answer| Command::Pause(which, pause, answer)).await
    }

    async fn ask<T>(&self, command: impl FnOnce(Answer<T>) -> Command) -> Result<T, Refused> {
        let (answer, answered) = oneshot::channel();
        self.0.send(command(answer)).await.map_err(|_| Refused::Stopped)?;
        answered.await.map_err(|_| Refused::Stopped)?
    }
}
