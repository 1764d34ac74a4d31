//! The HTTP client that providers are read with.

use std::time::Duration;

/// Until a connection must stand.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Idle connections kept to one host.
const IDLE_CONNECTIONS_MAX: usize = 16;

/// A client that follows no redirect: credentials must not wander. The usual proxy variables are heeded.
pub(crate) fn provider_client() -> reqwest::Result<reqwest::Client> {
    install_crypto();
    reqwest::Client::builder()
        .user_agent(concat!("Ampline/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_max_idle_per_host(IDLE_CONNECTIONS_MAX)
        .build()
}

/// Until a runtime's API must have answered; its own limit is shorter.
const LOCAL_TIMEOUT: Duration = Duration::from_secs(35);

/// A client for the API of a runtime: no proxy may see the key.
pub(crate) fn local_client() -> reqwest::Result<reqwest::Client> {
    install_crypto();
    reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).timeout(LOCAL_TIMEOUT).build()
}

/// A client for the API of a runtime elsewhere, with authorities (PEM) to trust besides the system's. The usual proxy variables are
/// heeded: over TLS, a proxy sees no key.
pub(crate) fn remote_client(authorities_pem: &[u8]) -> reqwest::Result<reqwest::Client> {
    install_crypto();
    reqwest::Client::builder()
        .tls_certs_merge(reqwest::Certificate::from_pem_bundle(authorities_pem)?)
        .user_agent(concat!("Ampline/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(LOCAL_TIMEOUT)
        .build()
}

/// A client for the API of a runtime of this machine that is asked over TLS.
pub(crate) fn local_tls_client(tls: rustls::ClientConfig) -> reqwest::Result<reqwest::Client> {
    let builder = reqwest::Client::builder().tls_backend_preconfigured(tls).no_proxy();
    builder.redirect(reqwest::redirect::Policy::none()).timeout(LOCAL_TIMEOUT).build()
}

/// TLS by rustls over ring, for the whole process; a second call changes nothing.
pub(crate) fn install_crypto() {
    // The error says only that a provider is installed already, which is what is wanted.
    drop(rustls::crypto::ring::default_provider().install_default());
}
