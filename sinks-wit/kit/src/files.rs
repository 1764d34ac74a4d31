//! The files in the binary.

include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// The files of a folder: paths from there, and texts.
pub(crate) fn of(folder: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    FILES.iter().filter_map(move |(path, text)| Some((path.strip_prefix(folder)?.strip_prefix('/')?, *text)))
}

/// One file; empty where it is not there.
pub(crate) fn one(path: &str) -> &'static str {
    FILES.iter().find(|(other, _)| *other == path).map_or("", |(_, text)| text)
}
