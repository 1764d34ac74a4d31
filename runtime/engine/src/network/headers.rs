//! Which request headers are the host's own: those of the connection, of the signature and of proxies.

/// Headers that the host owns, besides all that begin with `webhook-`, `svix-` or `proxy-`.
const RESERVED: [&str; 9] =
    ["connection", "content-length", "expect", "host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"];
const RESERVED_PREFIXES: [&str; 3] = ["webhook-", "svix-", "proxy-"];

/// Whether neither sinks nor settings may set the header; its name is in lower case.
pub(crate) fn reserved(name: &str) -> bool {
    RESERVED.contains(&name) || RESERVED_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}
