//! What a change of a destination has to do in the journal and in the kept secrets, which are stores of their own: kept with the
//! change, and carried out again from the beginning where a crash came between.

use std::sync::Arc;

use super::Destinations;
use crate::{
    dispatcher::Ending,
    project::{DestinationRecord, Errand, ProjectError},
    secrets::{VaultError, signing_key_name},
};

/// Why the deliveries of a destination that is gone are dead letters.
const GONE: &str = "the destination was deleted: make one of this name again, then replay";

impl Destinations {
    /// Carries out what an earlier process left; nothing is in flight then.
    pub(crate) async fn finish_errands(&self) -> Result<(), ProjectError> {
        let _turn = self.errands.lock().await;
        for errand in self.needs.store.errands().await? {
            self.carry_out(&errand).await?;
        }
        Ok(())
    }

    /// Carries out what is left to do for these names, so that they can be had again.
    pub(crate) async fn free(&self, names: &[&str]) -> Result<(), ProjectError> {
        let _turn = self.errands.lock().await;
        for errand in self.needs.store.errands().await? {
            if names.iter().any(|name| errand.name == *name || errand.renamed_to.as_deref() == Some(*name)) {
                self.carry_out(&errand).await?;
            }
        }
        Ok(())
    }

    /// Follows a deletion that is durable: nothing more goes there from now on, and what waits becomes dead letters once what is in
    /// flight is settled.
    pub(crate) async fn deleted(self: &Arc<Self>, record: &DestinationRecord) -> Result<(), ProjectError> {
        let closed = self.needs.journal.close_destination(&record.name, GONE.to_owned()).await;
        let ending = self.let_go(&record.id, &record.name);
        let (this, id, name) = (self.clone(), record.id.clone(), record.name.clone());
        self.spawn(async move { this.bury_when_ended(id, name, ending).await });
        Ok(closed?)
    }

    async fn bury_when_ended(&self, id: String, name: String, ending: Option<Ending>) {
        if let Some(ending) = ending {
            ending.ended().await;
        }
        self.needs.secrets.remove(&id);
        if let Err(error) = self.free(&[&name]).await {
            tracing::error!(destination = %name, %error, "cannot clear up behind a deleted destination; the next start does");
        }
    }

    /// Follows another name that is durable: backlog, history and signing key go along.
    pub(crate) async fn renamed(&self, id: &str, from: &str, to: &str) -> Result<(), ProjectError> {
        // What it has in flight is settled by its deliveries' ids.
        self.let_go(id, from);
        self.free(&[from, to]).await
    }

    async fn carry_out(&self, errand: &Errand) -> Result<(), ProjectError> {
        let (journal, now) = (&self.needs.journal, self.needs.clock.now());
        let entry = signing_key_name(&errand.name);
        match &errand.renamed_to {
            Some(to) => {
                let to_entry = signing_key_name(to);
                self.in_vault(move |vault| vault.rename(&entry, &to_entry, now)).await?;
                journal.rename_destination(&errand.name, to).await?;
                tracing::info!(event = "destination.renamed", from = %errand.name, to);
            }
            None => {
                journal.close_destination(&errand.name, GONE.to_owned()).await?;
                let buried = journal.bury(&errand.name, now).await?;
                self.in_vault(move |vault| vault.remove(&entry)).await?;
                tracing::info!(event = "destination.cleared", destination = %errand.name, dead_letters = buried);
            }
        }
        self.needs.store.errand_done(errand.id).await
    }

    async fn in_vault(
        &self,
        act: impl FnOnce(&crate::secrets::Vault) -> Result<(), VaultError> + Send + 'static,
    ) -> Result<(), ProjectError> {
        let vault = self.needs.vault.clone();
        let failed = |error: &dyn std::fmt::Display| ProjectError::Store(format!("the kept secrets cannot be changed: {error}"));
        let done = tokio::task::spawn_blocking(move || act(&vault)).await;
        done.map_err(|error| failed(&error))?.map_err(|error| failed(&error))
    }
}
