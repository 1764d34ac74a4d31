//! Components that only tests use, built by the build script.

include!(concat!(env!("OUT_DIR"), "/guests.rs"));

/// A sink whose conduct its configuration chooses (`{"behaviour": "trap"}`); `tests/guests/misbehaving` lists them.
pub const MISBEHAVING: &[u8] = GUESTS[0].1;

/// A good sink; [`broken`] gives it a flaw.
pub const SOUND: &[u8] = GUESTS[1].1;

/// The example sink in `examples/s3-ndjson`.
pub const S3_NDJSON: &[u8] = GUESTS[4].1;

/// The word in the component that names its flaw.
const FLAW: &[u8] = b"FLAW:none                       ";

/// The sink with a flaw that `tests/guests/broken` lists.
///
/// # Panics
/// Where the component has no such word, or the name is longer than it.
pub fn broken(flaw: &str) -> Vec<u8> {
    let mut component = SOUND.to_vec();
    let places: Vec<usize> =
        component.windows(FLAW.len()).enumerate().filter(|(_, bytes)| *bytes == FLAW).map(|(at, _)| at).collect();
    assert_eq!(places.len(), 1, "the word is once in the component");
    let word = format!("{:<width$}", format!("FLAW:{flaw}"), width = FLAW.len());
    component[places[0]..places[0] + FLAW.len()].copy_from_slice(word.as_bytes());
    component
}

/// A sink that calls WASI 0.2 as its configuration says (`{"call": "environment"}`); `tests/guests/wasi` lists the calls.
pub const WASI: &[u8] = GUESTS[2].1;

/// A version of the sink `relay`, which passes messages on: `version` has five characters, `fault` is `fine` or what `tests/guests/relay`
/// lists.
///
/// # Panics
/// When they do not fit their place.
pub fn relay(version: &str, fault: &str) -> Vec<u8> {
    const FACE: &[u8] = b"relay 1.0.0 fine        ";
    let face = format!("{:<24}", format!("relay {version} {fault}"));
    assert_eq!(face.len(), FACE.len(), "{face}");
    let mut component = GUESTS[3].1.to_vec();
    let at: Vec<usize> = component.windows(FACE.len()).enumerate().filter(|(_, here)| *here == FACE).map(|(at, _)| at).collect();
    assert!(at.len() == 1, "the component holds its face {} times", at.len());
    at.into_iter().for_each(|at| component[at..at + FACE.len()].copy_from_slice(face.as_bytes()));
    component
}
