//! The way out: one client for all destinations, so that connections are kept and shared between leases.
//!
//! Names are resolved here and nowhere else, and the addresses found are checked here and then dialled: no second look-up can
//! lead elsewhere. Addresses written as numbers are not resolved; `refused` checks those.

use std::{sync::Arc, time::Duration};

use reqwest::{
    Certificate, Client, Url,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect, retry,
};

use super::fault;
use crate::{
    http_client::install_crypto,
    network::{AddressPolicy, DialError, Refused, refused, resolve},
    sink::wasm::bindings::ampline::sink::types::Failure,
};

const CONNECT_MAX: Duration = Duration::from_secs(10);
/// Shorter than the minute after which common servers and balancers close idle connections.
const IDLE_MAX: Duration = Duration::from_secs(45);
const IDLE_PER_HOST_MAX: usize = 256;
const RESPONSE_HEADERS_MAX: usize = 100;

/// How sinks reach out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpOptions {
    /// How long a request may take, from dialling to the end of the answer, where the sink does not say.
    pub timeout: Duration,
    /// The longest time that a sink can ask for.
    pub timeout_max: Duration,
    /// Which addresses may be dialled.
    pub addresses: AddressPolicy,
    /// Certificates (PEM) of authorities to trust besides the system's; empty for none.
    pub authorities_pem: Vec<u8>,
    /// Answer every request with 204 without sending it: for rehearsals, and to measure what the sandbox costs.
    pub dry_run: bool,
}

impl Default for HttpOptions {
    /// The public internet alone: tests and benchmarks that need the loopback allow it themselves.
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(15),
            timeout_max: Duration::from_secs(60),
            addresses: AddressPolicy::default(),
            authorities_pem: Vec::new(),
            dry_run: false,
        }
    }
}

/// Why there is no client.
pub(crate) struct HttpError(pub(crate) String);

/// The client and its limits.
#[derive(Clone)]
pub(crate) struct Network {
    pub(super) client: Client,
    pub(super) options: HttpOptions,
}

impl Network {
    pub(crate) fn new(options: HttpOptions) -> Result<Self, HttpError> {
        install_crypto();
        let authorities = Certificate::from_pem_bundle(&options.authorities_pem).map_err(|e| HttpError(e.to_string()))?;
        let client = Client::builder()
            .tls_certs_merge(authorities)
            .dns_resolver(Arc::new(Resolver(options.addresses.clone())))
            .no_proxy()
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false)
            .user_agent(concat!("Ampline/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_MAX)
            .pool_idle_timeout(IDLE_MAX)
            .pool_max_idle_per_host(IDLE_PER_HOST_MAX)
            .http1_max_headers(RESPONSE_HEADERS_MAX)
            .tcp_nodelay(true)
            .build();
        Ok(Self { client: client.map_err(|e| HttpError(e.to_string()))?, options })
    }

    /// The time that a request gets.
    pub(in super::super) fn timeout(&self, asked_ms: Option<u64>) -> Duration {
        asked_ms.map_or(self.options.timeout, Duration::from_millis).min(self.options.timeout_max)
    }

    /// Whether nothing is sent.
    pub(in super::super) fn is_dry(&self) -> bool {
        self.options.dry_run
    }

    /// Whether a URL leads where destinations may go; asked before a credential is looked for on its behalf.
    pub(in super::super) async fn permits(&self, url: &Url) -> Result<(), Failure> {
        let (host, port) = (url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or(0));
        match self.refused(url) {
            Some(refused) => Err(fault::refused(&refused)),
            None if url.domain().is_none() => Ok(()),
            None => match resolve(&self.options.addresses, host, port).await {
                Err(DialError::Refused(refused)) => Err(fault::refused(&refused)),
                // A name that leads nowhere now may lead somewhere when it is dialled, and is checked then.
                Ok(_) | Err(DialError::Unresolved(_)) => Ok(()),
            },
        }
    }

    /// Why a URL may not be dialled that has an address in place of a name.
    pub(super) fn refused(&self, url: &Url) -> Option<Refused> {
        refused(&self.options.addresses, url.host_str()?)
    }
}

/// Resolves names for the client, to addresses that may be dialled.
struct Resolver(AddressPolicy);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let policy = self.0.clone();
        Box::pin(async move {
            let found = resolve(&policy, name.as_str(), 0).await?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}
