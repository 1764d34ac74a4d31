//! What a file is before anything compiles it: a component or something else, what it was made for, and what made it.

use std::{fs, io, path::Path};

use wasmparser::{Encoding, KnownCustom, Parser, Payload};

use super::problem::Problem;

/// Largest component.
pub(crate) const COMPONENT_BYTES_MAX: usize = 64 << 20;
/// Most names of languages and tools that are kept, and bytes of each.
const NAMES_MAX: usize = 20;
const NAME_BYTES_MAX: usize = 64;

/// What the producers sections of a component say, each name once, in the order found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Producers {
    /// What it was written in: `Rust`, `JavaScript`, …
    pub languages: Vec<String>,
    /// What made it: `rustc 1.95.0`, …
    pub tools: Vec<String>,
}

/// Why the bytes of a file cannot be had that may be a component.
#[derive(Debug)]
pub(crate) enum Unread {
    /// It cannot be read.
    File(io::Error),
    /// It is not worth reading.
    Unfit(Problem),
}

/// The bytes of a file that may be a component; what is larger than any component is not read.
pub(crate) fn read(file: &Path) -> Result<Vec<u8>, Unread> {
    let bytes = usize::try_from(fs::metadata(file).map_err(Unread::File)?.len()).unwrap_or(usize::MAX);
    if bytes > COMPONENT_BYTES_MAX {
        return Err(Unread::Unfit(Problem::TooLarge { bytes, most: COMPONENT_BYTES_MAX }));
    }
    fs::read(file).map_err(Unread::File)
}

/// Refuses what is no component or too large a one.
pub(crate) fn is_component(bytes: &[u8]) -> Result<(), Problem> {
    if bytes.len() > COMPONENT_BYTES_MAX {
        return Err(Problem::TooLarge { bytes: bytes.len(), most: COMPONENT_BYTES_MAX });
    }
    if !bytes.starts_with(b"\0asm") {
        let is_text = bytes.iter().take(1 << 10).all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace());
        let told = if is_text && !bytes.is_empty() { "it is text" } else { "it does not begin as WebAssembly does" };
        return Err(Problem::NotWasm(told));
    }
    match Parser::new(0).parse_all(bytes).next() {
        Some(Ok(Payload::Version { encoding: Encoding::Component, .. })) => Ok(()),
        Some(Ok(Payload::Version { encoding: Encoding::Module, .. })) => Err(Problem::CoreModule),
        Some(Err(error)) => Err(Problem::Compile(error.to_string())),
        _ => Err(Problem::NotWasm("it ends too soon")),
    }
}

/// Who made a component. What cannot be read says nothing.
pub(super) fn producers(component: &[u8]) -> Producers {
    let mut found = Producers::default();
    let sections = Parser::new(0).parse_all(component).map_while(Result::ok).filter_map(|payload| match payload {
        Payload::CustomSection(section) => match section.as_known() {
            KnownCustom::Producers(fields) => Some(fields),
            _ => None,
        },
        _ => None,
    });
    for field in sections.flatten().map_while(Result::ok) {
        for value in field.values.into_iter().map_while(Result::ok) {
            match field.name {
                "language" => note(&mut found.languages, value.name, ""),
                "processed-by" => note(&mut found.tools, value.name, value.version),
                _ => {}
            }
        }
    }
    found
}

fn note(names: &mut Vec<String>, name: &str, version: &str) {
    let name = crate::sink::capability::cut(format!("{name} {version}").trim().to_owned(), NAME_BYTES_MAX);
    if names.len() < NAMES_MAX && !names.contains(&name) {
        names.push(name);
    }
}
