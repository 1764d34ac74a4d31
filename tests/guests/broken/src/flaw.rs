//! Which flaw the sink has: a word in the component itself, so that also what a sink says before it has a configuration can be wrong.

/// What whoever breaks the sink looks for in the component, and writes the name of a flaw behind.
static WORD: [u8; 32] = *b"FLAW:none                       ";

/// What is wrong with the sink.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// Nothing.
    None,
    /// Its version counts how often it was asked.
    Unstable,
    /// Its schema has a type that there is not.
    BadSchema,
    /// A password that does not say writeOnly.
    BareSecret,
    /// Takes a number beyond its maximum.
    Credulous,
    /// Names a place that is not in the configuration.
    Astray,
    /// Executes an `unreachable` instruction in `deliver`.
    Trap,
    /// Never ends in `deliver`.
    Loop,
    /// Never more than fifty outcomes.
    Short,
    /// An outcome for no message.
    Chatty,
    /// Keeps two MiB of every batch.
    Leak,
    /// The attempt is in the idempotency key.
    Attempt,
    /// Nothing in its requests tells messages apart.
    Anonymous,
    /// Calls 502 delivered.
    Swallow,
    /// Forgets `Retry-After`.
    Heedless,
    /// Denies that a request may have been taken that had no answer.
    Denying,
    /// One failure fails all messages.
    AllOrNone,
    /// Tries again and again.
    Storm,
    /// The id of the first message that it ever sent goes along with all others.
    Remember,
    /// Traps where a body is not UTF-8.
    Fragile,
}

const ALL: [(&str, Flaw); 19] = [
    ("unstable", Flaw::Unstable),
    ("bad-schema", Flaw::BadSchema),
    ("bare-secret", Flaw::BareSecret),
    ("credulous", Flaw::Credulous),
    ("astray", Flaw::Astray),
    ("trap", Flaw::Trap),
    ("loop", Flaw::Loop),
    ("short", Flaw::Short),
    ("chatty", Flaw::Chatty),
    ("leak", Flaw::Leak),
    ("attempt", Flaw::Attempt),
    ("anonymous", Flaw::Anonymous),
    ("swallow", Flaw::Swallow),
    ("heedless", Flaw::Heedless),
    ("denying", Flaw::Denying),
    ("all-or-none", Flaw::AllOrNone),
    ("storm", Flaw::Storm),
    ("remember", Flaw::Remember),
    ("fragile", Flaw::Fragile),
];

/// The flaw that stands in the component.
pub(crate) fn flaw() -> Flaw {
    // SAFETY: the array is there for the whole life of the instance; volatile, so that the compiler does not know what it holds.
    let word = unsafe { core::ptr::read_volatile(&raw const WORD) };
    let name = str::from_utf8(&word["FLAW:".len()..]).unwrap_or_default().trim_end();
    ALL.iter().find(|(known, _)| *known == name).map_or(Flaw::None, |(_, flaw)| *flaw)
}
