//! Which runtime a command speaks to: that of a data folder of this machine, or one that is named by an address or a profile.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{Failure, profiles::Profiles};
use crate::secrets::Secret;

/// A key for commands that cannot read the kept secrets, and for those that name an address.
pub(super) const API_KEY_VARIABLE: &str = "AMPLINE_API_KEY";
/// The address of a runtime.
const URL_VARIABLE: &str = "AMPLINE_URL";
/// Its project, where it has another than it says itself.
const PROJECT_VARIABLE: &str = "AMPLINE_PROJECT";
/// The name of a profile.
const PROFILE_VARIABLE: &str = "AMPLINE_PROFILE";
/// A data folder of this machine.
const DATA_DIR_VARIABLE: &str = "AMPLINE_DATA_DIR";
/// Certificates (PEM) of authorities to trust besides the system's.
const CA_FILE_VARIABLE: &str = "AMPLINE_CA_FILE";
/// Where `ampline run` keeps its data unless told otherwise.
const DATA_DIR_DEFAULT: &str = "ampline-data";

/// Flags that name a runtime. They stand above the environment, and that above the profile in use.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct PlaceArgs {
    /// The runtime's data folder [env: AMPLINE_DATA_DIR, else ampline-data].
    #[arg(long, value_name = "DIR", conflicts_with = "profile")]
    pub(super) data_dir: Option<PathBuf>,
    /// A runtime by the name that `ampline profile add` gave it [env: AMPLINE_PROFILE; or AMPLINE_URL with AMPLINE_API_KEY].
    #[arg(long, value_name = "NAME")]
    pub(super) profile: Option<String>,
}

/// A runtime.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Place {
    /// That of a data folder.
    Folder(PathBuf),
    /// One that is asked over the network.
    Remote(Remote),
}

/// A runtime that is asked over the network.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Remote {
    /// Scheme, host and port, and a path where a proxy wants one.
    pub(super) url: String,
    /// What it is shown.
    pub(super) key: Secret,
    /// Its project; asked for where nothing is said.
    pub(super) project: Option<String>,
    /// Authorities to trust besides the system's.
    pub(super) ca_file: Option<PathBuf>,
}

impl PlaceArgs {
    /// The runtime that is meant.
    pub(super) fn place(&self) -> Result<Place, Failure> {
        self.resolve(|name| std::env::var(name).ok().filter(|value| !value.is_empty()), Profiles::load)
    }

    /// The data folder that is meant, for commands on its files.
    pub(super) fn folder(&self) -> Result<PathBuf, Failure> {
        match self.place()? {
            Place::Folder(path) => Ok(path),
            Place::Remote(remote) => Err(Failure::refused(format!(
                "this works on the files of a runtime of this machine, and {} is meant; name a data folder with --data-dir",
                remote.url
            ))),
        }
    }

    fn resolve(
        &self,
        env: impl Fn(&str) -> Option<String>,
        profiles: impl FnOnce() -> Result<Profiles, Failure>,
    ) -> Result<Place, Failure> {
        if let Some(path) = &self.data_dir {
            return Ok(Place::Folder(path.clone()));
        }
        if let Some(name) = &self.profile {
            return profiles()?.remote(name, env(API_KEY_VARIABLE)).map(Place::Remote);
        }
        if let Some(url) = env(URL_VARIABLE) {
            let key = env(API_KEY_VARIABLE).ok_or_else(|| {
                Failure::unable(format!("{URL_VARIABLE} is set and {API_KEY_VARIABLE} is not: set it to a key of that runtime"))
            })?;
            let key = Secret::new(key.trim());
            let (project, ca_file) = (env(PROJECT_VARIABLE), env(CA_FILE_VARIABLE).map(PathBuf::from));
            return Ok(Place::Remote(Remote { url: sound_url(&url)?, key, project, ca_file }));
        }
        if let Some(name) = env(PROFILE_VARIABLE) {
            return profiles()?.remote(&name, env(API_KEY_VARIABLE)).map(Place::Remote);
        }
        if let Some(path) = env(DATA_DIR_VARIABLE) {
            return Ok(Place::Folder(path.into()));
        }
        let profiles = profiles()?;
        match profiles.in_use() {
            Some(name) => profiles.remote(name, env(API_KEY_VARIABLE)).map(Place::Remote),
            None => Ok(Place::Folder(DATA_DIR_DEFAULT.into())),
        }
    }
}

