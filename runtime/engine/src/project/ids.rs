//! Ids of things that are known by a name: the same name gives the same id at every start, and so keeps cursors.

use sha2::{Digest, Sha256};

/// The id of the thing of this kind and name.
pub(crate) fn stable_id(kind: &str, name: &str) -> String {
    let digest = Sha256::digest(format!("ampline.{kind}.{name}"));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid().to_string()
}
