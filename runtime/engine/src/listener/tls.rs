//! TLS with a certificate and a key from files, which may change while connections are served.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, SystemTime},
};

use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use sha2::{Digest, Sha256};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

/// How HTTP/2 is called in a handshake.
pub(super) const HTTP2: &[u8] = b"h2";
/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// Why the files cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    #[error("cannot read {path}: {reason}")]
    Read { path: PathBuf, reason: String },
    #[error("{path} holds no certificate in PEM form (BEGIN CERTIFICATE)")]
    NoCertificate { path: PathBuf },
    #[error("{key} is not the key of the first certificate in {certificate}, or cannot be used with it: {reason}")]
    Pair { certificate: PathBuf, key: PathBuf, reason: String },
}

/// The certificate of a listener, as its files were last good.
pub(crate) struct Tls {
    certificate: PathBuf,
    key: PathBuf,
    current: Arc<Current>,
    acceptor: TlsAcceptor,
}

/// What connections are shown.
#[derive(Debug)]
struct Current(RwLock<Arc<CertifiedKey>>);

impl ResolvesServerCert for Current {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

impl Tls {
    /// Reads both files.
    pub(crate) fn open(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let current = Arc::new(Current(RwLock::new(Arc::new(pair(certificate, key)?))));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let unusable =
            |error: rustls::Error| TlsError::Pair { certificate: certificate.into(), key: key.into(), reason: error.to_string() };
        let mut config = config.map_err(unusable)?.with_no_client_auth().with_cert_resolver(current.clone());
        config.alpn_protocols = vec![HTTP2.to_vec(), b"http/1.1".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Ok(Self { certificate: certificate.to_owned(), key: key.to_owned(), current, acceptor })
    }

    pub(super) fn acceptor(&self) -> &TlsAcceptor {
        &self.acceptor
    }

    /// SHA-256 of the certificate that connections are shown, in hexadecimal: by it the command line of this machine knows it.
    pub(crate) fn fingerprint(&self) -> String {
        let current = self.current.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        current.cert.first().map_or_else(String::new, |leaf| fingerprint(leaf))
    }

    /// Reads both files again. Files that cannot be used leave everything as it was.
    pub(crate) fn reload(&self) -> Result<(), TlsError> {
        let fresh = Arc::new(pair(&self.certificate, &self.key)?);
        *self.current.0.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    /// Reads the files again whenever they have changed, and tells `changed`.
    pub(crate) async fn watch(self: Arc<Self>, mut stop: watch::Receiver<bool>, changed: impl Fn() + Send) {
        let mut seen = self.stamps();
        loop {
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
            let now = self.stamps();
            if now == seen {
                continue;
            }
            seen = now;
            match self.reload() {
                Ok(()) => {
                    tracing::info!(event = "tls.reloaded", certificate = %self.certificate.display());
                    changed();
                }
                // One of the two may not be written yet: the next change is looked at again.
                Err(error) => tracing::error!(event = "tls.reload_refused", %error, "the certificate before it stays"),
            }
        }
    }

    /// When the files changed, and how long they are.
    fn stamps(&self) -> [Option<(SystemTime, u64)>; 2] {
        [&self.certificate, &self.key].map(|path| {
            let file = std::fs::metadata(path).ok()?;
            Some((file.modified().ok()?, file.len()))
        })
    }
}

/// SHA-256 of a certificate, in hexadecimal.
pub(crate) fn fingerprint(certificate: &[u8]) -> String {
    Sha256::digest(certificate).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A chain of certificates and the key of its first.
fn pair(certificate: &Path, key: &Path) -> Result<CertifiedKey, TlsError> {
    let unreadable = |path: &Path, reason: String| TlsError::Read { path: path.to_owned(), reason };
    let text = std::fs::read(certificate).map_err(|error| unreadable(certificate, error.to_string()))?;
    let chain: Result<Vec<CertificateDer<'static>>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let chain = chain.map_err(|error| unreadable(certificate, error.to_string()))?;
    if chain.is_empty() {
        return Err(TlsError::NoCertificate { path: certificate.to_owned() });
    }
    let text = std::fs::read(key).map(zeroize::Zeroizing::new).map_err(|error| unreadable(key, error.to_string()))?;
    let private =
        PrivateKeyDer::from_pem_slice(&text).map_err(|error| unreadable(key, format!("no private key in PEM form: {error}")))?;
    let provider = rustls::crypto::ring::default_provider();
    CertifiedKey::from_der(chain, private, &provider).map_err(|error| TlsError::Pair {
        certificate: certificate.to_owned(),
        key: key.to_owned(),
        reason: error.to_string(),
    })
}
