//! Gives the window its one command: whatever else a page may call, Tauri refuses.

fn main() {
    let commands = tauri_build::AppManifest::new().commands(&["call"]);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(commands))
        .unwrap_or_else(|error| panic!("cannot prepare the window: {error:#}"));
}
