//! HubSpot's objects by type id, singular and plural: events, manifests and paths each use another of the three.

/// Type id, singular, plural, as of the CRM API v3.
const OBJECTS: [(&str, &str, &str); 21] = [
    ("0-1", "contact", "contacts"),
    ("0-2", "company", "companies"),
    ("0-3", "deal", "deals"),
    ("0-5", "ticket", "tickets"),
    ("0-7", "product", "products"),
    ("0-8", "line_item", "line_items"),
    ("0-11", "conversation", "conversations"),
    ("0-14", "quote", "quotes"),
    ("0-18", "communication", "communications"),
    ("0-27", "task", "tasks"),
    ("0-46", "note", "notes"),
    ("0-47", "meeting", "meetings"),
    ("0-48", "call", "calls"),
    ("0-49", "email", "emails"),
    ("0-53", "invoice", "invoices"),
    ("0-69", "subscription", "subscriptions"),
    ("0-101", "commerce_payment", "commerce_payments"),
    ("0-116", "postal_mail", "postal_mail"),
    ("0-123", "order", "orders"),
    ("0-136", "lead", "leads"),
    ("0-142", "cart", "carts"),
];

/// A name without case and punctuation: `line_item`, `line-item` and `lineItem` are one.
pub(super) fn squash(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn known(name: &str) -> Option<&'static str> {
    let squashed = squash(name);
    let known =
        OBJECTS.iter().find(|(id, singular, plural)| *id == name || squash(singular) == squashed || squash(plural) == squashed);
    known.map(|(_, singular, _)| *singular)
}

/// Whether an object is one of HubSpot's own.
pub(super) fn is_known(name: &str) -> bool {
    known(name).is_some()
}

/// One name for all spellings of an object: the singular where it is HubSpot's own, else what was given. Events say the type id of a
/// custom object (`2-3465404`); what manifests call it, [`CustomObjects`](super::CustomObjects) tells.
pub(super) fn canonical(name: &str) -> String {
    known(name).map_or_else(|| name.to_lowercase(), str::to_owned)
}
