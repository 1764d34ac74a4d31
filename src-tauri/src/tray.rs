//! The icon among those of the system: how the desk stands, and the way back to its window. Only where the system can show one.

use std::sync::Arc;

use tauri::{
    AppHandle, Manager, Runtime,
    image::Image,
    menu::{Menu, MenuItem},
    tray::TrayIconBuilder,
};

use crate::{desk::Desk, menu, window};

const ID: &str = "desk";
const OFF: Image<'_> = tauri::include_image!("icons/tray-off.png");
const ON: Image<'_> = tauri::include_image!("icons/tray-on.png");
const TROUBLE: Image<'_> = tauri::include_image!("icons/tray-trouble.png");

/// Whether the library is there that shows icons; the one that Tauri loads ends the process where it is not.
#[cfg(target_os = "linux")]
fn is_possible() -> bool {
    ["libayatana-appindicator3.so.1", "libappindicator3.so.1"].iter().any(|name| {
        // SAFETY: both are known libraries whose start only registers types of GLib; Tauri loads the same one right afterwards.
        let loaded = unsafe { libloading::Library::new(name) };
        // Types that were registered cannot go away with their code.
        loaded.map(std::mem::forget).is_ok()
    })
}

#[cfg(not(target_os = "linux"))]
fn is_possible() -> bool {
    true
}

/// Whether somebody shows such icons, so that a window that is closed can be found again.
#[cfg(target_os = "linux")]
async fn is_shown() -> bool {
    let asked = async {
        let bus = zbus::Connection::session().await?;
        let place = "org.kde.StatusNotifierWatcher";
        let watcher = zbus::Proxy::new(&bus, place, "/StatusNotifierWatcher", place).await?;
        watcher.get_property::<bool>("IsStatusNotifierHostRegistered").await
    };
    asked.await.unwrap_or(false)
}

#[cfg(not(target_os = "linux"))]
async fn is_shown() -> bool {
    true
}

/// Shows the icon where that can be, and keeps it up to date.
pub(crate) async fn run<R: Runtime>(app: AppHandle<R>, desk: Arc<Desk>) {
    if !is_shown().await || !is_possible() {
        tracing::info!("the system shows no icons: closing the window ends the desk");
        return;
    }
    let (tell, told) = tokio::sync::oneshot::channel();
    let building = app.clone();
    let asked = app.run_on_main_thread(move || drop(tell.send(build(&building))));
    match (asked, told.await) {
        (Ok(()), Ok(Ok(()))) => app.state::<window::Manners>().stay_in_tray(),
        (Err(error), _) | (_, Ok(Err(error))) => return tracing::warn!(%error, "the icon cannot be shown"),
        (_, Err(_)) => return,
    }
    let mut changes = desk.changes();
    loop {
        show(&app, &desk);
        if let Err(tokio::sync::broadcast::error::RecvError::Closed) = changes.recv().await {
            return;
        }
    }
}

fn build<R: Runtime>(app: &AppHandle<R>) -> tauri::Result<()> {
    let show = MenuItem::with_id(app, menu::SHOW, "Show Ampline", true, None::<&str>)?;
    let quit = MenuItem::with_id(app, menu::QUIT, "Quit", true, None::<&str>)?;
    let menu = Menu::with_items(app, &[&show, &quit])?;
    TrayIconBuilder::with_id(ID).icon(OFF).menu(&menu).build(app)?;
    Ok(())
}

fn show<R: Runtime>(app: &AppHandle<R>, desk: &Desk) {
    let Some(tray) = app.tray_by_id(ID) else { return };
    let troubles = desk.troubles().borrow().len();
    let (icon, words) = match (desk.relay.reached().is_some(), troubles) {
        (false, _) => (OFF, "Ampline: no runtime".to_owned()),
        (true, 0) => (ON, "Ampline: all is well".to_owned()),
        (true, 1) => (TROUBLE, "Ampline: one thing needs you".to_owned()),
        (true, several) => (TROUBLE, format!("Ampline: {several} things need you")),
    };
    let shown =
        tray.set_icon(Some(icon)).and_then(|()| tray.set_tooltip(Some(&words))).and_then(|()| tray.set_title(Some(&words)));
    if let Err(error) = shown {
        tracing::debug!(%error, "the icon cannot be changed");
    }
}
