//! Files one and a few edits away from real ones: the check ends, keeps its promise and points into the file.

use super::judged;

pub(super) const SEEDS: [&str; 8] = [
    include_str!("every_key.yaml"),
    include_str!("aliases.yaml"),
    include_str!("../../../../examples/amp-yaml/0c6a5ce-hubspot-subscribe.yaml"),
    include_str!("../../../../examples/amp-yaml/0c6a5ce-quickstart.yaml"),
    include_str!("../../../../examples/amp-yaml/ff47637-quickstart.yaml"),
    include_str!("../../../../examples/amp-yaml/2023-every-key.yaml"),
    include_str!("../../../../examples/amp-yaml/2023-hubspot.yaml"),
    include_str!("../../../../examples/amp-yaml/2023-draft-1.1.yaml"),
];

/// What the edits put in.
const PIECES: [&str; 24] = [
    ": ",
    "- ",
    "\n",
    "\t",
    "#",
    "# amp:ignore\n",
    "[",
    "]",
    "{",
    "}",
    "&a ",
    "*a",
    "<<: ",
    "!!str ",
    "!x ",
    "\"",
    "'",
    "|\n",
    ">-\n",
    "---\n",
    "é",
    "\u{feff}",
    "\r",
    "%",
];

const MUTANTS_PER_SEED: u64 = 600;

/// Marsaglia's xorshift64: the same mutants each time.
pub(super) struct Xorshift(pub(super) u64);

impl Xorshift {
    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (bound.max(1) as u64)).unwrap()
    }
}

pub(super) fn mutate(source: &mut Vec<u8>, chance: &mut Xorshift) {
    let at = chance.below(source.len());
    let end = (at + 1 + chance.below(40)).min(source.len());
    match chance.below(6) {
        0 => drop(source.drain(at..end)),
        1 => drop(source.splice(at..at, PIECES[chance.below(PIECES.len())].bytes())),
        2 => drop(source.splice(at..end, PIECES[chance.below(PIECES.len())].bytes())),
        3 => {
            let copy = source[at..end].to_vec();
            let to = chance.below(source.len());
            source.splice(to..to, copy);
        }
        4 => {
            if let Some(byte) = source.get_mut(at) {
                *byte = u8::try_from(chance.below(256)).unwrap();
            }
        }
        _ => source.truncate(at),
    }
}

#[test]
fn mutants_are_judged_without_harm() {
    for (number, seed) in (1..).zip(SEEDS) {
        let mut chance = Xorshift(0x9e37_79b9_7f4a_7c15 ^ number);
        for _ in 0..MUTANTS_PER_SEED {
            let mut source = seed.as_bytes().to_vec();
            for _ in 0..=chance.below(4) {
                mutate(&mut source, &mut chance);
            }
            let lines = 1 + source.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count();
            for issue in judged(&source) {
                let place = (issue.line as usize, issue.column as usize);
                assert!((1..=lines + 1).contains(&place.0) && (1..=source.len() + 1).contains(&place.1), "{issue:?}");
                assert!(issue.path.starts_with('$') && !issue.message.is_empty(), "{issue:?}");
            }
        }
    }
}
