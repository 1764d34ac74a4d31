//! Where the project's database is and how it is spoken to, read from a URL that is a secret: no message repeats any part of it
//! but names that cannot be one.

use std::{net::IpAddr, path::Path, time::Duration};

use rustls::pki_types::{CertificateDer, pem::PemObject};
use tokio_postgres::{
    Config,
    config::{Host, SslMode, SslNegotiation},
};

use super::tls::TlsMode;
use crate::secrets::Secret;

const PORT_DEFAULT: u16 = 5_432;
/// Connections at the same time, unless configured.
const CONNECTIONS_DEFAULT: u32 = 8;
const CONNECTIONS_MAX: u32 = 100;
/// Until a connection must stand, unless the URL says otherwise.
const CONNECT_TIMEOUT_DEFAULT: Duration = Duration::from_secs(10);
/// Options that the URL may have.
const KNOWN: [&str; 6] = ["application_name", "channel_binding", "connect_timeout", "options", "sslmode", "sslnegotiation"];
/// Options that libpq knows and this runtime does not, with what to do instead.
const FOREIGN: [(&str, &str); 6] = [
    ("sslrootcert", "set `ca_file` under [postgres] instead"),
    ("sslcert", "client certificates are not supported"),
    ("sslkey", "client certificates are not supported"),
    ("hostaddr", "write the address in place of the host's name"),
    ("host", "write the host before the path"),
    ("target_session_attrs", "write the one host that takes writes"),
];
const SHAPE: &str = "postgres://user:password@host:5432/database?sslmode=verify-full";

/// The project's database: where it is, as whom, and how far it is trusted.
#[derive(Debug, Clone)]
pub struct PostgresOptions {
    /// User, password, database and session options; hosts are dialled by ourselves.
    pub(super) config: Config,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) tls: TlsMode,
    /// The authorities to trust in place of the system's.
    pub(super) authorities: Option<Vec<CertificateDer<'static>>>,
    pub(super) connections_max: u32,
    pub(super) connect_timeout: Duration,
}

/// What is wrong with one key of `[postgres]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostgresFault {
    /// The key: `url`, `ca_file`, `connections_max`.
    pub key: &'static str,
    /// What is wrong and what to do; never holds a part of the URL that may be secret.
    pub message: String,
}

impl PostgresOptions {
    /// Reads the settings of `[postgres]`; every fault at once.
    ///
    /// # Errors
    /// When the URL is not understood, the file holds no certificate, or a number is out of its range.
    pub fn new(url: &Secret, ca_file: Option<&Path>, connections_max: Option<u32>) -> Result<Self, Vec<PostgresFault>> {
        let mut faults = Vec::new();
        let mut keep = |key, message: String| faults.push(PostgresFault { key, message });
        let address = address(url.reveal()).map_err(|message| keep("url", message)).ok();
        let authorities = ca_file.map(authorities).transpose().map_err(|message| keep("ca_file", message)).ok().flatten();
        let connections_max = connections_max.unwrap_or(CONNECTIONS_DEFAULT);
        if !(1..=CONNECTIONS_MAX).contains(&connections_max) {
            keep("connections_max", format!("{connections_max} is not between 1 and {CONNECTIONS_MAX}"));
        }
        if let Some(Address { tls, .. }) = &address
            && *tls != TlsMode::VerifyFull
            && ca_file.is_some()
        {
            keep("ca_file", "is only used with sslmode=verify-full: add that to the url, or leave ca_file out".to_owned());
        }
        let Some(Address { config, host, port, tls }) = address.filter(|_| faults.is_empty()) else { return Err(faults) };
        let connect_timeout = config.get_connect_timeout().copied().unwrap_or(CONNECT_TIMEOUT_DEFAULT);
        Ok(Self { config, host, port, tls, authorities, connections_max, connect_timeout })
    }
}

struct Address {
    config: Config,
    host: String,
    port: u16,
    tls: TlsMode,
}

fn address(url: &str) -> Result<Address, String> {
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        return Err(format!("is no address of a database: write it like {SHAPE}"));
    }
    let (url, sslmode) = without_sslmode(url)?;
    let mut config: Config = url.parse().map_err(|_| {
        format!(
            "is not understood: write it like {SHAPE}, with % and two hexadecimal digits for each special character of a password"
        )
    })?;
    let [Host::Tcp(host)] = config.get_hosts() else {
        return Err(format!("must name one host that is reached over TCP: write it like {SHAPE}"));
    };
    if host.is_empty() || config.get_user().is_none_or(str::is_empty) {
        return Err(format!("must name host and user: write it like {SHAPE}"));
    }
    let (host, port) = (host.clone(), config.get_ports().first().copied().unwrap_or(PORT_DEFAULT));
    let tls = match sslmode {
        Some(mode) => mode,
        // Nobody listens between a machine and itself.
        None if is_loopback(&host) => TlsMode::Disable,
        None => TlsMode::VerifyFull,
    };
    if tls == TlsMode::Disable && config.get_ssl_negotiation() == SslNegotiation::Direct {
        return Err("asks for sslnegotiation=direct without TLS: write sslmode=verify-full too".to_owned());
    }
    config.ssl_mode(if tls == TlsMode::Disable { SslMode::Disable } else { SslMode::Require });
    if config.get_application_name().is_none() {
        config.application_name("ampline");
    }
    Ok(Address { config, host, port, tls })
}

