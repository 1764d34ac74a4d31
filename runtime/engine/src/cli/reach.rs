//! How a runtime is reached over HTTP: the one that uses a data folder of this machine, or that of a profile. The desktop asks here, too.

use std::{path::Path, time::Duration};

use http::{Method, StatusCode};

use super::{
    Failure, pinned,
    place::{API_KEY_VARIABLE, Remote},
    profiles::Profiles,
};
use crate::{
    api,
    data_dir::{DataDir, RunningRuntime},
    http_client,
    secrets::{API_KEY, Secret, Vault},
};

/// Until a runtime that is alive has said so, be the machine ever so busy.
const LIVE_TIMEOUT: Duration = Duration::from_secs(10);

/// A way to the API of a runtime.
#[derive(Clone)]
pub struct Reached {
    pub(super) base: String,
    pub(super) key: Secret,
    pub(super) client: reqwest::Client,
}

impl Reached {
    /// Scheme, host and port, and a path where a proxy wants one; without a slash at its end.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// A request that shows the key, to an address below [`Reached::base`]. It ends after 35 s unless it is told otherwise.
    pub fn request(&self, method: Method, url: reqwest::Url) -> reqwest::RequestBuilder {
        self.client.request(method, url).header(api::KEY_HEADER, self.key.reveal())
    }
}

/// The runtime that uses a data folder, with the name of its project; none where no runtime answers there.
///
/// # Errors
/// It answers and its key cannot be found.
pub async fn of_folder(folder: &Path) -> Result<Option<(String, Reached)>, String> {
    match DataDir::existing(folder) {
        Some(data) => running(&data).await.map_err(|failure| failure.message),
        None => Ok(None),
    }
}

/// The runtime of a profile that `ampline profile add` or [`super::profiles::keep`] made. Blocks: a keyring may ask a person to
/// unlock it.
///
/// # Errors
/// There is no such profile, or its key or certificates cannot be read.
pub fn of_profile(name: &str) -> Result<Reached, String> {
    let reach = || {
        let Remote { url: base, key, project: _, ca_file } = Profiles::load()?.remote(name, None)?;
        Ok(Reached { base, key, client: remote_client(ca_file.as_deref())? })
    };
    reach().map_err(|failure: Failure| failure.message)
}

/// The runtime that uses a data folder, if one says so and answers.
pub(super) async fn running(data: &DataDir) -> Result<Option<(String, Reached)>, Failure> {
    let Some(running) = data.announced() else { return Ok(None) };
    let (base, client) = local_way(&running)?;
    let live = client.get(format!("{base}/health/live")).timeout(LIVE_TIMEOUT).send().await;
    // Whoever else may listen there by now does not answer so, and must not be shown the key.
    if !live.is_ok_and(|answer| answer.status() == StatusCode::NO_CONTENT) {
        return Ok(None);
    }
    let key = api_key(data.clone()).await?;
    Ok(Some((running.project, Reached { base, key, client })))
}

/// A client for a runtime elsewhere, with the authorities of a file to trust besides the system's.
pub(super) fn remote_client(ca_file: Option<&Path>) -> Result<reqwest::Client, Failure> {
    let authorities = match ca_file {
        Some(path) => std::fs::read(path).map_err(|error| Failure::unable(format!("cannot read {}: {error}", path.display())))?,
        None => Vec::new(),
    };
    http_client::remote_client(&authorities).map_err(|error| Failure::unable(error.to_string()))
}

/// The address of a runtime of this machine, and a client that takes no other for it.
fn local_way(running: &RunningRuntime) -> Result<(String, reqwest::Client), Failure> {
    let mut address = running.address;
    if address.ip().is_unspecified() {
        // Listening everywhere is listening here, too.
        address.set_ip(if address.is_ipv4() {
            std::net::Ipv4Addr::LOCALHOST.into()
        } else {
            std::net::Ipv6Addr::LOCALHOST.into()
        });
    }
    let (scheme, client) = match &running.certificate_sha256 {
        Some(digest) => ("https", pinned::client(digest)),
        None => ("http", http_client::local_client().map_err(|error| error.to_string())),
    };
    Ok((format!("{scheme}://{address}"), client.map_err(Failure::unable)?))
}

/// The key of the running runtime: from the environment where it is set, else from the kept secrets.
async fn api_key(data: DataDir) -> Result<Secret, Failure> {
    let env = |name: &str| std::env::var(name).ok();
    if let Some(key) = env(API_KEY_VARIABLE) {
        return Ok(Secret::new(key.trim()));
    }
    let path = data.secrets();
    let reading = tokio::task::spawn_blocking(move || Vault::open_to_read(&data, env)?.get(API_KEY)).await;
    let unable = |reason: String| {
        Failure::unable(format!(
            "cannot find the API key: {reason}; where the kept secrets cannot be read, set {API_KEY_VARIABLE}"
        ))
    };
    let found = reading.map_err(|error| unable(error.to_string()))?.map_err(|error| unable(error.to_string()))?;
    found.ok_or_else(|| unable(format!("{} does not hold it", path.display())))
}
