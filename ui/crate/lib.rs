//! The pages that npm built into `dist`, with all that a server must know to send them. Without `dist` there is one page, which says how
//! it is built.

/// One file of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asset {
    /// Its bytes as they are.
    pub bytes: &'static [u8],
    /// The same through Brotli, where that was worth it.
    pub brotli: Option<&'static [u8]>,
    /// The same through gzip, where that was worth it.
    pub gzip: Option<&'static [u8]>,
    /// Its media type.
    pub content_type: &'static str,
    /// A strong entity tag, with its quotes. Of what is sent under an encoding, the encoding is added to it.
    pub etag: &'static str,
    /// Whether its name changes with its content, so that it may be kept for ever.
    pub immutable: bool,
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The file at a path like `/assets/index-1a2b.js`; `/` is the page that begins everything.
pub fn asset(path: &str) -> Option<&'static Asset> {
    let name = if path == "/" { "/index.html" } else { path };
    ASSETS.binary_search_by_key(&name, |(name, _)| name).ok().and_then(|at| ASSETS.get(at)).map(|(_, asset)| asset)
}

/// Every path with its file, in the order of the paths.
pub fn assets() -> impl Iterator<Item = (&'static str, &'static Asset)> {
    ASSETS.iter().map(|(name, asset)| (*name, asset))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_page_to_begin_with() {
        let page = asset("/").unwrap();
        assert_eq!(page.content_type, "text/html; charset=utf-8");
        assert!(!page.immutable, "its name stays, so it must be asked for again");
        assert!(page.bytes.starts_with(b"<!doctype html>"));
        assert_eq!(asset("/index.html"), Some(page));
    }

    #[test]
    fn only_what_is_embedded_is_found() {
        for path in ["", "/assets", "/assets/", "/../Cargo.toml", "//index.html", "/INDEX.HTML"] {
            assert_eq!(asset(path), None, "{path}");
        }
        for (path, found) in assets() {
            assert_eq!(asset(path), Some(found), "{path}");
            assert!(found.etag.starts_with('"') && found.etag.ends_with('"'), "{path}");
        }
    }
}
