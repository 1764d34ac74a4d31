//! Bytes that are UTF-8, and bytes that are not; columns count characters.

use ampline_core::manifest;

use super::{check, found};

const SOUND: &str = "specVersion: 1.0.0\nintegrations: [{name: a, provider: p, proxy: {enabled: true}}]\n";

#[test]
fn other_encodings_are_recognized() {
    let utf_16 =
        |mark: &str, swap: fn(u16) -> [u8; 2]| -> Vec<u8> { format!("{mark}{SOUND}").encode_utf16().flat_map(swap).collect() };
    for (source, name) in [
        (utf_16("\u{feff}", u16::to_le_bytes), "UTF-16 (little-endian)"),
        (utf_16("\u{feff}", u16::to_be_bytes), "UTF-16 (big-endian)"),
        (utf_16("", u16::to_le_bytes), "UTF-16 (little-endian)"),
        (utf_16("", u16::to_be_bytes), "UTF-16 (big-endian)"),
        (SOUND.chars().flat_map(|char| u32::from(char).to_le_bytes()).collect(), "UTF-32 (little-endian)"),
    ] {
        assert_eq!(found(&source), ["E encoding 1:1"], "{name}");
        let message = manifest::check(&source).issues.remove(0).message;
        assert_eq!(message, format!("the file is encoded as {name}, and only UTF-8 is read"));
    }
}

#[test]
fn the_byte_that_is_not_utf_8_is_named() {
    let mut source = "specVersion: 1.0.0\n# é ".as_bytes().to_vec();
    source.push(0xe9);
    source.extend(b"\n");
    assert_eq!(found(&source), ["E encoding 2:5"]);
    assert_eq!(manifest::check(&source).issues[0].message, "byte 24 (0xE9) is not UTF-8");
    check("specVersion: 1.0.0\nname: \0", &["E encoding 2:7"]);
    check("specVersion: 1.0.0\nname: \u{7}", &["E encoding 2:7"]);
}

#[test]
fn marks_line_ends_and_wide_characters_keep_places_right() {
    let broken = SOUND.replace("true", "3");
    let expected = ["E wrong-type 2:56"];
    check(&format!("\u{feff}{SOUND}"), &[]);
    check(&broken, &expected);
    check(&format!("\u{feff}{broken}"), &expected);
    check(&broken.replace('\n', "\r\n"), &expected);
    check(&broken.replace("name: a", "name: é"), &["W integration-structure 2:23", "E wrong-type 2:56"]);
    check(&broken.replace("{name: a,", "{name: a, displayName: 日本語 🦀,"), &["E wrong-type 2:76"]);
}
