//! What providers say of their objects' fields, asked with a customer's credentials and at the pace of their connection.

use std::{sync::Arc, time::Duration};

use ampline_core::provider::{FieldMetadata, Provider, RateLimit, ReadError, ReadErrorClass};

use crate::{
    connection::Connection,
    reader::{self, Throttles},
};

/// How long a question waits for its turn at the connection's pace: somebody waits for the answer.
const PACE_WAIT_MAX: Duration = Duration::from_secs(10);
/// Until the answer must be there.
const ANSWER_MAX: Duration = Duration::from_secs(20);

/// Asks providers about fields.
#[derive(Clone)]
pub(crate) struct FieldReader {
    http: reqwest::Client,
    /// Shared with the reads of the same connections.
    throttles: Arc<Throttles>,
}

/// Why fields are not known.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum FieldsError {
    /// There is no such description, or not of this object.
    #[error("{0} does not describe the fields of {1:?}: name them as its own documentation does")]
    Undescribed(String, String),
    /// The provider, or the way to it.
    #[error("{0}")]
    Provider(ReadError),
}

/// Whose account is asked.
pub(crate) struct Account<'a> {
    pub(crate) provider: &'a Arc<dyn Provider>,
    pub(crate) connection: &'a Arc<Connection>,
    pub(crate) rate_limit: Option<RateLimit>,
}

impl FieldReader {
    pub(crate) fn new(http: reqwest::Client, throttles: Arc<Throttles>) -> Self {
        Self { http, throttles }
    }

    /// The fields of an object as the customer's account has them.
    pub(crate) async fn fields(&self, account: &Account<'_>, object: &str) -> Result<Vec<FieldMetadata>, FieldsError> {
        let provider = account.provider;
        let undescribed = || FieldsError::Undescribed(provider.info().display_name.clone(), object.to_owned());
        let request = provider.fields_request(object).ok_or_else(undescribed)?;
        let throttle = self.throttles.of(&account.connection.id, account.rate_limit);
        let leave = throttle.leave(PACE_WAIT_MAX).await;
        let _leave = leave.map_err(|wait| {
            FieldsError::Provider(busy("the connection is left alone for a while, or others ask before", wait))
        })?;
        let asking = reader::once(&self.http, account.connection, request, |response| provider.fields(response));
        match tokio::time::timeout(ANSWER_MAX, asking).await {
            Ok(answer) => answer.map_err(FieldsError::Provider),
            Err(_) => Err(FieldsError::Provider(busy("the provider did not answer in time", PACE_WAIT_MAX))),
        }
    }
}

fn busy(message: &str, wait: Duration) -> ReadError {
    ReadError { retry_after: Some(wait), ..ReadError::new(ReadErrorClass::Transient, message) }
}
