//! Which addresses a destination may reach: those of the public internet, and the networks that the operator allows.
//!
//! The check is on the address that is dialled, never on a name; an IPv4 address inside an IPv6 one counts as what it is.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

/// A network, as `10.0.0.0/8` or `fd00::/8`; an address alone is a network of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cidr {
    base: IpAddr,
    bits: u8,
}

/// Why a text is no network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no network; write it like 10.0.0.0/8 or fd00::/8")]
pub struct CidrError(String);

impl FromStr for Cidr {
    type Err = CidrError;

    fn from_str(text: &str) -> Result<Self, CidrError> {
        let fault = || CidrError(text.to_owned());
        let (base, bits) = text.split_once('/').map_or((text, None), |(base, bits)| (base, Some(bits)));
        let base: IpAddr = base.parse().map_err(|_| fault())?;
        let most = if base.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), str::parse).map_err(|_| fault())?;
        if bits > most { Err(fault()) } else { Ok(Self { base, bits }) }
    }
}

impl Cidr {
    fn holds(&self, address: IpAddr) -> bool {
        let shifted = |most: u8, difference: u128| difference.checked_shr(u32::from(most - self.bits)).unwrap_or(0) == 0;
        match (self.base, address) {
            (IpAddr::V4(base), IpAddr::V4(ip)) => shifted(32, u128::from(base.to_bits() ^ ip.to_bits())),
            (IpAddr::V6(base), IpAddr::V6(ip)) => shifted(128, base.to_bits() ^ ip.to_bits()),
            _ => false,
        }
    }
}

/// Which addresses destinations may reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AddressPolicy {
    /// Every one.
    Anywhere,
    /// The public internet, and these networks.
    Public(Vec<Cidr>),
}

impl Default for AddressPolicy {
    /// The public internet alone.
    fn default() -> Self {
        Self::Public(Vec::new())
    }
}

