//! The format of a provider's file, as tables.

use super::table::{
    Holds::{Count, Flag, Json, List, Mapping, MappingOrText, Pairs, Text, Texts, Word},
    Key, Keys,
};

/// Names of times' forms.
pub(super) const TIME_FORMATS: &[&str] =
    &["rfc3339", "rfc3339Milliseconds", "dateTime", "date", "unixSeconds", "unixMilliseconds"];

/// Names of spans that times are rounded to.
pub(super) const RESOLUTIONS: &[&str] = &["millisecond", "second", "minute", "day"];

/// The whole file.
pub(super) static PROVIDER: Keys = Keys {
    name: "a provider",
    keys: &[
        Key::required("name", Text, "Catalog name, which amp.yaml gives as `provider`: letters, digits, `-` and `_`."),
        Key::new("displayName", Text, "Shown to people; the name where it is left out."),
        Key::new("docsURL", Text, "Where the provider describes its API."),
        Key::required("baseURL", Text, "Where the API lives. `{{.workspace}}` and the like stand for what a connection says."),
        Key::new("inputs", List(&INPUT), "What a connection must say for the placeholders of the addresses."),
        Key::new("auth", Mapping(&AUTH), "How requests are authorised; not at all where it is left out."),
        Key::new("headers", Pairs, "Sent with every request (`Notion-Version`). Never credentials."),
        Key::new("rateLimit", Mapping(&RATE_LIMIT), "How much one connection may ask."),
        Key::new("errors", Mapping(&ERRORS), "What refusals mean."),
        Key::new("fields", Mapping(&FIELDS), "How answers to `fieldsPath` describe an object's fields."),
        Key::new("defaults", Mapping(&DEFAULTS), "Keys of objects, for those objects that do not state them."),
        Key::required("objects", List(&OBJECT), "What can be read."),
    ],
};

static INPUT: Keys = Keys {
    name: "an input",
    keys: &[
        Key::required("name", Text, "As the placeholder names it: `workspace`."),
        Key::new("displayName", Text, "Shown to people: `Subdomain`."),
        Key::new("documentation", Text, "Where it is found, for people."),
    ],
};

static AUTH: Keys = Keys {
    name: "`auth`",
    keys: &[
        Key::required("type", Word(&["none", "basic", "apiKey", "oauth2", "custom"]), "Which scheme."),
        Key::new("header", Text, "apiKey: the header that carries the key."),
        Key::new("prefix", Text, "apiKey: written before the key in the header (`Bearer `)."),
        Key::new("query", Text, "apiKey: the parameter of the query that carries the key, in place of a header."),
        Key::new("grant", Word(&["authorizationCode", "clientCredentials", "password"]), "oauth2: how tokens are first got."),
        Key::new("authURL", Text, "oauth2: where a person consents."),
        Key::new("tokenURL", Text, "oauth2: where tokens are given and refreshed."),
        Key::new("scopes", Texts, "oauth2: asked for where the product's registration names none."),
        Key::new("scopeSeparator", Text, "oauth2: written between scopes; a space where it is left out."),
        Key::new("authURLParams", Pairs, "oauth2: further parameters of the consent address."),
        Key::new("tokenParams", Pairs, "oauth2: further parameters of requests for a token."),
        Key::new(
            "clientAuthBasic",
            Flag,
            "oauth2: whether the client's secret travels as Basic authentication; else in the form.",
        ),
        Key::new("workspaceField", Text, "oauth2: the member of the token answer that names the customer's workspace."),
        Key::new("headers", Pairs, "custom: headers with credentials; `{{.name}}` stands for an input."),
        Key::new("queryParams", Pairs, "custom: parameters of the query with credentials, the same way."),
        Key::new("inputs", List(&INPUT), "custom: what a customer gives; all of it is kept as secret."),
    ],
};