/// An address that requests can be sent to, without its last slash. A key is not sent readable over a network.
pub(super) fn sound_url(text: &str) -> Result<String, Failure> {
    let wrong = |reason: &str| Failure::refused(format!("{text:?} {reason}"));
    let url = reqwest::Url::parse(text).map_err(|_| wrong("is no address like https://ampline.example.com"))?;
    if url.username() != "" || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("has more than scheme, host, port and path; the key is given apart"));
    }
    let is_loopback = url.host_str().is_some_and(|host| {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
    });
    let may_be_plain = std::env::var_os("AMPLINE_ALLOW_PLAIN_HTTP").is_some_and(|value| value == "true");
    match url.scheme() {
        "https" => {}
        "http" if is_loopback || may_be_plain => {}
        "http" => {
            return Err(wrong(
                "would carry the key readable through the network; use https, or set AMPLINE_ALLOW_PLAIN_HTTP=true where the \
                 network is private",
            ));
        }
        _ => return Err(wrong("is neither https nor http")),
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// What is said where a data folder is none.
pub(super) fn no_data(path: &Path) -> String {
    format!(
        "{} is no data folder of a runtime; start one with `ampline run`, or name its folder with --data-dir, or a runtime \
         elsewhere with --profile",
        path.display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROFILES: &str = "current = \"prod\"\n[profiles.prod]\nurl = \"https://prod.example\"\nkey = \"amp_prod\"\nproject = \"shop\"\n\
                            [profiles.stage]\nurl = \"https://stage.example\"\nkey = \"amp_stage\"\n";

    /// What flags, an environment (`NAME=value …`) and the profiles name.
    fn named(flags: PlaceArgs, env: &str, profiles: &str) -> String {
        let pairs: Vec<(&str, &str)> = env.split_whitespace().filter_map(|pair| pair.split_once('=')).collect();
        let env = |wanted: &str| pairs.iter().find(|(name, _)| *name == wanted).map(|(_, value)| (*value).to_owned());
        match flags.resolve(env, || Profiles::parse(profiles)) {
            Ok(Place::Folder(path)) => path.display().to_string(),
            Ok(Place::Remote(remote)) => format!("{} {} {:?}", remote.url, remote.key.reveal(), remote.project),
            Err(failure) => failure.message,
        }
    }

    #[test]
    fn flags_stand_above_the_environment_and_that_above_the_profile_in_use() {
        let none = PlaceArgs::default;
        let folder = || PlaceArgs { data_dir: Some("here".into()), ..none() };
        let profile = |name: &str| PlaceArgs { profile: Some(name.to_owned()), ..none() };
        let everything = "AMPLINE_DATA_DIR=there AMPLINE_URL=https://url.example/ AMPLINE_API_KEY=amp_env AMPLINE_PROFILE=stage";
        for (flags, env, profiles, expected) in [
            (none(), "", "", "ampline-data"),
            (none(), "AMPLINE_DATA_DIR=there", PROFILES, "there"),
            (none(), "", PROFILES, "https://prod.example amp_prod Some(\"shop\")"),
            (none(), "AMPLINE_API_KEY=amp_env", PROFILES, "https://prod.example amp_env Some(\"shop\")"),
            (none(), "AMPLINE_PROFILE=stage AMPLINE_DATA_DIR=there", PROFILES, "https://stage.example amp_stage None"),
            (none(), everything, PROFILES, "https://url.example amp_env None"),
            (folder(), everything, PROFILES, "here"),
            (profile("prod"), "AMPLINE_DATA_DIR=there", PROFILES, "https://prod.example amp_prod Some(\"shop\")"),
        ] {
            assert_eq!(named(flags, env, profiles), expected, "{env}");
        }
        assert!(named(none(), "AMPLINE_URL=https://x", "").contains("AMPLINE_API_KEY is not"));
        assert!(named(profile("none"), "", PROFILES).contains("there are: prod, stage"));
    }

    #[test]
    fn addresses_that_would_show_the_key_are_refused() {
        for sound in ["https://a.example", "https://a.example:8/x", "http://127.0.0.1:1", "http://[::1]:1", "http://localhost:1"]
        {
            assert_eq!(sound_url(&format!("{sound}/")).map_err(|failure| failure.message), Ok(sound.to_owned()));
        }
        for wrong in ["a.example", "ftp://a.example", "http://a.example", "https://u:p@a.example", "https://a.example/?key=1"] {
            assert!(sound_url(wrong).is_err(), "{wrong}");
        }
    }
}
