//! Archives on their way into a deployment: a signed address to send one to, its place in the data folder, and its end.
//!
//! Each address takes one archive, once, within minutes. Archives are small and few, and each goes after an hour.

mod archive;

use std::{
    fs, io,
    path::PathBuf,
    str::FromStr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use md5::Md5;
use sha2::{Digest, Sha256};
use uuid::Uuid;

pub(crate) use archive::manifest_in;

use crate::data_dir::{private_dir, write_private};

/// Largest archive that is taken in: a manifest packs to a few kilobytes, those of 2023 had transform functions beside it.
pub(crate) const ARCHIVE_BYTES_MAX: usize = 4 << 20;
/// What the official tool calls the place of its archives; names it in `gs://` addresses.
pub(crate) const BUCKET: &str = "ampline-uploads";
/// Within so long an archive must be sent.
const ADDRESS_HOLDS_S: i64 = 15 * 60;
/// So long an archive is kept; longer than its address holds, so that no address works twice.
const KEEP_S: i64 = 60 * 60;
/// Archives at once.
const ARCHIVES_MAX: usize = 100;
/// Until somebody who found no room may come again.
const ROOM_AFTER: Duration = Duration::from_secs(60);
const EXTENSION: &str = "zip";

/// The place of archives.
pub(crate) struct Uploads {
    folder: PathBuf,
    /// The runtime's public address, without a trailing slash.
    base: String,
    key: Hmac<Sha256>,
    /// Held while files come and go: their number is a limit.
    turn: Mutex<()>,
}

/// An MD5 sum, as `Content-MD5` writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sum([u8; 16]);

/// Where to send an archive, and what it is called from then on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ticket {
    /// Takes one `PUT`.
    pub(crate) url: String,
    /// Within [`BUCKET`].
    pub(crate) path: String,
}

/// Why an archive is not taken in or not found.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UploadError {
    /// Altered, or signed by another runtime.
    #[error("the signature does not fit this address")]
    Signature,
    /// Too old.
    #[error("the address has expired")]
    Expired,
    /// Not what was announced.
    #[error("the MD5 sum of the archive is not the one that was announced")]
    Sum,
    /// An archive was sent there.
    #[error("an archive was sent to this address already")]
    Used,
    /// Too many at once.
    #[error("{ARCHIVES_MAX} archives wait for their deployments, which is the most")]
    Full(Duration),
    /// Another bucket, or no address at all.
    #[error("it is not an address that this runtime gave: it begins with gs://{BUCKET}/")]
    Foreign,
    /// Never sent, or gone by now.
    #[error("there is no such archive: it was never sent, or an hour has gone by")]
    Missing,
    /// The disk.
    #[error("the archive cannot be kept: {0}")]
    Io(#[from] io::Error),
}

impl FromStr for Sum {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let bytes = BASE64_STANDARD.decode(text).map_err(|_| ())?;
        bytes.try_into().map(Self).map_err(|_| ())
    }
}

impl Sum {
    fn of(archive: &[u8]) -> Self {
        Self(Md5::digest(archive).into())
    }
}

impl Uploads {
    /// `base` is the runtime's public address; `key` is private to the runtime.
    pub(crate) fn new(folder: PathBuf, base: &str, key: &[u8; 32]) -> Self {
        let key = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
        Self { folder, base: base.trim_end_matches('/').to_owned(), key, turn: Mutex::default() }
    }

    /// An address for one archive; where `sum` is given, for that archive only.
    pub(crate) fn ticket(&self, sum: Option<Sum>, now: Timestamp) -> Ticket {
        let id = Uuid::now_v7().to_string();
        let expires = (now.as_second() + ADDRESS_HOLDS_S).to_string();
        let sum = sum.map(|sum| BASE64_URL_SAFE_NO_PAD.encode(sum.0)).unwrap_or_default();
        let signature = BASE64_URL_SAFE_NO_PAD.encode(self.mac(&id, &expires, &sum).finalize().into_bytes());
        let url = format!("{}/uploads/{id}?expires={expires}&md5={sum}&signature={signature}", self.base);
        Ticket { url, path: format!("{id}.{EXTENSION}") }
    }

