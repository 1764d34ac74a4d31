//! What a folder with a runtime holds: amp.yaml, ampline.toml, its data; or the folder that the desk makes for its own.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use ampline::{data_dir::DataDir, settings};

/// The settings of the desk's own runtime.
const OWN_SETTINGS: &str = "# The runtime of the desk. What it runs is what you deploy to it; destinations, connections and limits may be\n\
                            # written here as for `ampline run`.\n";

/// A folder that a runtime is started on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Folder {
    /// The folder.
    pub(crate) path: PathBuf,
    /// Made by the desk.
    pub(crate) is_own: bool,
}

impl Folder {
    /// The desk's own, which is made if need be.
    pub(crate) fn own(path: PathBuf) -> Result<Self, String> {
        let unable = |error: std::io::Error| format!("cannot make the folder {}: {error}", path.display());
        DataDir::create(&path).map_err(unable)?;
        let settings = path.join("ampline.toml");
        if !settings.exists() {
            std::fs::write(settings, OWN_SETTINGS).map_err(unable)?;
        }
        Ok(Self { path, is_own: true })
    }

    /// One that a person has chosen.
    pub(crate) fn chosen(path: PathBuf) -> Result<Self, String> {
        if !path.join("amp.yaml").is_file() && !path.join("ampline.toml").is_file() {
            return Err(format!("{} has neither amp.yaml nor ampline.toml; choose the folder that holds them", path.display()));
        }
        Ok(Self { path, is_own: false })
    }

    /// Where its runtime keeps its data.
    pub(crate) fn data(&self) -> Result<PathBuf, String> {
        let file = self.path.join("ampline.toml");
        let settings = match file.is_file() {
            true => settings::load(&file).map_err(|error| error.to_string())?,
            false => settings::Settings::default(),
        };
        Ok(self.path.join(settings.runtime.data_dir))
    }

    /// Arguments of `ampline` that start its runtime in the folder. They stand above what the environment may say.
    pub(crate) fn arguments(&self, data: &Path) -> Vec<OsString> {
        let mut arguments = vec![OsString::from("run"), "--data-dir".into(), data.into()];
        if self.is_own {
            // Nobody else knows its address, so any free port will do.
            arguments.extend(["--config", "ampline.toml", "--listen", "127.0.0.1:0"].map(OsString::from));
        }
        arguments
    }

    /// Where its log is kept.
    pub(crate) fn log(data: &Path) -> PathBuf {
        data.join("runtime.log")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_say_where_their_data_is() {
        let home = tempfile::tempdir().unwrap();
        let own = Folder::own(home.path().join("own")).unwrap();
        assert_eq!(own.data(), Ok(own.path.join("ampline-data")));
        assert_eq!(Folder::own(own.path.clone()), Ok(own));
        let refused = Folder::chosen(home.path().to_owned()).unwrap_err();
        assert!(refused.ends_with("has neither amp.yaml nor ampline.toml; choose the folder that holds them"), "{refused}");
        std::fs::write(home.path().join("ampline.toml"), "[runtime]\ndata_dir = \"kept\"\n").unwrap();
        let chosen = Folder::chosen(home.path().to_owned()).unwrap();
        assert_eq!(chosen.data(), Ok(home.path().join("kept")));
        std::fs::write(home.path().join("ampline.toml"), "[runtime]\nnone = 1\n").unwrap();
        assert!(chosen.data().is_err_and(|reason| reason.contains("none")));
    }
}
