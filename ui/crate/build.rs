//! Embeds `dist` as `ASSETS`, or `missing.html` where npm has built nothing yet.

use std::{
    collections::BTreeMap,
    env,
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
};

/// Content types by extension; what is not listed is sent as bytes.
const TYPES: [(&str, &str); 9] = [
    ("css", "text/css; charset=utf-8"),
    ("html", "text/html; charset=utf-8"),
    ("js", "text/javascript; charset=utf-8"),
    ("json", "application/json"),
    ("png", "image/png"),
    ("svg", "image/svg+xml"),
    ("txt", "text/plain; charset=utf-8"),
    ("wasm", "application/wasm"),
    ("woff2", "font/woff2"),
];
/// Where vite puts files whose names hold a digest of their content.
const HASHED: &str = "/assets/";

fn main() -> io::Result<()> {
    let package = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let dist = package.join("dist");
    // Cargo watches a folder that is there; one that is missing would have it build anew each time.
    fs::create_dir_all(&dist)?;
    println!("cargo:rerun-if-changed=dist");
    // Clones that share a target directory have pages of their own: the variable holds the place of this one.
    println!("cargo:rerun-if-env-changed=AMPLINE_PAGES");
    println!("cargo:rerun-if-changed=crate");
    let mut files = BTreeMap::new();
    read(&dist, "", &mut files)?;
    if !files.contains_key("/index.html") {
        files = BTreeMap::from([("/index.html".to_owned(), package.join("crate/missing.html"))]);
    }
    let out = PathBuf::from(variable("OUT_DIR")?);
    keep(&mut files, &out.join("pages"))?;
    fs::write(out.join("assets.rs"), table(&files)?)
}

/// Copies the files beside the table that names them: what was built stands when the clone that it came from is gone.
fn keep(files: &mut BTreeMap<String, PathBuf>, folder: &Path) -> io::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    for (place, file) in files.values_mut().enumerate() {
        let kept = folder.join(place.to_string());
        fs::copy(&*file, &kept)?;
        *file = kept;
    }
    Ok(())
}

fn variable(name: &str) -> io::Result<String> {
    env::var(name).map_err(|error| io::Error::other(format!("{name}: {error}")))
}

/// Every file below a folder by its path in an address; names that begin with a dot are the build's own.
fn read(folder: &Path, prefix: &str, files: &mut BTreeMap<String, PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}/{name}");
        if name.starts_with('.') {
            continue;
        }
        if entry.file_type()?.is_dir() {
            read(&entry.path(), &path, files)?;
        } else {
            files.insert(path, entry.path());
        }
    }
    Ok(())
}

fn table(files: &BTreeMap<String, PathBuf>) -> io::Result<String> {
    let mut text = "/// Sorted by path.\nstatic ASSETS: &[(&str, Asset)] = &[\n".to_owned();
    let is_encoded =
        |path: &str| [".br", ".gz"].iter().any(|end| path.strip_suffix(end).is_some_and(|plain| files.contains_key(plain)));
    for (path, file) in files.iter().filter(|(path, _)| !is_encoded(path)) {
        let extension = path.rsplit('.').next().unwrap_or_default();
        let content_type =
            TYPES.iter().find(|(known, _)| *known == extension).map_or("application/octet-stream", |(_, media)| media);
        let encoded = |end: &str| {
            let found = files.get(&format!("{path}{end}"));
            found.map_or("None".to_owned(), |file| format!("Some(include_bytes!({file:?}))"))
        };
        // A formatted write to a String cannot fail.
        let _ = writeln!(
            text,
            "    ({path:?}, Asset {{ bytes: include_bytes!({file:?}), brotli: {}, gzip: {}, content_type: {content_type:?}, etag: \"\\\"{:016x}\\\"\", immutable: {} }}),",
            encoded(".br"),
            encoded(".gz"),
            fingerprint(&fs::read(file)?),
            path.starts_with(HASHED),
        );
    }
    text.push_str("];\n");
    Ok(text)
}

/// FNV-1a: tells versions of one file apart, and nobody is to be kept from making two alike.
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
