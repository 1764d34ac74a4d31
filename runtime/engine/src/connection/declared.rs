//! Connections as ampline.toml declares them.

use ampline_core::provider::RateLimit;

use super::Credentials;
use crate::project::Party;

/// A connection of a file, its secrets read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Declared {
    /// Stable id; follows from the name.
    pub(crate) id: String,
    /// What the file calls it.
    pub(crate) name: String,
    /// Catalog name.
    pub(crate) provider: String,
    /// Whose it is, where that is said.
    pub(crate) group: Option<Party>,
    /// The provider's workspace.
    pub(crate) workspace: Option<String>,
    /// In place of the provider's own address.
    pub(crate) base_url: Option<String>,
    /// What the provider's addresses need besides.
    pub(crate) metadata: serde_json::Map<String, serde_json::Value>,
    /// How much may be asked through it, where that is not what the catalog says.
    pub(crate) rate_limit: Option<RateLimit>,
    /// What authorises; tokens are where it begins.
    pub(crate) credentials: Credentials,
}
