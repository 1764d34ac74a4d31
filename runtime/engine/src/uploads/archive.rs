//! The manifest in an archive that a deployment uploads. Archives come from anybody's program: every fault is told, and nothing but
//! the manifest is ever unpacked.

use std::io::{Cursor, Read};

use ampline_core::manifest::FILE_BYTES_MAX;
use zip::{CompressionMethod, ZipArchive, read::ZipFile, result::ZipError};

/// Most entries of an archive.
const ENTRIES_MAX: usize = 1_000;
/// So much of a name is repeated to its sender.
const NAME_CHARS_MAX: usize = 80;
/// What a manifest is called; in archives of 2023 it lies in the folder `amp`, beside the transform functions.
const MANIFESTS: [&str; 4] = ["amp.yaml", "amp.yml", "amp/amp.yaml", "amp/amp.yml"];
/// Beside a manifest of 2023.
const TRANSFORM_FUNCTION: &str = ".ts";

/// The text of the manifest in `archive`, or everything that is wrong with the archive.
pub(crate) fn manifest_in(archive: &[u8]) -> Result<Vec<u8>, Vec<String>> {
    let said = entries_said(archive);
    let mut archive = ZipArchive::new(Cursor::new(archive)).map_err(|error| vec![unreadable(&error)])?;
    let entries = archive.len();
    if entries > ENTRIES_MAX {
        return Err(vec![format!("it has {entries} entries, and {ENTRIES_MAX} are the most: send amp.yaml alone")]);
    }
    let (mut manifests, mut faults) = (Vec::new(), Vec::new());
    // Of entries with one name the last alone is seen; another program may take the first.
    if said.is_some_and(|said| usize::from(said) != entries) {
        faults.push("several of its entries have one name: pack amp.yaml alone".to_owned());
    }
    for index in 0..entries {
        match archive.by_index_raw(index) {
            Ok(entry) => {
                if let Err(fault) = sort(&entry, index, &mut manifests) {
                    faults.push(format!("{} {fault}", quoted(&entry)));
                }
            }
            Err(error) => faults.push(format!("entry {index}: {}", unreadable(&error))),
        }
    }
    let manifest = match &manifests[..] {
        [only] => Some(*only),
        [] => {
            faults.push(format!("there is no manifest in it: it must hold one of {}", MANIFESTS.join(", ")));
            None
        }
        _ => {
            faults.push("several manifests are in it: send one of them".to_owned());
            None
        }
    };
    match manifest.filter(|_| faults.is_empty()) {
        Some(index) => unpacked(&mut archive, index).map_err(|fault| vec![fault]),
        None => Err(faults),
    }
}

/// How many entries the archive says that it has, at its end.
fn entries_said(archive: &[u8]) -> Option<u16> {
    let end = archive.windows(4).rposition(|four| four == b"PK\x05\x06")?;
    let count = archive.get(end + 10..end + 12)?;
    Some(u16::from_le_bytes(count.try_into().ok()?))
}