    /// Whether an address of [`Uploads::ticket`] is sound and still good; the sum that it is bound to.
    pub(crate) fn check(&self, id: &str, signed: Signed<'_>, now: Timestamp) -> Result<(Uuid, Option<Sum>), UploadError> {
        let given = BASE64_URL_SAFE_NO_PAD.decode(signed.signature).map_err(|_| UploadError::Signature)?;
        self.mac(id, signed.expires, signed.md5).verify_slice(&given).map_err(|_| UploadError::Signature)?;
        let (Ok(id), Ok(expires)) = (id.parse(), signed.expires.parse::<i64>()) else { return Err(UploadError::Signature) };
        if now.as_second() > expires {
            return Err(UploadError::Expired);
        }
        let sum = BASE64_URL_SAFE_NO_PAD.decode(signed.md5).ok().and_then(|sum| sum.try_into().ok()).map(Sum);
        Ok((id, sum))
    }

    /// Keeps an archive. `sums` are those that it is said to have: of the address, and of the header `Content-MD5`. Writes files: for
    /// a thread that may wait.
    pub(crate) fn keep(&self, id: Uuid, sums: [Option<Sum>; 2], archive: &[u8], now: Timestamp) -> Result<(), UploadError> {
        let is = Sum::of(archive);
        if sums.into_iter().flatten().any(|said| said != is) {
            return Err(UploadError::Sum);
        }
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        private_dir(&self.folder)?;
        let path = self.file(id);
        if path.exists() {
            return Err(UploadError::Used);
        }
        if self.sweep(now)? >= ARCHIVES_MAX {
            return Err(UploadError::Full(ROOM_AFTER));
        }
        write_private(&path, archive)?;
        Ok(())
    }

    /// The archive at an address like `gs://…`. Reads files: for a thread that may wait.
    pub(crate) fn fetch(&self, address: &str) -> Result<Vec<u8>, UploadError> {
        let path =
            address.strip_prefix("gs://").and_then(|rest| rest.strip_prefix(BUCKET)).and_then(|rest| rest.strip_prefix('/'));
        let id = path.and_then(|path| path.trim_start_matches('/').strip_suffix(".zip"));
        let id: Uuid = id.and_then(|id| id.parse().ok()).ok_or(UploadError::Foreign)?;
        match fs::read(self.file(id)) {
            Ok(archive) => Ok(archive),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(UploadError::Missing),
            Err(error) => Err(error.into()),
        }
    }

    /// Takes old archives away; how many are left. Time is that of the files' names, which no copy or touch alters.
    pub(crate) fn sweep(&self, now: Timestamp) -> io::Result<usize> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
            Err(error) => return Err(error),
        };
        let mut left = 0;
        for entry in entries {
            let path = entry?.path();
            let id = path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.parse::<Uuid>().ok());
            let made_at = id.and_then(|id| id.get_timestamp()).map(|time| time.to_unix().0 as i64);
            // What has no time was left by a crash within a write, and is nobody's.
            if made_at.is_some_and(|made_at| now.as_second() - made_at <= KEEP_S) {
                left += 1;
            } else {
                fs::remove_file(&path)?;
            }
        }
        Ok(left)
    }

    fn file(&self, id: Uuid) -> PathBuf {
        self.folder.join(id.to_string()).with_extension(EXTENSION)
    }

    fn mac(&self, id: &str, expires: &str, sum: &str) -> Hmac<Sha256> {
        let mut mac = self.key.clone();
        mac.update(format!("upload.{id}.{expires}.{sum}").as_bytes());
        mac
    }
}

/// What an address carries besides the archive's id, exactly as it stands there: the signature is over the text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Signed<'a> {
    pub(crate) expires: &'a str,
    pub(crate) md5: &'a str,
    pub(crate) signature: &'a str,
}

#[cfg(test)]
mod tests {
    //! Doubles: none; a folder of its own. Oracle: the promises in the head of this file.

    use super::*;

    fn uploads(folder: &std::path::Path) -> Uploads {
        Uploads::new(folder.join("uploads"), "http://127.0.0.1:8480/", &[7; 32])
    }

    /// The id, and the three parts of the query.
    fn parts(url: &str) -> [String; 4] {
        let (id, query) = url.strip_prefix("http://127.0.0.1:8480/uploads/").unwrap().split_once('?').unwrap();
        let [expires, md5, signature] = ["expires", "md5", "signature"]
            .map(|name| query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}="))).unwrap());
        [id, expires, md5, signature].map(str::to_owned)
    }

