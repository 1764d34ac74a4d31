//! Inputs that an earlier run found worth keeping, as text that a person can read in a diff: one a line, escaped as Rust escapes bytes.

/// So many bytes of text are kept of a target, the shortest inputs first.
const PACKED_BYTES_MAX: usize = 40_000;

/// The committed form of some of the inputs, sorted; the same inputs give the same text.
pub(crate) fn pack(inputs: Vec<Vec<u8>>) -> String {
    let mut lines: Vec<String> = inputs.iter().map(|input| input.escape_ascii().to_string()).collect();
    lines.sort_by(|one, other| one.len().cmp(&other.len()).then_with(|| one.cmp(other)));
    lines.dedup();
    let mut packed = String::new();
    for line in lines.into_iter().filter(|line| !line.is_empty()) {
        if packed.len() + line.len() >= PACKED_BYTES_MAX {
            break;
        }
        packed.extend([line.as_str(), "\n"]);
    }
    packed
}

/// The inputs of a packed text.
pub(crate) fn unpack(packed: &str) -> Vec<Vec<u8>> {
    packed.lines().map(unescape).collect()
}

/// The bytes that `escape_ascii` wrote so. A sequence that it does not write stands for itself.
fn unescape(line: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(line.len());
    let mut rest = line.as_bytes();
    while let [first, behind @ ..] = rest {
        let (byte, after) = match (first, behind) {
            (b'\\', [b'n', after @ ..]) => (b'\n', after),
            (b'\\', [b'r', after @ ..]) => (b'\r', after),
            (b'\\', [b't', after @ ..]) => (b'\t', after),
            (b'\\', [b'x', high, low, after @ ..]) => (digit(*high) << 4 | digit(*low), after),
            (b'\\', [escaped, after @ ..]) => (*escaped, after),
            (byte, after) => (*byte, after),
        };
        bytes.push(byte);
        rest = after;
    }
    bytes
}

fn digit(hexadecimal: u8) -> u8 {
    char::from(hexadecimal).to_digit(16).and_then(|digit| u8::try_from(digit).ok()).unwrap_or_default()
}