/// The URL without its `sslmode`, of which the client library knows only some, and the mode. Refuses options that nobody heeds.
fn without_sslmode(url: &str) -> Result<(String, Option<TlsMode>), String> {
    let Some((base, query)) = url.split_once('?') else { return Ok((url.to_owned(), None)) };
    let (mut kept, mut mode) = (Vec::new(), None);
    for option in query.split('&').filter(|option| !option.is_empty()) {
        let (name, value) = option.split_once('=').unwrap_or((option, ""));
        if let Some((name, remedy)) = FOREIGN.iter().find(|(foreign, _)| *foreign == name) {
            return Err(format!("has the option `{name}`: {remedy}"));
        }
        if !KNOWN.contains(&name) {
            let known = KNOWN.join(", ");
            return Err(format!("has an option that is not known; there are: {known} (a ? in a password is written %3F)"));
        }
        if name == "sslmode" { mode = Some(tls_mode(value)?) } else { kept.push(option) }
    }
    Ok((format!("{base}?{}", kept.join("&")), mode))
}

fn tls_mode(value: &str) -> Result<TlsMode, String> {
    match value {
        "disable" => Ok(TlsMode::Disable),
        "require" => Ok(TlsMode::Require),
        "verify-full" => Ok(TlsMode::VerifyFull),
        "verify-ca" => Err("has sslmode=verify-ca, which is not supported: verify-full also checks the host's name".to_owned()),
        "prefer" | "allow" => Err("has an sslmode that anyone on the way can turn off: write verify-full (encrypted and \
             verified), require (encrypted) or disable"
            .to_owned()),
        _ => Err("has an sslmode that is not known: write verify-full, require or disable".to_owned()),
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

fn authorities(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let text = std::fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) => Err(format!("{} holds no certificate (PEM)", path.display())),
        Err(error) => Err(format!("{} is no PEM file: {error}", path.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> Result<PostgresOptions, Vec<PostgresFault>> {
        PostgresOptions::new(&Secret::new(url), None, None)
    }

    fn check_mode(url: &str, host: &str, port: u16, tls: TlsMode) {
        let options = read(url).unwrap_or_else(|faults| panic!("{url}: {faults:?}"));
        assert_eq!((options.host.as_str(), options.port, options.tls), (host, port, tls), "{url}");
        assert!(!format!("{options:?}").contains("hunter2"), "{options:?}");
    }

    #[test]
    fn a_url_says_where_and_how_far_to_trust() {
        for (url, host, port, tls) in [
            ("postgres://u:hunter2@db.example.com/app", "db.example.com", 5_432, TlsMode::VerifyFull),
            ("postgresql://u:hunter2@db.example.com:6000/app?sslmode=require", "db.example.com", 6_000, TlsMode::Require),
            ("postgres://u:hunter2@db.example.com?sslmode=disable&application_name=x", "db.example.com", 5_432, TlsMode::Disable),
            ("postgres://u:hunter2@localhost/app", "localhost", 5_432, TlsMode::Disable),
            ("postgres://u:hunter2@127.0.0.2/app", "127.0.0.2", 5_432, TlsMode::Disable),
            ("postgres://u:hunter2@[::1]:7/app", "::1", 7, TlsMode::Disable),
            ("postgres://u:hunter2@localhost/app?sslmode=verify-full", "localhost", 5_432, TlsMode::VerifyFull),
            ("postgres://u:hunter2@10.0.0.1/app", "10.0.0.1", 5_432, TlsMode::VerifyFull),
        ] {
            check_mode(url, host, port, tls);
        }
    }

    #[test]
    fn what_is_wrong_is_said_without_the_secret() {
        for (url, part) in [
            ("hunter2", "is no address of a database"),
            ("host=db user=u password=hunter2", "is no address of a database"),
            ("mysql://u:hunter2@db/app", "is no address of a database"),
            ("postgres://u:hun?ter2=hunter2@db/app", "an option that is not known"),
            ("postgres://u:hunter2@db:hunter2/app", "is not understood"),
            ("postgres://u%ff:hunter2@db/app", "is not understood"),
            ("postgres://u:hunter2@/app", "must name"),
            ("postgres://db/app", "must name host and user"),
            ("postgres://u:hunter2@a,b/app", "must name one host"),
            ("postgres://u:hunter2@%2Ftmp/app", "must name one host"),
            ("postgres://u:hunter2@db/app?sslmode=prefer", "write verify-full"),
            ("postgres://u:hunter2@db/app?sslmode=verify-ca", "verify-full also checks"),
            ("postgres://u:hunter2@db/app?sslmode=hunter2", "write verify-full, require or disable"),
            ("postgres://u:hunter2@db/app?sslrootcert=hunter2", "`sslrootcert`: set `ca_file`"),
            ("postgres://u:hunter2@localhost/app?sslnegotiation=direct", "without TLS"),
        ] {
            let faults = read(url).expect_err(url);
            assert!(faults.len() == 1 && faults[0].key == "url", "{url}: {faults:?}");
            assert!(faults[0].message.contains(part), "{url}: {faults:?}");
            assert!(!faults[0].message.contains("hunter2") && !faults[0].message.contains("ter2"), "{faults:?}");
        }
    }

    #[test]
    fn every_key_is_judged_at_once() {
        let found = PostgresOptions::new(&Secret::new("nothing"), Some(Path::new("/no/such/file")), Some(0));
        let keys: Vec<_> = found.unwrap_err().into_iter().map(|fault| fault.key).collect();
        assert_eq!(keys, ["url", "ca_file", "connections_max"]);
        let manifest = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"));
        let found = PostgresOptions::new(&Secret::new("postgres://u:p@db/app"), Some(manifest), None).unwrap_err();
        assert!(found[0].message.contains("holds no certificate"), "{found:?}");
    }
}
