//! RSA public keys as people have them: one PEM block of SubjectPublicKeyInfo.

use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use rustls::pki_types::pem::{PemObject, SectionKind};
use spki::{
    ObjectIdentifier, SubjectPublicKeyInfoRef,
    der::{Decode, Reader, SliceReader, asn1::UintRef},
};

/// rsaEncryption (RFC 8017).
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
/// Longest text that is looked at; a key of 8,192 bits takes 1,500 bytes.
const PEM_BYTES_MAX: usize = 8_192;
/// Bits of a modulus that are enough.
const BITS_MIN: usize = 2_048;
/// Bits of a modulus that are checked in reasonable time.
const BITS_MAX: usize = 8_192;

/// Why a text is no public key that tokens can be checked by.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PublicKeyError {
    #[error(
        "is a private key, which nobody but the signer should have: replace it if others may have seen it, and give \
             the public one (`openssl pkey -in private.pem -pubout`)"
    )]
    Private,
    #[error("is a certificate; give the key alone (`openssl x509 -in cert.pem -pubkey -noout`)")]
    Certificate,
    #[error("holds no public key in PEM form (BEGIN PUBLIC KEY); `openssl pkey -in private.pem -pubout` prints one")]
    NoKey,
    #[error("is no key of RSA, and tokens are signed with RS256 alone; `openssl genrsa 2048` makes one")]
    NotRsa,
    #[error("cannot be read; `openssl pkey -pubin -in public.pem -noout -text` shows whether it is whole")]
    Damaged,
    #[error("has {0} bits; between {BITS_MIN} and {BITS_MAX} are possible")]
    Size(usize),
}

/// A key that tokens are checked by.
pub(super) struct PublicKey(UnparsedPublicKey<Vec<u8>>);

impl PublicKey {
    /// From its PEM form.
    pub(super) fn parse(pem: &str) -> Result<Self, PublicKeyError> {
        if pem.len() > PEM_BYTES_MAX {
            return Err(PublicKeyError::NoKey);
        }
        let (kind, der) = <(SectionKind, Vec<u8>)>::from_pem_slice(pem.as_bytes()).map_err(|_| PublicKeyError::NoKey)?;
        match kind {
            SectionKind::PublicKey => {}
            SectionKind::PrivateKey | SectionKind::RsaPrivateKey | SectionKind::EcPrivateKey => {
                return Err(PublicKeyError::Private);
            }
            SectionKind::Certificate => return Err(PublicKeyError::Certificate),
            _ => return Err(PublicKeyError::NoKey),
        }
        let info = SubjectPublicKeyInfoRef::try_from(&der[..]).map_err(|_| PublicKeyError::Damaged)?;
        if info.algorithm.oid != RSA {
            return Err(PublicKeyError::NotRsa);
        }
        let key = info.subject_public_key.as_bytes().ok_or(PublicKeyError::Damaged)?;
        let bits = modulus_bits(key).map_err(|_| PublicKeyError::Damaged)?;
        if !(BITS_MIN..=BITS_MAX).contains(&bits) {
            return Err(PublicKeyError::Size(bits));
        }
        Ok(Self(UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.to_vec())))
    }

    /// Whether this is the RS256 signature of the message.
    pub(super) fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        self.0.verify(message, signature).is_ok()
    }
}

/// Of an RSAPublicKey (RFC 8017, A.1.1): a modulus and an exponent.
fn modulus_bits(key: &[u8]) -> spki::der::Result<usize> {
    let mut reader = SliceReader::new(key)?;
    let (modulus, _exponent) = reader.sequence(|inside| Ok((UintRef::decode(inside)?, UintRef::decode(inside)?)))?;
    reader.finish(())?;
    let bytes = modulus.as_bytes();
    let leading = bytes.first().map_or(0, |byte| byte.leading_zeros() as usize);
    Ok(bytes.len() * 8 - leading)
}
