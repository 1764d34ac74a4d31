//! An authority of a test's own and the certificates that it signs.

use std::{
    fs,
    path::{Path, PathBuf},
};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

/// An authority that exists for one test.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    file: PathBuf,
}

impl Authority {
    /// Makes one and writes its certificate to `ca.pem` in the folder.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn new(folder: &Path) -> Result<Self, String> {
        let made = || -> Result<_, rcgen::Error> {
            let mut params = CertificateParams::new(Vec::new())?;
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            CertifiedIssuer::self_signed(params, KeyPair::generate()?)
        };
        let issuer = made().map_err(|e| format!("make an authority: {e}"))?;
        let file = folder.join("ca.pem");
        fs::write(&file, issuer.pem()).map_err(|e| format!("write {}: {e}", file.display()))?;
        Ok(Self { issuer, file })
    }

    /// Its certificate (PEM).
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// A certificate for a name and for 127.0.0.1, and its key (both PEM).
    ///
    /// # Errors
    /// When the name is none.
    pub fn certify(&self, name: &str) -> Result<(String, String), String> {
        let made = || -> Result<_, rcgen::Error> {
            let key = KeyPair::generate()?;
            let certificate =
                CertificateParams::new(vec![name.to_owned(), "127.0.0.1".to_owned()])?.signed_by(&key, &self.issuer)?;
            Ok((certificate.pem(), key.serialize_pem()))
        };
        made().map_err(|e| format!("make a certificate for {name}: {e}"))
    }
}
