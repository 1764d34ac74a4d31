//! Provider apps of the project: listed, made, changed and deleted. Those of ampline.toml are changed there.

use std::sync::PoisonError;

use super::{Connections, ProviderApp, RegistryError, sealed::Purpose};
use crate::secrets::Secret;

impl Connections {
    /// All provider apps, by id.
    pub(crate) fn apps(&self) -> Vec<ProviderApp> {
        self.room.apps.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// Makes a provider app. Durable when this returns.
    pub(crate) async fn put_app(&self, mut app: ProviderApp) -> Result<ProviderApp, RegistryError> {
        if self.room.catalog.get(&app.provider).is_none() {
            return Err(RegistryError::Refused(self.room.catalog.unknown(&app.provider)));
        }
        let now = self.room.clock.now();
        (app.create_time, app.update_time) = (now, now);
        self.keep_app(&app).await?;
        Ok(app)
    }

    /// Changes a provider app. Durable, and in use, when this returns.
    pub(crate) async fn change_app(&self, mut app: ProviderApp) -> Result<ProviderApp, RegistryError> {
        let _changing = self.changing.lock().await;
        let known = self.app(&app.id)?;
        (app.create_time, app.update_time) = (known.create_time, self.room.clock.now());
        self.keep_app(&app).await?;
        Ok(app)
    }

    /// A provider app that may be changed here.
    pub(crate) fn app(&self, id: &str) -> Result<ProviderApp, RegistryError> {
        let app = self.room.app(id).ok_or_else(|| RegistryError::Unknown { what: "provider app", id: id.to_owned() })?;
        if app.is_declared { Err(RegistryError::Declared { what: "provider app", id: id.to_owned() }) } else { Ok(app) }
    }

    async fn keep_app(&self, app: &ProviderApp) -> Result<(), RegistryError> {
        let seal = |secret: &Secret| self.room.seal(Purpose::ProviderApp, &app.id, &secret.reveal());
        let sealed = app.client_secret.as_ref().map(seal).transpose()?;
        self.room.store.put_provider_app(app.record(sealed)).await?;
        self.room.apps.write().unwrap_or_else(PoisonError::into_inner).insert(app.id.clone(), app.clone());
        Ok(())
    }

    /// Deletes a provider app. Connections that were made with it work until their tokens end.
    pub(crate) async fn delete_app(&self, id: &str) -> Result<(), RegistryError> {
        self.app(id)?;
        self.room.store.delete_provider_app(id).await?;
        self.room.apps.write().unwrap_or_else(PoisonError::into_inner).remove(id);
        Ok(())
    }
}