/// Puts a manifest among those found; why an entry may not be in the archive.
fn sort(entry: &ZipFile<'_, Cursor<&[u8]>>, index: usize, manifests: &mut Vec<usize>) -> Result<(), &'static str> {
    let Ok(name) = std::str::from_utf8(entry.name_raw()) else { return Err("has a name that is not UTF-8") };
    if leads_out(name) {
        return Err("leads out of the archive: names are paths within it, like amp.yaml");
    }
    if entry.is_symlink() {
        return Err("is a link: pack the file that it leads to");
    }
    if entry.encrypted() {
        return Err("is encrypted: pack it without a password");
    }
    if entry.is_dir() || name.ends_with(TRANSFORM_FUNCTION) {
        return Ok(());
    }
    if !MANIFESTS.contains(&name) {
        return Err("does not belong there: pack amp.yaml alone");
    }
    if !matches!(entry.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
        return Err("is packed by a method other than deflate");
    }
    manifests.push(index);
    Ok(())
}

/// Whether a name is anything but a way down from the archive's root.
fn leads_out(name: &str) -> bool {
    let plain = |part: &str| !matches!(part, "" | "." | "..");
    let strange = |char: char| char == '\\' || char == ':' || char.is_control();
    name.contains(strange) || !name.strip_suffix('/').unwrap_or(name).split('/').all(plain)
}

/// Unpacks no more than a manifest may have, whatever the entry says of its size.
fn unpacked(archive: &mut ZipArchive<Cursor<&[u8]>>, index: usize) -> Result<Vec<u8>, String> {
    let mut entry = archive.by_index(index).map_err(|error| unreadable(&error))?;
    let name = quoted(&entry);
    let mut text = Vec::new();
    let read = entry.by_ref().take(FILE_BYTES_MAX as u64 + 1).read_to_end(&mut text);
    if text.len() > FILE_BYTES_MAX {
        return Err(format!("{name} has more than {FILE_BYTES_MAX} bytes"));
    }
    read.map_err(|error| format!("{name} cannot be unpacked: {error}: pack it again"))?;
    Ok(text)
}

fn unreadable(error: &ZipError) -> String {
    format!("it is no zip archive that can be read ({error}): pack it again")
}

/// The name, fit for a message.
fn quoted(entry: &ZipFile<'_, impl Read>) -> String {
    let name = String::from_utf8_lossy(entry.name_raw());
    let shown: String = name.chars().take(NAME_CHARS_MAX).map(|char| if char.is_control() { '\u{fffd}' } else { char }).collect();
    format!("`{shown}`")
}

#[cfg(test)]
mod tests {
    //! Oracles: archives as programs that are not ours write them, byte for byte (Go's archive/zip as the official tool uses it, and
    //! Python's zipfile); the `zip` crate's writer for archives with faults. No doubles.

    use std::io::Write;

    use base64::{Engine, prelude::BASE64_STANDARD};
    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;

    const TEXT: &str = "specVersion: 1.0.0\n";

    fn packed(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in entries {
            let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
            writer.start_file(*name, options).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    /// With every occurrence of one name replaced by another of the same length.
    fn renamed(entries: &[(&str, &[u8])], from: &str, to: &str) -> Vec<u8> {
        assert_eq!(from.len(), to.len());
        let mut archive = packed(entries);
        for at in 0..archive.len() - from.len() {
            if archive[at..].starts_with(from.as_bytes()) {
                archive[at..at + to.len()].copy_from_slice(to.as_bytes());
            }
        }
        archive
    }

    #[test]
    fn manifests_are_found_in_archives_of_today_and_of_2023() {
        let text = TEXT.as_bytes();
        for entries in [
            &[("amp.yaml", text)][..],
            &[("amp.yml", text)],
            &[("amp/amp.yaml", text), ("amp/upper.ts", b"export const main = ..."), ("amp/lib/x.ts", b"")],
        ] {
            assert_eq!(manifest_in(&packed(entries)).as_deref(), Ok(text), "{:?}", entries[0].0);
        }
        for (program, archive) in [("Go", GO), ("Python", PYTHON)] {
            let archive = BASE64_STANDARD.decode(archive.replace(char::is_whitespace, "")).unwrap();
            assert_eq!(manifest_in(&archive).as_deref(), Ok(text), "{program}");
        }
    }

    #[test]
    fn every_fault_of_an_archive_is_told() {
        let text = TEXT.as_bytes();
        let bomb = vec![b'#'; FILE_BYTES_MAX + 1];
        let encrypted = {
            let mut archive = packed(&[("amp.yaml", text)]);
            // Bit 0 of the flags, in the local header and in the directory.
            archive[6] |= 1;
            let directory = archive.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
            archive[directory + 8] |= 1;
            archive
        };
        let damaged = {
            let mut archive = packed(&[("amp.yaml", text)]);
            let body = 30 + "amp.yaml".len() + 2;
            archive[body] ^= 0xff;
            archive
        };
        let whole = packed(&[("amp.yaml", text)]);
        let many: Vec<String> = (0..=ENTRIES_MAX).map(|number| format!("{number}.ts")).collect();
        let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), &b""[..])).collect();
        let twice = renamed(&[("amp.yaml", text), ("amp.yamm", text)], "amp.yamm", "amp.yaml");
        let rows: [(&str, Vec<u8>, &[&str]); 15] = [
            ("no archive", b"specVersion: 1.0.0".to_vec(), &["it is no zip archive"]),
            ("nothing", Vec::new(), &["it is no zip archive"]),
            ("truncated", whole[..whole.len() / 2].to_vec(), &["it is no zip archive"]),
            ("empty", packed(&[]), &["there is no manifest in it"]),
            ("another name", packed(&[("manifest.yaml", text)]), &["`manifest.yaml` does not belong", "there is no manifest"]),
            ("two", packed(&[("amp.yaml", text), ("amp.yml", text)]), &["several manifests"]),
            ("twice", twice, &["have one name"]),
            ("others", packed(&[("amp.yaml", text), ("id_rsa", text)]), &["`id_rsa` does not belong"]),
            (
                "climbing",
                renamed(&[("amp.yaml", text), ("aa/evil.ts", text)], "aa/evil.ts", "../evil.ts"),
                &["`../evil.ts` leads out"],
            ),
            ("absolute", renamed(&[("amp.yaml", text), ("aevil.ts", text)], "aevil.ts", "/evil.ts"), &["`/evil.ts` leads out"]),
            ("backslash", renamed(&[("amp.yaml", text), ("..aevil.ts", text)], "..aevil.ts", "..\\evil.ts"), &["leads out"]),
            ("bomb", packed(&[("amp.yaml", &bomb)]), &["`amp.yaml` has more than"]),
            ("encrypted", encrypted, &["`amp.yaml` is encrypted", "there is no manifest"]),
            ("damaged", damaged, &["`amp.yaml` cannot be unpacked"]),
            ("many", packed(&many), &["it has 1001 entries"]),
        ];
        for (what, archive, expected) in rows {
            let faults = manifest_in(&archive).map(|text| String::from_utf8_lossy(&text).into_owned()).unwrap_err();
            assert!(
                faults.len() == expected.len() && faults.iter().zip(expected).all(|(fault, part)| fault.contains(part)),
                "{what}: {faults:?}"
            );
        }
    }

    #[test]
    fn no_damage_makes_it_panic() {
        let whole = packed(&[("amp/amp.yaml", TEXT.as_bytes()), ("amp/a.ts", b"x")]);
        for at in 0..whole.len() {
            for change in [0x00, 0x01, 0x7f, 0xff] {
                let mut archive = whole.clone();
                archive[at] ^= change;
                let _ = manifest_in(&archive);
                let _ = manifest_in(&archive[..at]);
            }
        }
    }

    /// `specVersion: 1.0.0` as amp.yaml, by archive/zip of Go 1.26 with a FileInfoHeader, deflated, as the official tool does it.
    const GO: &str = "UEsDBBQACAAIAMSQeV0AAAAAAAAAAAAAAAAIAAkAYW1wLnlhbWxVVAUAAZEjB2sqLkhNDkstKs7Mz7NSMNQz0DPgAgQAAP//UEsHCJRhg3oZAA\
        AAEwAAAFBLAQIUAxQACAAIAMSQeV2UYYN6GQAAABMAAAAIAAkAAAAAAAAAAACkgQAAAABhbXAueWFtbFVUBQABkSMHa1BLBQYAAAAAAQABAD8A\
        AABYAAAAAAA=";
    /// The same by zipfile of Python 3.
    const PYTHON: &str = "UEsDBBQAAAAIAMSQeV2UYYN6FQAAABMAAAAIAAAAYW1wLnlhbWwrLkhNDkstKs7Mz7NSMNQz0DPgAgBQSwECFAMUAAAACADEkHldlGGDehUAAA\
        ATAAAACAAAAAAAAAAAAAAAgAEAAAAAYW1wLnlhbWxQSwUGAAAAAAEAAQA2AAAAOwAAAAAA";
}
