//! The `actions` of the form of 2023 (specVersion 0.1.0). Their objects are those of today's blocks with some keys more.

use super::{Holds, INTEGRATION, Key, Keys, READ_OBJECT, SCHEDULE, SUBSCRIBE_OBJECT, WRITE_OBJECT};
use Holds::{List, Words};

const TYPE: &str = "What the action does: `read`, `write` or `subscribe` (`notify` is the same).";

const STANDARD: &str = "Objects that the provider has in every account.";
const CUSTOM: &str = "Objects that your product or the customer made.";

pub(in super::super) static READ_ACTION: Keys = Keys::new(
    "readAction",
    "a read action",
    &INTEGRATION,
    &[
        Key::new("type", Words(&["read"]), TYPE),
        Key::new("schedule", SCHEDULE, "When its objects are read: `once`, `every 12 hours`, or five-field cron in UTC."),
        Key::new("objects", List(&READ_OBJECT), STANDARD),
        Key::new("standardObjects", List(&READ_OBJECT), STANDARD),
        Key::new("customObjects", List(&READ_OBJECT), CUSTOM),
        Key::new("mappedObjects", List(&READ_OBJECT), CUSTOM),
    ],
)
.needs(&[&["type"], &["objects", "standardObjects", "customObjects", "mappedObjects"]]);

pub(in super::super) static WRITE_ACTION: Keys = Keys::new(
    "writeAction",
    "a write action",
    &INTEGRATION,
    &[
        Key::new("type", Words(&["write"]), TYPE),
        Key::new("objects", List(&WRITE_OBJECT), STANDARD),
        Key::new("standardObjects", List(&WRITE_OBJECT), STANDARD),
        Key::new("customObjects", List(&WRITE_OBJECT), CUSTOM),
        Key::new("mappedObjects", List(&WRITE_OBJECT), CUSTOM),
    ],
)
.needs(&[&["type"], &["objects", "standardObjects", "customObjects", "mappedObjects"]]);

pub(in super::super) static SUBSCRIBE_ACTION: Keys = Keys::new(
    "subscribeAction",
    "a subscribe action",
    &INTEGRATION,
    &[
        Key::new("type", Words(&["subscribe", "notify"]), TYPE),
        Key::new("objects", List(&SUBSCRIBE_OBJECT), STANDARD),
        Key::new("standardObjects", List(&SUBSCRIBE_OBJECT), STANDARD),
        Key::new("customObjects", List(&SUBSCRIBE_OBJECT), CUSTOM),
        Key::new("mappedObjects", List(&SUBSCRIBE_OBJECT), CUSTOM),
    ],
)
.needs(&[&["type"], &["objects", "standardObjects", "customObjects", "mappedObjects"]]);
