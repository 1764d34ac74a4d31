//! The menu bar and its shortcuts. What concerns pages is told to them; the rest is done here.

use std::sync::Arc;

use tauri::{
    AppHandle, Manager, Runtime,
    menu::{Menu, MenuEvent, MenuItem, PredefinedMenuItem, Submenu},
};

use crate::{
    desk::{Change, Desk},
    window,
};

/// Brings the window up.
pub(crate) const SHOW: &str = "show";
/// Ends the desk.
pub(crate) const QUIT: &str = "quit";

/// What pages do: name for them, words for people, shortcut.
type Item = (&'static str, &'static str, Option<&'static str>);

const FILE: [Item; 4] = [
    ("file.new", "New", Some("CmdOrCtrl+N")),
    ("file.open", "Open…", Some("CmdOrCtrl+O")),
    ("file.save", "Save", Some("CmdOrCtrl+S")),
    ("file.saveAs", "Save As…", Some("CmdOrCtrl+Shift+S")),
];
const GO: [Item; 6] = [
    ("go.overview", "Overview", Some("CmdOrCtrl+1")),
    ("go.deliveries", "Deliveries", Some("CmdOrCtrl+2")),
    ("go.destinations", "Destinations", Some("CmdOrCtrl+3")),
    ("go.editor", "amp.yaml", Some("CmdOrCtrl+4")),
    ("go.key-lab", "Key Lab", Some("CmdOrCtrl+5")),
    ("go.operations", "Operations", Some("CmdOrCtrl+6")),
];
const RUNTIME: [Item; 4] = [
    ("runtime.choose", "Choose Runtime…", Some("CmdOrCtrl+R")),
    ("runtime.start", "Start", None),
    ("runtime.stop", "Stop", None),
    ("runtime.log", "Show Log", Some("CmdOrCtrl+L")),
];

/// The menu bar.
pub(crate) fn bar<R: Runtime>(app: &AppHandle<R>) -> tauri::Result<Menu<R>> {
    let quit = MenuItem::with_id(app, QUIT, "Quit", true, Some("CmdOrCtrl+Q"))?;
    let file = submenu(app, "File", &FILE)?;
    file.append_items(&[&PredefinedMenuItem::separator(app)?, &PredefinedMenuItem::close_window(app, None)?, &quit])?;
    let edit = Submenu::new(app, "Edit", true)?;
    edit.append_items(&[
        &PredefinedMenuItem::cut(app, None)?,
        &PredefinedMenuItem::copy(app, None)?,
        &PredefinedMenuItem::paste(app, None)?,
        &PredefinedMenuItem::select_all(app, None)?,
    ])?;
    let (go, runtime) = (submenu(app, "Go", &GO)?, submenu(app, "Runtime", &RUNTIME)?);
    Menu::with_items(app, &[&file, &edit, &go, &runtime])
}

fn submenu<R: Runtime>(app: &AppHandle<R>, title: &str, items: &[Item]) -> tauri::Result<Submenu<R>> {
    let menu = Submenu::new(app, title, true)?;
    for (id, words, shortcut) in items {
        menu.append(&MenuItem::with_id(app, *id, *words, true, *shortcut)?)?;
    }
    Ok(menu)
}

/// Something was chosen, in the bar or in the tray.
pub(crate) fn chosen<R: Runtime>(app: &AppHandle<R>, event: &MenuEvent) {
    let id = event.id().as_ref();
    match id {
        SHOW => window::come_up(app),
        QUIT => window::quit(app),
        _ => {
            let known = FILE.iter().chain(&GO).chain(&RUNTIME).find(|(name, ..)| *name == id);
            if let (Some((name, ..)), Some(desk)) = (known, app.try_state::<Arc<Desk>>()) {
                desk.tell(Change::Menu(name));
            }
        }
    }
}
