//! From a name to the addresses that may be dialled: no second look-up can lead elsewhere.

use std::{
    io,
    net::{IpAddr, SocketAddr},
};

use super::AddressPolicy;

/// A name that leads nowhere.
#[derive(Debug, thiserror::Error)]
#[error("cannot resolve {name}: {reason}")]
pub(crate) struct Unresolved {
    name: String,
    reason: io::Error,
}

/// A name that leads where destinations may not go.
#[derive(Debug, thiserror::Error)]
#[error(
    "{name} is at {address}, which is {rule} and not allowed; an operator who trusts it adds \"{address}\" or its network to \
     `allow` under [network] in ampline.toml"
)]
pub(crate) struct Refused {
    name: String,
    address: IpAddr,
    rule: &'static str,
}

/// Why a name gives no address to dial.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DialError {
    /// It leads nowhere.
    #[error(transparent)]
    Unresolved(#[from] Unresolved),
    /// It leads where destinations may not go.
    #[error(transparent)]
    Refused(#[from] Refused),
}

/// The addresses of a name, or of an address written as a text, that may be dialled; at least one.
pub(crate) async fn resolve(policy: &AddressPolicy, name: &str, port: u16) -> Result<Vec<SocketAddr>, DialError> {
    let found = tokio::net::lookup_host((name, port)).await;
    let found = found.map_err(|reason| Unresolved { name: name.to_owned(), reason })?;
    Ok(dialled(policy, name, found)?)
}

/// Why a host may not be dialled that is an address in place of a name (`[::1]` in brackets or not).
pub(crate) fn refused(policy: &AddressPolicy, host: &str) -> Option<Refused> {
    let address: IpAddr = host.trim_start_matches('[').trim_end_matches(']').parse().ok()?;
    let rule = policy.refuses(address)?;
    Some(Refused { name: host.to_owned(), address, rule })
}

/// Those of the addresses that may be dialled.
fn dialled(policy: &AddressPolicy, name: &str, found: impl Iterator<Item = SocketAddr>) -> Result<Vec<SocketAddr>, Refused> {
    let (mut dialled, mut refused) = (Vec::new(), None);
    for socket in found {
        match policy.refuses(socket.ip()) {
            None => dialled.push(socket),
            Some(rule) => refused = Some(Refused { name: name.to_owned(), address: socket.ip(), rule }),
        }
    }
    match refused {
        Some(refused) if dialled.is_empty() => Err(refused),
        _ => Ok(dialled),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(found: &[&str], allow: &[&str], expected: Result<&[&str], &str>) {
        let policy = AddressPolicy::Public(allow.iter().map(|network| network.parse().unwrap()).collect());
        let sockets = |texts: &[&str]| texts.iter().map(|text| SocketAddr::new(text.parse().unwrap(), 443)).collect::<Vec<_>>();
        match (dialled(&policy, "hook.example", sockets(found).into_iter()), expected) {
            (Ok(got), Ok(expected)) => assert_eq!(got, sockets(expected), "{found:?}"),
            (Err(refused), Err(expected)) => {
                let told = refused.to_string();
                assert!(told.starts_with(&format!("hook.example is at {expected}")) && told.contains("`allow`"), "{told}");
            }
            (got, expected) => panic!("{found:?}: {got:?}, not {expected:?}"),
        }
    }

    #[test]
    fn a_name_is_dialled_at_its_allowed_addresses_alone() {
        check(&["8.8.8.8"], &[], Ok(&["8.8.8.8"]));
        check(&["10.0.0.1", "8.8.8.8", "::1"], &[], Ok(&["8.8.8.8"]));
        check(&["10.0.0.1"], &[], Err("10.0.0.1, which is private and not allowed"));
        check(&["::ffff:169.254.169.254"], &[], Err("::ffff:169.254.169.254, which is cloud metadata"));
        check(&["64:ff9b::7f00:1"], &["10.0.0.0/8"], Err("64:ff9b::7f00:1, which is loopback"));
        check(&["10.0.0.1", "192.168.0.1"], &["10.0.0.0/8"], Ok(&["10.0.0.1"]));
        check(&["100.64.0.1", "224.0.0.1"], &[], Err("224.0.0.1, which is multicast"));
    }
}
