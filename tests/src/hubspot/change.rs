//! What happened to the records of one object type: written down while somebody listens, and told by webhook later.

/// Something that happened to one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    /// Unix milliseconds.
    pub(super) at_ms: i64,
    /// The record.
    pub(super) id: u64,
    /// What happened.
    pub(super) kind: ChangeKind,
}

/// What can happen to a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ChangeKind {
    /// It was created.
    Creation,
    /// One property has another value.
    Property {
        /// Which.
        name: String,
        /// The value, empty where it was cleared.
        value: String,
    },
    /// It was archived.
    Deletion,
    /// It was erased for good, on a person's demand.
    PrivacyDeletion,
    /// It came back out of the archive.
    Restore,
    /// Another record was merged into it.
    Merge {
        /// The record that is no more.
        merged: u64,
        /// How many of its values were taken over.
        properties_moved: usize,
    },
    /// It was associated with another record, or no longer is.
    Association {
        /// Name of the other record's type.
        to_object: String,
        /// The other record.
        to: u64,
        /// Whether the association is gone.
        is_removed: bool,
    },
}

/// Changes in the order in which they happened; nothing is kept unless somebody listens.
#[derive(Debug, Default)]
pub(super) struct ChangeLog {
    pub(super) is_listening: bool,
    changes: Vec<Change>,
}

impl ChangeLog {
    /// Writes a change down.
    pub(super) fn push(&mut self, at_ms: i64, id: u64, kind: ChangeKind) {
        if self.is_listening {
            self.changes.push(Change { at_ms, id, kind });
        }
    }

    /// Everything since the last time.
    pub(super) fn take(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes)
    }
}
