//! The pages for the window: the same bytes that the headless binary serves, out of the same crate.

use std::borrow::Cow;

use tauri::{
    Assets, Runtime,
    utils::assets::{AssetKey, AssetsIter, CspHash},
};

/// What npm built, or the page that says how.
pub(crate) struct Pages;

impl<R: Runtime> Assets<R> for Pages {
    fn get(&self, key: &AssetKey) -> Option<Cow<'_, [u8]>> {
        ampline_ui::asset(key.as_ref()).map(|asset| Cow::Borrowed(asset.bytes))
    }

    fn iter(&self) -> Box<AssetsIter<'_>> {
        Box::new(ampline_ui::assets().map(|(name, asset)| (Cow::Borrowed(name), Cow::Borrowed(asset.bytes))))
    }

    /// The pages have no script or style of their own between their lines that would need one.
    fn csp_hashes(&self, _page: &AssetKey) -> Box<dyn Iterator<Item = CspHash<'_>> + '_> {
        Box::new(std::iter::empty())
    }
}