    fn check(
        uploads: &Uploads,
        [id, expires, md5, signature]: &[String; 4],
        now: Timestamp,
    ) -> Result<(Uuid, Option<Sum>), String> {
        uploads.check(id, Signed { expires, md5, signature }, now).map_err(|error| error.to_string())
    }

    #[test]
    fn an_address_holds_for_minutes_and_no_byte_of_it_can_be_altered() {
        let folder = tempfile::tempdir().unwrap();
        let (uploads, now) = (uploads(folder.path()), Timestamp::now());
        let sum = Sum::of(b"archive");
        let ticket = uploads.ticket(Some(sum), now);
        let sound = parts(&ticket.url);
        let id: Uuid = sound[0].parse().unwrap();
        assert_eq!(ticket.path, format!("{id}.zip"));
        let after = |seconds| now + jiff::SignedDuration::from_secs(seconds);
        assert_eq!(check(&uploads, &sound, after(ADDRESS_HOLDS_S)), Ok((id, Some(sum))));
        assert_eq!(check(&uploads, &sound, after(ADDRESS_HOLDS_S + 1)), Err("the address has expired".to_owned()));
        for part in 0..4 {
            for place in 0..sound[part].len() {
                let mut altered = sound.clone();
                let byte = if altered[part].as_bytes()[place] == b'A' { "B" } else { "A" };
                altered[part].replace_range(place..=place, byte);
                assert_eq!(
                    check(&uploads, &altered, now),
                    Err("the signature does not fit this address".to_owned()),
                    "{altered:?}"
                );
            }
        }
        let unbound = parts(&uploads.ticket(None, now).url);
        assert_eq!(check(&uploads, &unbound, now).map(|(_, sum)| sum), Ok(None));
    }

    #[test]
    fn archives_are_kept_once_found_by_their_address_and_swept() {
        let folder = tempfile::tempdir().unwrap();
        let (uploads, now) = (uploads(folder.path()), Timestamp::now());
        let id = |ticket: &Ticket| ticket.path.strip_suffix(".zip").unwrap().parse::<Uuid>().unwrap();
        let told = |result: Result<(), UploadError>| result.map_err(|error| error.to_string());
        let address = |path: &str| format!("gs://{BUCKET}/{path}");
        let ticket = uploads.ticket(None, now);
        let (sum, other) = (Sum::of(b"archive"), Sum::of(b"another"));
        assert!(matches!(uploads.fetch(&address(&ticket.path)), Err(UploadError::Missing)));
        for sums in [[Some(other), None], [None, Some(other)], [Some(sum), Some(other)]] {
            assert!(matches!(uploads.keep(id(&ticket), sums, b"archive", now), Err(UploadError::Sum)));
        }
        assert_eq!(told(uploads.keep(id(&ticket), [Some(sum); 2], b"archive", now)), Ok(()));
        assert!(matches!(uploads.keep(id(&ticket), [None; 2], b"archive", now), Err(UploadError::Used)));
        // The official tool puts a slash between bucket and path, whether the path has one or not.
        for path in [ticket.path.clone(), format!("/{}", ticket.path)] {
            assert_eq!(uploads.fetch(&address(&path)).unwrap(), b"archive");
        }
        let plain = ticket.path.trim_end_matches(".zip");
        for foreign in [
            String::new(),
            format!("gs://other/{}", ticket.path),
            format!("gs://{BUCKET}.evil/{}", ticket.path),
            format!("https://{BUCKET}/{}", ticket.path),
            address("../journal.db"),
            address(&format!("../uploads/{}", ticket.path)),
            address(plain),
        ] {
            assert!(matches!(uploads.fetch(&foreign), Err(UploadError::Foreign)), "{foreign}");
        }
        fs::write(folder.path().join("uploads/half.new"), b"left by a crash").unwrap();
        for _ in 1..ARCHIVES_MAX {
            assert_eq!(told(uploads.keep(id(&uploads.ticket(None, now)), [None; 2], b"x", now)), Ok(()));
        }
        assert!(matches!(uploads.keep(id(&uploads.ticket(None, now)), [None; 2], b"x", now), Err(UploadError::Full(_))));
        assert_eq!(uploads.sweep(now + jiff::SignedDuration::from_secs(KEEP_S)).unwrap(), ARCHIVES_MAX);
        assert_eq!(uploads.sweep(now + jiff::SignedDuration::from_secs(KEEP_S + 60)).unwrap(), 0);
        assert!(fs::read_dir(folder.path().join("uploads")).unwrap().next().is_none());
    }
}
