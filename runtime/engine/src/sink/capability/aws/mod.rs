//! The way to AWS and what speaks its protocols: clients of the SDK that sign with a destination's credentials and reach out by
//! the runtime's own HTTP, so that TLS, the address policy and the limits are those of every other destination.

mod ambient;
mod connector;
mod fault;
mod hints;
mod keys;
mod place;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_s3::config::{
    BehaviorVersion, Region, SharedHttpClient, StalledStreamProtectionConfig, retry::RetryConfig, timeout::TimeoutConfig,
};
use reqwest::Url;
use tokio::time::{Instant, timeout_at};

use self::{ambient::Ambient, keys::Keys};
pub(super) use self::{
    fault::{denies, entry, failed, unanswered},
    place::Place,
};
use super::{Granted, Lease, Network, failure};
use crate::sink::wasm::bindings::ampline::sink::types::{Failure, FailureClass};

/// Kept of a sink's wall-clock time so that it can still answer when a call runs to the end of its own.
const ANSWER_MARGIN: Duration = Duration::from_secs(3);

/// What a client of the SDK is made of.
#[derive(Clone, PartialEq)]
struct Recipe {
    place: Place,
    keys: Keys,
}

/// A client of the SDK, and whom it speaks for.
pub(super) struct Opened<C> {
    pub(super) client: C,
    recipe: Recipe,
}

impl<C> Opened<C> {
    pub(super) fn place(&self) -> &Place {
        &self.recipe.place
    }

    /// The text without the credentials, should the other side have repeated one.
    fn redacted(&self, text: String) -> String {
        self.recipe.keys.redacted(text)
    }
}

/// The clients of one service, by destination; made anew where a destination's place or credentials have changed.
struct Kept<C>(Mutex<HashMap<String, Arc<Opened<C>>>>);

impl<C> Default for Kept<C> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<C> Kept<C> {
    fn find(&self, destination: &str, recipe: &Recipe) -> Option<Arc<Opened<C>>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(destination).filter(|opened| opened.recipe == *recipe).cloned()
    }

    fn keep(&self, destination: &str, opened: Opened<C>) -> Arc<Opened<C>> {
        let opened = Arc::new(opened);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(destination.to_owned(), opened.clone());
        opened
    }
}

/// What all clients share: the way out, and the operator's own credentials.
pub(crate) struct Aws {
    http: SharedHttpClient,
    ambient: Ambient,
    buckets: Kept<aws_sdk_s3::Client>,
    streams: Kept<aws_sdk_kinesis::Client>,
}

impl Aws {
    pub(crate) fn new(network: &Network) -> Self {
        Self {
            http: connector::guarded(network),
            ambient: Ambient::default(),
            buckets: Kept::default(),
            streams: Kept::default(),
        }
    }

    async fn credentials(&self, network: &Network, recipe: &Recipe) -> Result<SharedCredentialsProvider, Failure> {
        if let Some(endpoint) = &recipe.place.endpoint {
            // Before anything is signed, and before the operator's own credentials are looked for.
            network.permits(&address(endpoint)?).await?;
        }
        match recipe.keys.credentials() {
            Some(credentials) => Ok(SharedCredentialsProvider::new(credentials)),
            None => self.ambient.provider(&recipe.place.region).await,
        }
    }
}

/// Settings that both SDKs take, each by its own builder: the runtime's schedule owns retries and its connector owns time-outs.
macro_rules! configured {
    ($builder:expr, $http:expr, $credentials:expr, $place:expr) => {{
        let builder = $builder
            .behavior_version(BehaviorVersion::v2026_01_12())
            .http_client($http.clone())
            .credentials_provider($credentials)
            .region(Region::new($place.region.clone()))
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::disabled())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
        match &$place.endpoint {
            Some(endpoint) => builder.endpoint_url(endpoint),
            None => builder,
        }
    }};
}

impl Lease {
    /// The client for the destination's bucket.
    pub(super) async fn bucket(&self) -> Result<Arc<Opened<aws_sdk_s3::Client>>, Failure> {
        let (granted, recipe) = (&*self.granted, self.recipe(Place::bucket)?);
        if let Some(kept) = granted.aws.buckets.find(&self.destination.id, &recipe) {
            return Ok(kept);
        }
        let credentials = granted.aws.credentials(&granted.network, &recipe).await?;
        let builder = configured!(aws_sdk_s3::Config::builder(), granted.aws.http, credentials, recipe.place);
        // Servers other than Amazon's seldom have a name for each bucket.
        let config = builder.force_path_style(recipe.place.endpoint.is_some()).build();
        let client = aws_sdk_s3::Client::from_conf(config);
        Ok(granted.aws.buckets.keep(&self.destination.id, Opened { client, recipe }))
    }

    /// The client for the destination's stream.
    pub(super) async fn stream(&self) -> Result<Arc<Opened<aws_sdk_kinesis::Client>>, Failure> {
        let (granted, recipe) = (&*self.granted, self.recipe(Place::stream)?);
        if let Some(kept) = granted.aws.streams.find(&self.destination.id, &recipe) {
            return Ok(kept);
        }
        let credentials = granted.aws.credentials(&granted.network, &recipe).await?;
        let builder = configured!(aws_sdk_kinesis::Config::builder(), granted.aws.http, credentials, recipe.place);
        let client = aws_sdk_kinesis::Client::from_conf(builder.build());
        Ok(granted.aws.streams.keep(&self.destination.id, Opened { client, recipe }))
    }

    /// Notes that a probe could not look, which says nothing against the place: keys that may only write are good keys.
    pub(super) fn could_not_look(&self, place: &Place) {
        tracing::info!(
            target: "sink",
            destination = self.destination.name,
            "the keys may not look at {place}; whether they may write to it shows at the first message"
        );
    }

    fn recipe(&self, place: fn(&serde_json::Value) -> Result<Place, Failure>) -> Result<Recipe, Failure> {
        let place = place(&self.destination.config)?;
        let keys = Keys::of(self.granted.secrets.as_ref(), &self.destination.id)?;
        Ok(Recipe { place, keys })
    }
}

impl Granted {
    /// Until when a call that the sink began at `started` must have its answer.
    pub(super) fn deadline(&self, started: std::time::Instant) -> Instant {
        let most = self.limits.wall_per_call_max;
        Instant::from_std(started) + most.saturating_sub(ANSWER_MARGIN.min(most / 4))
    }
}

/// The answer, or that the sink's time is over. Nothing is sent once it is.
pub(super) async fn within<T>(deadline: Instant, call: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let late = |maybe_applied| {
        let message = "the batch took all the time that it may; what was not done is tried again";
        Failure { maybe_applied, ..failure(FailureClass::Transient, "sink.late", message) }
    };
    if Instant::now() >= deadline {
        return Err(late(false));
    }
    timeout_at(deadline, call).await.unwrap_or_else(|_| Err(late(true)))
}

fn address(endpoint: &str) -> Result<Url, Failure> {
    let fault = |reason: String| failure(FailureClass::Blocked, "aws.config", format!("endpointUrl {reason}"));
    let url = Url::parse(endpoint).map_err(|error| fault(format!("is not an absolute URL: {error}")))?;
    match url.scheme() {
        "http" | "https" => Ok(url),
        other => Err(fault(format!("begins with {other}:, and only http: and https: can be sent to"))),
    }
}
