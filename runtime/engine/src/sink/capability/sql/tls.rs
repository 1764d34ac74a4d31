//! TLS to the database: encrypted and verified, encrypted, or none.

use std::sync::Arc;

use rustls::{
    ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio_postgres::config::SslNegotiation;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::options::PostgresOptions;

/// How far the server is trusted, in libpq's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TlsMode {
    /// Nothing is encrypted.
    Disable,
    /// Encrypted; anyone who can redirect the connection can read it all the same.
    Require,
    /// Encrypted, the certificate signed by a trusted authority for the host's name.
    VerifyFull,
}

/// The registered protocol name, which servers ask for where TLS begins without a request for it.
const ALPN: &[u8] = b"postgresql";

/// What connections are encrypted with; nothing where they are not.
pub(super) fn connector(options: &PostgresOptions) -> Result<Option<MakeRustlsConnect>, rustls::Error> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions()?;
    let mut config = match (options.tls, &options.authorities) {
        (TlsMode::Disable, _) => return Ok(None),
        (TlsMode::Require, _) => {
            builder.dangerous().with_custom_certificate_verifier(Arc::new(Unverified(provider))).with_no_client_auth()
        }
        (TlsMode::VerifyFull, None) => builder.with_platform_verifier()?.with_no_client_auth(),
        (TlsMode::VerifyFull, Some(authorities)) => {
            let mut roots = RootCertStore::empty();
            for authority in authorities {
                roots.add(authority.clone())?;
            }
            builder.with_root_certificates(roots).with_no_client_auth()
        }
    };
    if options.config.get_ssl_negotiation() == SslNegotiation::Direct {
        config.alpn_protocols = vec![ALPN.to_vec()];
    }
    Ok(Some(MakeRustlsConnect::new(config)))
}

/// Takes any certificate, as libpq does with `sslmode=require`; that the other side holds its key is still proven.
#[derive(Debug)]
struct Unverified(Arc<CryptoProvider>);

impl ServerCertVerifier for Unverified {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
