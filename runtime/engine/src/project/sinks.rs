//! What is kept of installed sinks, and of what became of them.

use jiff::Timestamp;

use super::model::Origin;

/// A sink besides those built in.
#[derive(Debug, Clone, PartialEq)]
pub struct SinkRecord {
    /// The type of destination that it serves.
    pub name: String,
    /// The sink's own version.
    pub version: String,
    /// SHA-256 of its component, in hexadecimal digits.
    pub digest: String,
    /// Bytes of its component.
    pub bytes: u64,
    /// Who installed it.
    pub origin: Origin,
    /// While it is on trial: the digest of the version that stands by.
    pub former: Option<String>,
    /// Over its bytes, as it was given.
    pub signature: Option<Vec<u8>>,
    /// The name of the key that the signature fits.
    pub signed_by: Option<String>,
    /// When it was first installed.
    pub create_time: Timestamp,
    /// When this component was.
    pub update_time: Timestamp,
}

/// Something that became of an installed sink.
#[derive(Debug, Clone, PartialEq)]
pub struct SinkEvent {
    /// The sink, which may be gone.
    pub name: String,
    /// What became of it.
    pub action: SinkAction,
    /// The version that served from then on; for removals, until then.
    pub version: String,
    /// Of its component.
    pub digest: String,
    /// What that version may ask for.
    pub imports: Vec<String>,
    /// Who asked for it.
    pub actor: String,
    /// The name of the key that its signature fits.
    pub signed_by: Option<String>,
    /// Over its bytes, as it was given.
    pub signature: Option<Vec<u8>>,
    /// Why, where nobody asked for it.
    pub reason: Option<String>,
    /// When.
    pub time: Timestamp,
}

/// What became of an installed sink.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SinkAction {
    /// It came.
    Installed,
    /// Another version took its place, on trial.
    Replaced,
    /// The version on trial proved itself.
    Trusted,
    /// A former version took its place back.
    RolledBack,
    /// It went.
    Removed,
}

impl SinkAction {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Installed, Self::Replaced, Self::Trusted, Self::RolledBack, Self::Removed];

    /// As the store and the API write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Installed => "installed",
            Self::Replaced => "replaced",
            Self::Trusted => "trusted",
            Self::RolledBack => "rolledBack",
            Self::Removed => "removed",
        }
    }
}
