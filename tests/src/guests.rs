//! Components that only tests use, built by the build script.

include!(concat!(env!("OUT_DIR"), "/guests.rs"));

/// A sink whose conduct its configuration chooses (`{"behaviour": "trap"}`); `tests/guests/misbehaving` lists them.
pub const MISBEHAVING: &[u8] = GUESTS[0].1;

/// A sink that calls WASI 0.2 as its configuration says (`{"call": "environment"}`); `tests/guests/wasi` lists the calls.
pub const WASI: &[u8] = GUESTS[1].1;

/// A version of the sink `relay`, which passes messages on: `version` has five characters, `fault` is `fine` or what `tests/guests/relay`
/// lists.
///
/// # Panics
/// When they do not fit their place.
pub fn relay(version: &str, fault: &str) -> Vec<u8> {
    const FACE: &[u8] = b"relay 1.0.0 fine        ";
    let face = format!("{:<24}", format!("relay {version} {fault}"));
    assert_eq!(face.len(), FACE.len(), "{face}");
    let mut component = GUESTS[2].1.to_vec();
    let at: Vec<usize> = component.windows(FACE.len()).enumerate().filter(|(_, here)| *here == FACE).map(|(at, _)| at).collect();
    assert!(at.len() == 1, "the component holds its face {} times", at.len());
    at.into_iter().for_each(|at| component[at..at + FACE.len()].copy_from_slice(face.as_bytes()));
    component
}