/// Networks that are not the public internet, and what they are (the IANA special-purpose registries, and cloud metadata).
const REFUSED_V4: [([u8; 4], u8, &str); 17] = [
    ([0, 0, 0, 0], 8, "this network"),
    ([10, 0, 0, 0], 8, "private"),
    ([100, 64, 0, 0], 10, "carrier-grade NAT"),
    ([127, 0, 0, 0], 8, "loopback"),
    ([168, 63, 129, 16], 32, "cloud metadata"),
    ([169, 254, 169, 254], 32, "cloud metadata"),
    ([169, 254, 0, 0], 16, "link-local"),
    ([172, 16, 0, 0], 12, "private"),
    ([192, 0, 0, 0], 24, "reserved"),
    ([192, 0, 2, 0], 24, "documentation"),
    ([192, 88, 99, 0], 24, "reserved"),
    ([192, 168, 0, 0], 16, "private"),
    ([198, 18, 0, 0], 15, "benchmark"),
    ([198, 51, 100, 0], 24, "documentation"),
    ([203, 0, 113, 0], 24, "documentation"),
    ([224, 0, 0, 0], 4, "multicast"),
    ([240, 0, 0, 0], 4, "reserved"),
];
const REFUSED_V6: [([u16; 8], u8, &str); 15] = [
    ([0; 8], 128, "unspecified"),
    ([0, 0, 0, 0, 0, 0, 0, 1], 128, "loopback"),
    ([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48, "local NAT64"),
    ([0x100, 0, 0, 0, 0, 0, 0, 0], 64, "discard"),
    ([0x2001, 2, 0, 0, 0, 0, 0, 0], 48, "benchmark"),
    ([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32, "documentation"),
    ([0x2001, 0x10, 0, 0, 0, 0, 0, 0], 28, "reserved"),
    ([0x2001, 0x20, 0, 0, 0, 0, 0, 0], 28, "reserved"),
    ([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20, "documentation"),
    ([0x5f00, 0, 0, 0, 0, 0, 0, 0], 16, "reserved"),
    ([0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254], 128, "cloud metadata"),
    ([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7, "private"),
    ([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10, "link-local"),
    ([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10, "site-local"),
    ([0xff00, 0, 0, 0, 0, 0, 0, 0], 8, "multicast"),
];

impl AddressPolicy {
    /// Whether the operator named a network that holds this address; being public is not enough.
    pub fn names(&self, address: IpAddr) -> bool {
        match self {
            Self::Anywhere => true,
            Self::Public(allowed) => allowed.iter().any(|network| network.holds(address)),
        }
    }

    /// The rule that refuses an address; nothing where it may be dialled.
    pub fn refuses(&self, address: IpAddr) -> Option<&'static str> {
        let Self::Public(allowed) = self else { return None };
        let allows = |ip: IpAddr| allowed.iter().any(|network| network.holds(ip));
        if allows(address) {
            return None;
        }
        let inner = match address {
            IpAddr::V4(_) => Vec::new(),
            IpAddr::V6(ip) => embedded(ip),
        };
        let rules = inner.into_iter().map(IpAddr::V4).filter(|ip| !allows(*ip)).filter_map(rule);
        rule(address).or_else(|| rules.into_iter().next())
    }
}

fn rule(address: IpAddr) -> Option<&'static str> {
    let holds = |base: IpAddr, bits| Cidr { base, bits }.holds(address);
    let v4 = REFUSED_V4.iter().find(|(base, bits, _)| holds((*base).into(), *bits)).map(|(_, _, rule)| *rule);
    v4.or_else(|| REFUSED_V6.iter().find(|(base, bits, _)| holds((*base).into(), *bits)).map(|(_, _, rule)| *rule))
}

/// The IPv4 addresses inside an IPv6 one: mapped, compatible, NAT64, 6to4, Teredo (server and client) and ISATAP.
fn embedded(ip: Ipv6Addr) -> Vec<Ipv4Addr> {
    let s = ip.segments();
    let at = |n: usize| Ipv4Addr::from_bits(u32::from(s[n]) << 16 | u32::from(s[n + 1]));
    match s {
        [0, 0, 0, 0, 0, 0 | 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => vec![at(6)],
        [0x2002, ..] => vec![at(1)],
        [0x2001, 0, ..] => vec![at(2), Ipv4Addr::from_bits(!at(6).to_bits())],
        [_, _, _, _, 0 | 0x200, 0x5efe, ..] => vec![at(6)],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(policy: &AddressPolicy, address: &str, expected: Option<&str>) {
        assert_eq!(policy.refuses(address.parse().unwrap()), expected, "{address} under {policy:?}");
    }

    #[test]
    fn only_the_public_internet_is_reached() {
        let public = AddressPolicy::Public(Vec::new());
        for (address, expected) in [
            ("1.1.1.1", None),
            ("8.8.8.8", None),
            ("100.63.255.255", None),
            ("172.32.0.1", None),
            ("2606:4700::1111", None),
            ("::ffff:8.8.8.8", None),
            ("64:ff9b::808:808", None),
            ("0.0.0.0", Some("this network")),
            ("10.1.2.3", Some("private")),
            ("100.127.255.255", Some("carrier-grade NAT")),
            ("127.0.0.1", Some("loopback")),
            ("169.254.169.254", Some("cloud metadata")),
            ("169.254.1.1", Some("link-local")),
            ("172.31.255.255", Some("private")),
            ("192.168.0.1", Some("private")),
            ("198.19.0.1", Some("benchmark")),
            ("203.0.113.9", Some("documentation")),
            ("239.1.1.1", Some("multicast")),
            ("255.255.255.255", Some("reserved")),
            ("::", Some("unspecified")),
            ("::1", Some("loopback")),
            ("fd00:ec2::254", Some("cloud metadata")),
            ("fd12::1", Some("private")),
            ("fe80::1", Some("link-local")),
            ("ff02::1", Some("multicast")),
            ("2001:db8::1", Some("documentation")),
            ("::ffff:127.0.0.1", Some("loopback")),
            ("::127.0.0.1", Some("loopback")),
            ("64:ff9b::a9fe:a9fe", Some("cloud metadata")),
            ("2002:c0a8:1::", Some("private")),
            ("2001:0:808:808::80ff:fffe", Some("loopback")),
            ("2606:4700::5efe:a00:1", Some("private")),
        ] {
            check(&public, address, expected);
            check(&AddressPolicy::Anywhere, address, None);
        }
    }

    #[test]
    fn the_operator_may_allow_networks() {
        let allowed = ["127.0.0.0/8", "fd00::/8", "10.0.0.7"].map(|text| text.parse().unwrap());
        let policy = AddressPolicy::Public(allowed.to_vec());
        for (address, expected) in [
            ("127.9.9.9", None),
            ("::ffff:127.0.0.1", None),
            ("fd01::1", None),
            ("10.0.0.7", None),
            ("10.0.0.8", Some("private")),
            ("fc01::1", Some("private")),
            ("::1", Some("loopback")),
        ] {
            check(&policy, address, expected);
        }
    }

    #[test]
    fn a_network_is_an_address_and_a_length() {
        for (text, sound) in [
            ("0.0.0.0/0", true),
            ("::/0", true),
            ("10.0.0.0/33", false),
            ("::/129", false),
            ("10.0.0/8", false),
            ("10.0.0.0/", false),
            ("example.com", false),
        ] {
            assert_eq!(text.parse::<Cidr>().is_ok(), sound, "{text}");
        }
        assert!("0.0.0.0/0".parse::<Cidr>().unwrap().holds("9.9.9.9".parse().unwrap()));
        assert!("::/0".parse::<Cidr>().unwrap().holds("ff::1".parse().unwrap()));
    }
}
