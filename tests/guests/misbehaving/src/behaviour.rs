//! What the sink can be told to do, by name.

/// What the sink does. Where not said otherwise, it does it in `deliver`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Behaviour {
    /// Delivers everything.
    Deliver,
    /// Rejects everything, as `test.rejected`.
    Reject,
    /// Fails everything as transient.
    Fail,
    /// Is throttled for a minute.
    Throttle,
    /// Is blocked.
    Block,
    /// Executes an `unreachable` instruction.
    Trap,
    /// The same, if a message of the batch holds the word `poison`.
    TrapOnPoison,
    /// Traps in `open`.
    TrapInOpen,
    /// Panics with a message, which is logged first.
    Panic,
    /// Overflows its stack.
    Recurse,
    /// Never ends, calling nothing.
    Loop,
    /// The same in `validate` (and so in `open`, which validates first).
    LoopInValidate,
    /// The same in `open`.
    LoopInOpen,
    /// Grows its memory without end.
    Allocate,
    /// States one outcome too few.
    Short,
    /// States one outcome too many.
    Long,
    /// States no outcome.
    Empty,
    /// Logs without end.
    FloodLog,
    /// Logs one line of 8 MiB, then delivers.
    BigLog,
    /// States outcomes whose texts are 8 MiB long.
    BigMessage,
    /// Sends one request for each envelope to `url`, with the `credential` that its configuration names, and passes on what became of it.
    SlowHost,
    /// Sends 100,000 requests in one call.
    FloodHttp,
    /// Names messages that are not in the batch: in a request's body, then in `messages`.
    BadIndex,
    /// Sets headers that belong to the host, and reports what became of the request.
    ReservedHeader,
    /// Sets `authorization` itself, and reports what became of the request.
    OwnAuthorization,
    /// Sends one request for each envelope to `url`, and rejects everything whatever became of it.
    Hide,
    /// Reads bodies, metadata and records, and reports their sizes: `body=… metadata=… records=…`.
    Look,
    /// Reads the body again and again, without end.
    FloodBody,
    /// Counts its calls in a static and reports the count: an instance that was used before says more than 1.
    Remember,
    /// Has a configuration issue that is not fatal, then delivers.
    WarnInValidate,
    /// Refuses to open.
    BlockInOpen,
    /// Sends one request for each envelope to `url`, then looks for the reverse of `reversed` in all of its memory, and reports
    /// how often it is there: `found=…`.
    Search,
}

const ALL: [(&str, Behaviour); 32] = [
    ("deliver", Behaviour::Deliver),
    ("reject", Behaviour::Reject),
    ("fail", Behaviour::Fail),
    ("throttle", Behaviour::Throttle),
    ("block", Behaviour::Block),
    ("trap", Behaviour::Trap),
    ("trap-on-poison", Behaviour::TrapOnPoison),
    ("trap-in-open", Behaviour::TrapInOpen),
    ("panic", Behaviour::Panic),
    ("recurse", Behaviour::Recurse),
    ("loop", Behaviour::Loop),
    ("loop-in-validate", Behaviour::LoopInValidate),
    ("loop-in-open", Behaviour::LoopInOpen),
    ("allocate", Behaviour::Allocate),
    ("short", Behaviour::Short),
    ("long", Behaviour::Long),
    ("empty", Behaviour::Empty),
    ("flood-log", Behaviour::FloodLog),
    ("big-log", Behaviour::BigLog),
    ("big-message", Behaviour::BigMessage),
    ("slow-host", Behaviour::SlowHost),
    ("flood-http", Behaviour::FloodHttp),
    ("bad-index", Behaviour::BadIndex),
    ("reserved-header", Behaviour::ReservedHeader),
    ("own-authorization", Behaviour::OwnAuthorization),
    ("hide", Behaviour::Hide),
    ("look", Behaviour::Look),
    ("flood-body", Behaviour::FloodBody),
    ("remember", Behaviour::Remember),
    ("warn-in-validate", Behaviour::WarnInValidate),
    ("block-in-open", Behaviour::BlockInOpen),
    ("search", Behaviour::Search),
];

impl Behaviour {
    pub(crate) fn named(name: &str) -> Option<Self> {
        ALL.iter().find(|(known, _)| *known == name).map(|(_, behaviour)| *behaviour)
    }
}

pub(crate) fn names() -> Vec<&'static str> {
    ALL.iter().map(|(name, _)| *name).collect()
}
