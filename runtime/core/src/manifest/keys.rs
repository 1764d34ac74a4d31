//! Which keys stand where: the manifest format as a table, for unknown keys and what to say about them.

/// A mapping of the format and the keys it may have.
#[derive(Debug)]
pub(super) struct Keys {
    /// For people: "a read object".
    pub(super) name: &'static str,
    /// The keys, each with the mapping beneath it (of a list: of its items).
    pub(super) keys: &'static [(&'static str, Option<&'static Keys>)],
    /// The mapping it stands in.
    pub(super) parent: Option<&'static Keys>,
    /// Other keys are allowed and kept.
    pub(super) open: bool,
}

impl Keys {
    const fn new(name: &'static str, parent: &'static Keys, keys: &'static [(&'static str, Option<&'static Keys>)]) -> Self {
        Self { name, keys, parent: Some(parent), open: false }
    }

    /// The key as it should be spelled, if this mapping may have it. Case does not matter, as in the official program.
    pub(super) fn spelling(&self, key: &str) -> Option<&'static str> {
        self.names().find(|name| *name == key).or_else(|| self.names().find(|name| name.eq_ignore_ascii_case(key)))
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.keys.iter().map(|(name, _)| *name)
    }
}

pub(super) static MANIFEST: Keys = Keys {
    name: "the manifest",
    keys: &[("specVersion", None), ("integrations", Some(&INTEGRATION)), ("destinations", Some(&DESTINATION))],
    parent: None,
    open: false,
};

pub(super) static DESTINATION: Keys =
    Keys { name: "a destination", keys: &[("name", None), ("type", None)], parent: Some(&MANIFEST), open: true };

pub(super) static INTEGRATION: Keys = Keys::new(
    "an integration",
    &MANIFEST,
    &[
        ("name", None),
        ("displayName", None),
        ("provider", None),
        ("module", None),
        ("read", Some(&READ)),
        ("write", Some(&WRITE)),
        ("subscribe", Some(&SUBSCRIBE)),
        ("proxy", Some(&PROXY)),
        ("watchSchema", Some(&WATCH_SCHEMA)),
    ],
);

pub(super) static PROXY: Keys = Keys::new("`proxy`", &INTEGRATION, &[("enabled", None), ("useModule", None)]);

pub(super) static READ: Keys = Keys::new("`read`", &INTEGRATION, &[("objects", Some(&READ_OBJECT))]);

pub(super) static READ_OBJECT: Keys = Keys::new(
    "a read object",
    &READ,
    &[
        ("objectName", None),
        ("mapToName", None),
        ("mapToDisplayName", None),
        ("destination", None),
        ("schedule", None),
        ("requiredFields", Some(&FIELD)),
        ("optionalFields", Some(&FIELD)),
        ("optionalFieldsAuto", None),
        ("backfill", Some(&BACKFILL)),
        ("delivery", Some(&DELIVERY)),
        ("enabled", None),
    ],
);

pub(super) static FIELD: Keys = Keys::new(
    "a field",
    &READ_OBJECT,
    &[("fieldName", None), ("mapToName", None), ("mapToDisplayName", None), ("default", None), ("prompt", None)],
);

pub(super) static BACKFILL: Keys = Keys::new("`backfill`", &READ_OBJECT, &[("defaultPeriod", Some(&DEFAULT_PERIOD))]);

pub(super) static DEFAULT_PERIOD: Keys = Keys::new("`defaultPeriod`", &BACKFILL, &[("days", None), ("fullHistory", None)]);

pub(super) static DELIVERY: Keys = Keys::new("`delivery`", &READ_OBJECT, &[("mode", None), ("pageSize", None)]);

pub(super) static WRITE: Keys = Keys::new("`write`", &INTEGRATION, &[("objects", Some(&WRITE_OBJECT))]);

pub(super) static WRITE_OBJECT: Keys = Keys::new(
    "a write object",
    &WRITE,
    &[("objectName", None), ("inheritMapping", None), ("valueDefaults", Some(&VALUE_DEFAULTS))],
);

pub(super) static VALUE_DEFAULTS: Keys = Keys::new("`valueDefaults`", &WRITE_OBJECT, &[("allowAnyFields", None)]);

pub(super) static SUBSCRIBE: Keys = Keys::new("`subscribe`", &INTEGRATION, &[("objects", Some(&SUBSCRIBE_OBJECT))]);

pub(super) static SUBSCRIBE_OBJECT: Keys = Keys::new(
    "a subscribe object",
    &SUBSCRIBE,
    &[
        ("objectName", None),
        ("destination", None),
        ("inheritFieldsAndMapping", None),
        ("createEvent", Some(&EVENT)),
        ("updateEvent", Some(&UPDATE_EVENT)),
        ("deleteEvent", Some(&EVENT)),
        ("associationChangeEvent", Some(&ASSOCIATION_CHANGE_EVENT)),
        ("otherEvents", None),
    ],
);

pub(super) static EVENT: Keys = Keys::new("an event", &SUBSCRIBE_OBJECT, &[("enabled", None)]);

pub(super) static UPDATE_EVENT: Keys =
    Keys::new("`updateEvent`", &SUBSCRIBE_OBJECT, &[("enabled", None), ("watchFieldsAuto", None), ("requiredWatchFields", None)]);

pub(super) static ASSOCIATION_CHANGE_EVENT: Keys =
    Keys::new("`associationChangeEvent`", &SUBSCRIBE_OBJECT, &[("enabled", None), ("includeFullRecords", None)]);

pub(super) static WATCH_SCHEMA: Keys =
    Keys::new("`watchSchema`", &INTEGRATION, &[("destination", None), ("schedule", None), ("allObjects", Some(&ALL_OBJECTS))]);

pub(super) static ALL_OBJECTS: Keys = Keys::new(
    "`allObjects`",
    &WATCH_SCHEMA,
    &[("fieldCreated", Some(&FIELD_EVENT)), ("fieldDeleted", Some(&FIELD_EVENT)), ("fieldChanged", Some(&FIELD_EVENT))],
);

pub(super) static FIELD_EVENT: Keys = Keys::new("an event", &ALL_OBJECTS, &[("enabled", None)]);