static RATE_LIMIT: Keys = Keys {
    name: "`rateLimit`",
    keys: &[
        Key::required("requests", Count { min: 1, max: 1_000_000 }, "Requests …"),
        Key::required("perSeconds", Count { min: 1, max: 86_400 }, "… within so many seconds."),
        Key::new("concurrent", Count { min: 1, max: 1_000 }, "Requests at the same time."),
    ],
};

static ERRORS: Keys = Keys {
    name: "`errors`",
    keys: &[
        Key::new("message", Texts, "Where the provider's words stand in the body; the first path that leads to a text counts."),
        Key::new("retryAfter", Mapping(&RETRY_AFTER), "Where the wait stands that the provider asks for, beside `Retry-After`."),
        Key::new("rules", List(&ERROR_RULE), "Refusals that mean something else than their status; the first that fits counts."),
    ],
};

static RETRY_AFTER: Keys = Keys {
    name: "`retryAfter`",
    keys: &[
        Key::new("header", Text, "The header that holds it."),
        Key::new("path", Text, "Or where it stands in the body."),
        Key::new(
            "format",
            Word(&["seconds", "milliseconds", "unixSeconds", "unixMilliseconds"]),
            "A span, or the time when it ends; seconds where it is left out.",
        ),
    ],
};

static ERROR_RULE: Keys = Keys {
    name: "a rule",
    keys: &[
        Key::new("status", Texts, "Statuses that it is for; any where it is left out."),
        Key::new("header", Text, "A header of the answer …"),
        Key::new("path", Text, "… or a place in the body …"),
        Key::new("equals", Text, "… whose text is this …"),
        Key::new("contains", Text, "… or contains this; that it is there suffices where neither is given."),
        Key::required(
            "class",
            Word(&["rateLimited", "transient", "badCredentials", "badRequest", "cursorGone", "forbidden", "notFound"]),
            "What it means.",
        ),
    ],
};

/// Keys that both an object and `defaults` may have.
macro_rules! object_keys {
    ($($own:expr),*) => {
        &[
            $($own,)*
            Key::new("method", Word(&["GET", "POST"]), "GET where it is left out."),
            Key::new("query", Pairs, "Parameters of every request for a page."),
            Key::new("body", Json, "The JSON body of requests for a page, to which paging and filters add their parts."),
            Key::new("records", Text, "Where the list of records stands in the answer; `$` is the answer itself."),
            Key::new("keyed", Flag, "Whether the records are the values of a mapping rather than a list."),
            Key::new("unwrap", Text, "Where the record stands within an item of the list (`node`)."),
            Key::new("id", Texts, "Where a record's id stands; several make one id, joined by `:`."),
            Key::new("updatedAt", MappingOrText(&UPDATED_AT, "path"), "Where it stands when a record last changed."),
            Key::new("deleted", MappingOrText(&DELETED, "path"), "What marks a record as deleted."),
            Key::new("fieldRoot", Text, "The mapping within a record that holds its fields; those beside it stay fields as well."),
            Key::new("since", Mapping(&BOUND), "How to ask for what changed since a time."),
            Key::new("until", Mapping(&BOUND), "How to ask for what changed until a time."),
            Key::new("newestFirst", Flag, "Whether the records come sorted by their last change, newest first: reading stops early."),
            Key::new("total", Text, "Where it stands how many records there are."),
            Key::new("paging", Mapping(&PAGING), "How the next page is asked for; there is one page where it is left out."),
            Key::new("pageSize", Mapping(&PAGE_SIZE), "How many records are asked for at once."),
            Key::new("fieldsPath", Text, "Path and query that describe the object's fields; `fields` of the provider says how to read the answer."),
            Key::new("byId", Mapping(&BY_ID), "The request for records by their ids.")
        ]
    };
}

static DEFAULTS: Keys = Keys { name: "`defaults`", keys: object_keys!() };

static OBJECT: Keys = Keys {
    name: "an object",
    keys: object_keys!(
        Key::required("name", Text, "As amp.yaml names it; `*` stands for all names that have no entry."),
        Key::new("displayName", Text, "Shown to people; the name where it is left out."),
        Key::required("path", Text, "Beneath the base URL. `{{.object}}` stands for the object's name.")
    ),
};

