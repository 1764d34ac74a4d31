//! Notifications to messages: what the journal and the project store wrote down is completed, addressed to whoever hears of it, and
//! made durable as messages; then it leaves where it was written down. Of what nobody hears of nothing remains.
//!
//! A crash in between repeats the work and not the message: its id follows from the notification's and the destination's.

use std::{sync::Arc, time::Duration};

use ampline_core::message::{Envelope, Notification, NotificationType, Recipients, notify};
use serde_json::Value;
use tokio::sync::watch;

use crate::{
    clock::Clock,
    destination::Destinations,
    journal::{Journal, JournalError, Waiting},
    project::{ProjectError, ProjectStore},
};

/// Notifications that become messages in one transaction.
const BATCH_MAX: u32 = 100;
/// How long to wait before asking a store again that failed.
const RETRY: Duration = Duration::from_secs(5);
/// A quiet loop looks again after so long at the latest.
const IDLE_MAX: Duration = Duration::from_secs(60);

/// Makes messages of notifications.
pub(crate) struct Notifier {
    pub(crate) project_id: String,
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) store: Arc<ProjectStore>,
    pub(crate) destinations: Arc<Destinations>,
    pub(crate) clock: Arc<dyn Clock>,
}

/// Why notifications wait longer.
#[derive(Debug, thiserror::Error)]
enum NotTold {
    #[error("{0}")]
    Journal(#[from] JournalError),
    #[error("{0}")]
    Project(#[from] ProjectError),
}

/// Runs until `stop` turns true; what is not a message by then is told at the next start.
pub(crate) async fn run(notifier: Notifier, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        let wait = match notifier.turn().await {
            Ok(0) => IDLE_MAX,
            Ok(_) => continue,
            Err(error) => {
                tracing::error!(%error, "notifications cannot be made messages; trying again");
                RETRY
            }
        };
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = notifier.journal.wait_for_notifications() => {}
            () = notifier.store.wait_for_notifications() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

impl Notifier {
    /// Tells what has waited for longest; how much that was.
    async fn turn(&self) -> Result<usize, NotTold> {
        let of_journal = self.journal.notifications(BATCH_MAX).await?;
        if !of_journal.is_empty() {
            let envelopes = self.messages(&of_journal).await?;
            self.journal.settle_notifications(rows(&of_journal), envelopes, self.clock.now()).await?;
        }
        let of_project = self.store.notifications(BATCH_MAX).await?;
        if !of_project.is_empty() {
            let envelopes = self.messages(&of_project).await?;
            self.journal.settle_notifications(Vec::new(), envelopes, self.clock.now()).await?;
            self.store.remove_notifications(rows(&of_project)).await?;
        }
        Ok(of_journal.len() + of_project.len())
    }

    async fn messages(&self, waiting: &[Waiting]) -> Result<Vec<Envelope>, NotTold> {
        let mut envelopes = Vec::new();
        for Waiting { row, notification } in waiting {
            match notification {
                Ok(notification) => envelopes.extend(self.addressed(notification.clone()).await?),
                Err(error) => tracing::error!(row, error, "a notification cannot be read, and is not told"),
            }
        }
        Ok(envelopes)
    }

    async fn addressed(&self, mut notification: Notification) -> Result<Vec<Envelope>, NotTold> {
        let (recipients, mut found) = (self.destinations.recipients(), Vec::new());
        for wanted in self.store.heard_by(notification.kind).await? {
            match recipients.values().find(|one| one.id == wanted) {
                Some(recipient) => found.push(recipient),
                None => tracing::warn!(
                    event = "notification.unaddressed",
                    kind = notification.kind.as_str(),
                    destination = wanted,
                    "a topic leads to a destination that is not there"
                ),
            }
        }
        if found.is_empty() {
            return Ok(Vec::new());
        }
        self.complete(&mut notification, &recipients).await?;
        Ok(found.into_iter().map(|recipient| notify(&notification, recipient)).collect())
    }

    /// Adds what whoever wrote it down did not know.
    async fn complete(&self, notification: &mut Notification, recipients: &Recipients) -> Result<(), NotTold> {
        let Notification { kind, data, .. } = notification;
        data.insert("projectId".to_owned(), self.project_id.clone().into());
        let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
        match kind {
            NotificationType::ReadSchedulePaused => {
                if let Some(record) = self.store.installation(&text(data.get("installationId"))).await? {
                    data.insert("config".to_owned(), record.config.content.to_value());
                }
            }
            NotificationType::DestinationWebhookDisabled => {
                if let Some(stopped) = recipients.get(&text(data.get("destinationName"))) {
                    data.insert("destinationId".to_owned(), stopped.id.clone().into());
                    data.insert("destinationType".to_owned(), stopped.kind.clone().into());
                    data.insert("url".to_owned(), stopped.url.clone().unwrap_or_default().into());
                }
            }
            _ => {}
        }
        Ok(())
    }
}

fn rows(waiting: &[Waiting]) -> Vec<i64> {
    waiting.iter().map(|one| one.row).collect()
}
