//! Today's form of the manifest (specVersion 1.0.0). Keys that older forms have in the same mappings stand at their ends.

use super::{Holds, Key, Keys};
use Holds::{Actions, Count, Fields, Flag, List, Mapping, Text, TextLike, Texts, Words};

/// Five fields of cron, an interval, or nothing.
pub(super) const SCHEDULE: Holds = TextLike {
    pattern: r"^\s*$|^\s*[0-9A-Za-z*,/?#-]+(\s+[0-9A-Za-z*,/?#-]+){4}\s*$|^\s*every\s+[0-9]+\s+(minute|hour|day)s?\s*$|^\s*once\s*$",
    example: "*/30 * * * *",
};

/// A plain name, or JSONPath in bracket form.
const FIELD_NAME: Holds =
    TextLike { pattern: r#"^([^$\[]|\$[^.\[]|\$$|\$?(\[('[^']+'|"[^"]+"|\*|[0-9]+)\])+$)"#, example: "$['address']['city']" };

/// What an event or an object says that is always on.
const ALWAYS: Holds = Words(&["always"]);

pub(in super::super) static MANIFEST: Keys = Keys {
    id: "manifest",
    name: "the manifest",
    keys: &[
        Key::new(
            "specVersion",
            Words(&["1.0.0", "0.1.0", "1.1.0"]),
            "The version of the format: `1.0.0`. (`0.1.0` and `1.1.0` are the forms of 2023.)",
        ),
        Key::new("integrations", List(&INTEGRATION), "What is read from, written to and subscribed at each provider."),
        Key::new("destinations", List(&DESTINATION), "Destinations that the file itself declares; the others are the project's."),
        Key::legacy("appName", Text, "specVersion 1.0.0 has no such key; remove it"),
    ],
    parent: None,
    open: false,
    needed: &[&["specVersion"], &["integrations"]],
};

pub(in super::super) static DESTINATION: Keys = Keys {
    id: "destination",
    name: "a destination",
    keys: &[
        Key::new("name", Text, "What `destination` refers to."),
        Key::new(
            "type",
            Text,
            "`webhook`, `s3`, `kinesis`, `postgres`, `api` (the hosted store) or the name of another sink. Its settings stand beside it.",
        ),
    ],
    parent: Some(&MANIFEST),
    open: true,
    needed: &[&["name"], &["type"]],
};

pub(in super::super) static INTEGRATION: Keys = Keys::new(
    "integration",
    "an integration",
    &MANIFEST,
    &[
        Key::new("name", Text, "What installations refer to: up to 64 letters, digits, `-` and `_`, unique in the file."),
        Key::new("displayName", Text, "Shown to people; up to 100 characters."),
        Key::new("provider", Text, "The provider's name in the catalog, which distinguishes case: `hubspot`, `salesforce`, …"),
        Key::new("module", Text, "One of the provider's modules, such as `crm`."),
        Key::new("read", Mapping(&READ), "Objects that are read on a schedule, or when you ask."),
        Key::new("write", Mapping(&WRITE), "Objects that your product may write."),
        Key::new("subscribe", Mapping(&SUBSCRIBE), "Objects whose changes are announced as they happen."),
        Key::new("proxy", Mapping(&PROXY), "Whether your product may call the provider's API through the runtime."),
        Key::new("watchSchema", Mapping(&WATCH_SCHEMA), "Whether changes of the customer's fields are announced."),
        Key::renamed("api", Text, "provider", "it is called `provider` since specVersion 1.0.0"),
        Key::legacy("actions", Actions, "since specVersion 1.0.0 they are `read`, `write` and `subscribe`, each with `objects`"),
    ],
)
.needs(&[&["name"], &["provider", "api"], &["read", "write", "subscribe", "proxy", "actions"]]);

pub(in super::super) static PROXY: Keys = Keys::new(
    "proxy",
    "`proxy`",
    &INTEGRATION,
    &[
        Key::new("enabled", Flag { default: false }, "Whether calls are passed on."),
        Key::new("useModule", Flag { default: false }, "Whether calls go to the base URL of the integration's module."),
    ],
)
.needs(&[&["enabled"]]);

pub(in super::super) static READ: Keys = Keys::new(
    "read",
    "`read`",
    &INTEGRATION,
    &[
        Key::new("objects", List(&READ_OBJECT), "The objects, at least one."),
        Key::renamed("standardObjects", List(&READ_OBJECT), "objects", "it is called `objects` since specVersion 1.0.0"),
        Key::legacy("customObjects", List(&READ_OBJECT), "since specVersion 1.0.0 all objects stand in `objects`"),
        Key::legacy("mappedObjects", List(&READ_OBJECT), "since specVersion 1.0.0 all objects stand in `objects`"),
        Key::legacy("schedule", SCHEDULE, "since specVersion 1.0.0 each object has a `schedule` of its own"),
    ],
)
.needs(&[&["objects", "standardObjects", "customObjects", "mappedObjects"]]);

pub(in super::super) static READ_OBJECT: Keys = Keys::new(
    "readObject",
    "a read object",
    &READ,
    &[
        Key::new("objectName", Text, "The provider's name of the object."),
        Key::new("mapToName", Text, "The name that messages carry in place of the provider's."),
        Key::new("mapToDisplayName", Text, "Shown to people in place of the provider's name."),
        Key::new("destination", Text, "The name of the destination that records are delivered to."),
        Key::new(
            "schedule",
            SCHEDULE,
            "When it is read: minute, hour, day of month, month and day of week, in UTC. Empty: only when you ask.",
        ),
        Key::new("requiredFields", Fields, "Fields that are read for every customer."),
        Key::new("optionalFields", Fields, "Fields that a customer may choose."),
        Key::new("optionalFieldsAuto", Words(&["all"]), "`all`: a customer may choose any field of the object."),
        Key::new("backfill", Mapping(&BACKFILL), "What is read at installation; left out, only what changes from then on."),
        Key::new("delivery", Mapping(&DELIVERY), "Deprecated: whether pages are delivered as they are read, or on request."),
        Key::new("enabled", ALWAYS, "`always`: read for every installation, whether or not the customer chose it."),
        Key::legacy("prompt", Text, "specVersion 1.0.0 has no such key for objects; remove it"),
        Key::legacy("customFields", Fields, "since specVersion 1.0.0 they stand among `requiredFields` and `optionalFields`"),
    ],
)
.needs(&[&["objectName", "mapToName"], &["destination"]]);

pub(in super::super) static FIELD: Keys = Keys::new(
    "field",
    "a field",
    &READ_OBJECT,
    &[
        Key::new("fieldName", FIELD_NAME, "The provider's name of the field, or a path in bracket form: `$['address']['city']`."),
        Key::new("mapToName", FIELD_NAME, "The name in `mappedFields`. Without `fieldName`, the customer chooses the field."),
        Key::new("mapToDisplayName", Text, "Shown to the customer who chooses."),
        Key::new("default", Text, "The field that is used where the customer chose none."),
        Key::new("prompt", Text, "What the customer is told besides, as a sentence."),
        Key::renamed("displayName", Text, "mapToDisplayName", "it is called `mapToDisplayName` since specVersion 1.0.0"),
        Key::legacy("transform", Text, "specVersion 1.0.0 has no such key; transform the messages where they arrive"),
    ],
)
.needs(&[&["fieldName", "mapToName"]]);

pub(in super::super) static BACKFILL: Keys = Keys::new(
    "backfill",
    "`backfill`",
    &READ_OBJECT,
    &[Key::new("defaultPeriod", Mapping(&DEFAULT_PERIOD), "How far back the first read goes: `days` or `fullHistory`.")],
)
.needs(&[&["defaultPeriod"]]);

pub(in super::super) static DEFAULT_PERIOD: Keys = Keys::new(
    "defaultPeriod",
    "`defaultPeriod`",
    &BACKFILL,
    &[
        Key::new("days", Count { min: 0, max: None }, "What changed in so many days; 0 for nothing."),
        Key::new("fullHistory", Flag { default: false }, "Everything there is."),
    ],
)
.needs(&[&["days", "fullHistory"]]);

pub(in super::super) static DELIVERY: Keys = Keys::new(
    "delivery",
    "`delivery`",
    &READ_OBJECT,
    &[
        Key::new("mode", Words(&["auto", "onRequest"]), "`auto`: as read. `onRequest`: a page at a time, when you ask."),
        Key::new("pageSize", Count { min: 50, max: Some(500) }, "Records of a page, with `mode: onRequest`."),
    ],
);

pub(in super::super) static WRITE: Keys = Keys::new(
    "write",
    "`write`",
    &INTEGRATION,
    &[
        Key::new("objects", List(&WRITE_OBJECT), "The objects, at least one."),
        Key::renamed("standardObjects", List(&WRITE_OBJECT), "objects", "it is called `objects` since specVersion 1.0.0"),
        Key::legacy("customObjects", List(&WRITE_OBJECT), "since specVersion 1.0.0 all objects stand in `objects`"),
        Key::legacy("mappedObjects", List(&WRITE_OBJECT), "since specVersion 1.0.0 all objects stand in `objects`"),
    ],
)
.needs(&[&["objects", "standardObjects", "customObjects", "mappedObjects"]]);

pub(in super::super) static WRITE_OBJECT: Keys = Keys::new(
    "writeObject",
    "a write object",
    &WRITE,
    &[
        Key::new("objectName", Text, "The provider's name of the object."),
        Key::new("inheritMapping", Flag { default: false }, "Whether the mappings of the read object hold for writes."),
        Key::new("valueDefaults", Mapping(&VALUE_DEFAULTS), "Which defaults a customer may set."),
        Key::legacy(
            "mapToName",
            Text,
            "specVersion 1.0.0 has no such key for writes; `inheritMapping: true` takes the mapping of the read object",
        ),
        Key::legacy("mapToDisplayName", Text, "specVersion 1.0.0 has no such key for writes; remove it"),
        Key::legacy("displayName", Text, "specVersion 1.0.0 has no such key for writes; remove it"),
        Key::legacy("prompt", Text, "specVersion 1.0.0 has no such key for writes; remove it"),
        Key::legacy(
            "mode",
            Words(&["insert", "update", "upsert"]),
            "since specVersion 1.0.0 each call says whether it creates or updates",
        ),
        Key::legacy("endpoint", Text, "since specVersion 1.0.0 objects are written under their names"),
        Key::legacy("schedule", SCHEDULE, "since specVersion 1.0.0 each call says whether it may wait"),
        Key::legacy("requiredFields", Fields, "specVersion 1.0.0 has no such key for writes; remove it"),
        Key::legacy("optionalFields", Fields, "specVersion 1.0.0 has no such key for writes; remove it"),
        Key::legacy(
            "customFields",
            Fields,
            "specVersion 1.0.0 has no such key for writes; `inheritMapping: true` takes the mappings of the read object",
        ),
    ],
)
.needs(&[&["objectName", "mapToName"]]);

pub(in super::super) static VALUE_DEFAULTS: Keys = Keys::new(
    "valueDefaults",
    "`valueDefaults`",
    &WRITE_OBJECT,
    &[Key::new("allowAnyFields", Flag { default: false }, "Whether defaults may be set for any field.")],
);

pub(in super::super) static SUBSCRIBE: Keys = Keys::new(
    "subscribe",
    "`subscribe`",
    &INTEGRATION,
    &[
        Key::new("objects", List(&SUBSCRIBE_OBJECT), "The objects, at least one."),
        Key::renamed("standardObjects", List(&SUBSCRIBE_OBJECT), "objects", "it is called `objects` since specVersion 1.0.0"),
        Key::legacy("customObjects", List(&SUBSCRIBE_OBJECT), "since specVersion 1.0.0 all objects stand in `objects`"),
        Key::legacy("mappedObjects", List(&SUBSCRIBE_OBJECT), "since specVersion 1.0.0 all objects stand in `objects`"),
    ],
)
.needs(&[&["objects", "standardObjects", "customObjects", "mappedObjects"]]);

pub(in super::super) static SUBSCRIBE_OBJECT: Keys = Keys::new(
    "subscribeObject",
    "a subscribe object",
    &SUBSCRIBE,
    &[
        Key::new("objectName", Text, "The provider's name of the object, which is read as well."),
        Key::new("destination", Text, "The name of the destination that events are delivered to."),
        Key::new("inheritFieldsAndMapping", Flag { default: false }, "`true`: fields and mappings are those of the read object."),
        Key::new("createEvent", Mapping(&EVENT), "Announces new records."),
        Key::new("updateEvent", Mapping(&UPDATE_EVENT), "Announces changed records."),
        Key::new("deleteEvent", Mapping(&EVENT), "Announces deleted records."),
        Key::new("associationChangeEvent", Mapping(&ASSOCIATION_CHANGE_EVENT), "Announces changed associations (HubSpot)."),
        Key::new("otherEvents", Texts, "The provider's own names of further events."),
        Key::legacy(
            "mapToName",
            Text,
            "specVersion 1.0.0 has no such key for subscriptions; the mapping is that of the read object",
        ),
        Key::legacy("mapToDisplayName", Text, "specVersion 1.0.0 has no such key for subscriptions; remove it"),
        Key::legacy("prompt", Text, "specVersion 1.0.0 has no such key for subscriptions; remove it"),
        Key::legacy(
            "event",
            Words(&["create", "update", "delete"]),
            "since specVersion 1.0.0 it is `createEvent`, `updateEvent` or `deleteEvent`, each with `enabled: always`",
        ),
        Key::legacy("watchFields", Fields, "it is `updateEvent.requiredWatchFields` since specVersion 1.0.0"),
        Key::legacy("additionalFields", Fields, "since specVersion 1.0.0 the fields are those of the read object"),
    ],
)
.needs(&[&["objectName", "mapToName"], &["destination"]]);

const ENABLED: Key = Key::new("enabled", ALWAYS, "`always`: on for every installation.");

pub(in super::super) static EVENT: Keys = Keys::new("event", "an event", &SUBSCRIBE_OBJECT, &[ENABLED]).needs(&[&["enabled"]]);

pub(in super::super) static UPDATE_EVENT: Keys = Keys::new(
    "updateEvent",
    "`updateEvent`",
    &SUBSCRIBE_OBJECT,
    &[
        ENABLED,
        Key::new(
            "watchFieldsAuto",
            Words(&["all", "selected"]),
            "Which changes count: of all fields, or of those that are read.",
        ),
        Key::new("requiredWatchFields", Texts, "The fields whose changes count, by the provider's or by their mapped names."),
    ],
)
.needs(&[&["enabled"]]);

pub(in super::super) static ASSOCIATION_CHANGE_EVENT: Keys = Keys::new(
    "associationChangeEvent",
    "`associationChangeEvent`",
    &SUBSCRIBE_OBJECT,
    &[ENABLED, Key::new("includeFullRecords", Flag { default: false }, "Whether the associated records travel along.")],
)
.needs(&[&["enabled"]]);

pub(in super::super) static WATCH_SCHEMA: Keys = Keys::new(
    "watchSchema",
    "`watchSchema`",
    &INTEGRATION,
    &[
        Key::new("destination", Text, "The name of the destination that changes are delivered to."),
        Key::new("schedule", SCHEDULE, "When fields are compared, in UTC; daily at midnight by default."),
        Key::new("allObjects", Mapping(&ALL_OBJECTS), "Which changes are announced."),
    ],
)
.needs(&[&["destination"], &["allObjects"]]);

pub(in super::super) static ALL_OBJECTS: Keys = Keys::new(
    "allObjects",
    "`allObjects`",
    &WATCH_SCHEMA,
    &[
        Key::new("fieldCreated", Mapping(&FIELD_EVENT), "Announces new fields."),
        Key::new("fieldDeleted", Mapping(&FIELD_EVENT), "Announces fields that are gone."),
        Key::new("fieldChanged", Mapping(&FIELD_EVENT), "Announces fields whose type or values changed."),
    ],
);

pub(in super::super) static FIELD_EVENT: Keys =
    Keys::new("fieldEvent", "an event", &ALL_OBJECTS, &[ENABLED]).needs(&[&["enabled"]]);