static UPDATED_AT: Keys = Keys {
    name: "`updatedAt`",
    keys: &[
        Key::required("path", Text, "Where it stands in a record."),
        Key::new("format", Word(TIME_FORMATS), "rfc3339 where it is left out."),
        Key::new("resolution", Word(RESOLUTIONS), "What the provider rounds it down to; a second where it is left out."),
    ],
};

static DELETED: Keys = Keys {
    name: "`deleted`",
    keys: &[
        Key::required("path", Text, "Where it stands in a record."),
        Key::new("equals", Json, "The value that means deleted; where it is left out, any but `false`, null and absence."),
    ],
};

static BOUND: Keys = Keys {
    name: "a bound of time",
    keys: &[
        Key::new("query", Text, "The parameter of the query that holds it …"),
        Key::new("body", Text, "… or its place in the JSON body."),
        Key::new(
            "value",
            Json,
            "What is sent, with `{{.time}}` in place of the time, which alone is sent where this is left out.",
        ),
        Key::new("format", Word(TIME_FORMATS), "rfc3339 where it is left out."),
        Key::new("resolution", Word(RESOLUTIONS), "What the provider compares by; the format's finest where it is left out."),
        Key::new("inclusive", Flag, "Whether a change at that very time is in; yes where it is left out."),
        Key::new("otherwise", Json, "What is sent where there is no bound; nothing where it is left out."),
    ],
};

static PAGING: Keys = Keys {
    name: "`paging`",
    keys: &[
        Key::required("type", Word(&["none", "cursor", "nextLink", "linkHeader", "offset", "pageNumber"]), "Which kind."),
        Key::new("next", Text, "cursor, nextLink: where it stands in the answer."),
        Key::new("lastRecord", Text, "cursor: where it stands in the last record, in place of `next`."),
        Key::new("query", Text, "cursor, offset, pageNumber: the parameter of the query that it is sent as …"),
        Key::new("body", Text, "… or its place in the JSON body."),
        Key::new("start", Count { min: 0, max: 1 }, "pageNumber: the number of the first page; 1 where it is left out."),
        Key::new("hasMore", Text, "Where the answer says `true` as long as there is more."),
        Key::new("done", Text, "Where the answer says `true` on the last page."),
        Key::new("untilEmpty", Flag, "cursor: the token may stay the same; a page without records is the last."),
        Key::new("pages", Text, "pageNumber: where the answer says how many pages there are."),
    ],
};

static PAGE_SIZE: Keys = Keys {
    name: "`pageSize`",
    keys: &[
        Key::new("query", Text, "The parameter of the query that holds it …"),
        Key::new("body", Text, "… or its place in the JSON body."),
        Key::required("value", Count { min: 1, max: 10_000 }, "How many."),
    ],
};

static FIELDS: Keys = Keys {
    name: "`fields`",
    keys: &[
        Key::required("records", Text, "Where the list of fields stands in the answer."),
        Key::required("name", Text, "Where a field's name stands."),
        Key::new("label", Text, "Where the name stands that people are shown."),
        Key::new("type", Text, "Where the provider's word for its kind stands."),
        Key::new("custom", MappingOrText(&DELETED, "path"), "What marks a field that the customer made."),
        Key::new("readOnly", MappingOrText(&DELETED, "path"), "What marks a field that cannot be written."),
    ],
};

static BY_ID: Keys = Keys {
    name: "`byId`",
    keys: &[
        Key::required("path", Text, "Beneath the base URL. `{{.id}}` stands for one id, `{{.ids}}` for several with commas."),
        Key::new("query", Pairs, "Parameters of the request, which may hold `{{.ids}}` as well."),
        Key::new("records", Text, "Where the record stands, or the list of them; `$` where it is left out."),
    ],
};
