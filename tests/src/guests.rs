//! Components that only tests use, built by the build script.

include!(concat!(env!("OUT_DIR"), "/guests.rs"));

/// A sink whose conduct its configuration chooses (`{"behaviour": "trap"}`); `tests/guests/misbehaving` lists them.
pub const MISBEHAVING: &[u8] = GUESTS[0].1;

/// A good sink; [`broken`] gives it a flaw.
pub const SOUND: &[u8] = GUESTS[1].1;

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
