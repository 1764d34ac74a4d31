//! The thin shell: makes the window, gives it its one command, and minds how it opens, closes and ends.

use std::{
    ffi::OsString,
    path::PathBuf,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use tauri::{App, AppHandle, Builder, Manager, RunEvent, Runtime, WebviewUrl, WebviewWindow, WebviewWindowBuilder, WindowEvent};
use tauri_plugin_window_state::StateFlags;
use tracing_subscriber::EnvFilter;

use crate::{
    call,
    desk::{Desk, Places},
    menu,
    pages::Pages,
    single, tray, watch,
};

/// The only window, and the one that the capability names.
const MAIN: &str = "main";

/// Where the system speaks no language (the locales C and POSIX), WebKit says so, and `Intl` takes that for a mistake.
const LANGUAGE: &str = "if (!/^[a-z]{2,}/.test(navigator.language)) \
                        Object.defineProperty(Navigator.prototype, 'language', { get: () => 'en' });";

/// How the window closes.
#[derive(Default)]
pub(crate) struct Manners {
    has_tray: AtomicBool,
    leaving: AtomicBool,
}

impl Manners {
    /// From now on a closed window waits in the tray.
    pub(crate) fn stay_in_tray(&self) {
        self.has_tray.store(true, Ordering::Relaxed);
    }
}

/// Runs the desk with files to open.
pub(crate) fn main(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let filter = EnvFilter::try_from_env("AMPLINE_LOG").unwrap_or_else(|_| EnvFilter::new("warn,ampline_desktop=info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let files: Vec<PathBuf> = arguments.map(PathBuf::from).filter_map(|path| std::path::absolute(path).ok()).collect();
    let Some(places) = Places::of_person() else {
        eprintln!(
            "error: neither HOME nor XDG_DATA_HOME and XDG_CONFIG_HOME are set, so there is no place for the desk; set HOME"
        );
        return ExitCode::FAILURE;
    };
    // Before there is a window: the toolkit would take a second one for the first.
    let place = match single::start(&places.data, &files) {
        Ok(single::Start::First(place)) => place,
        Ok(single::Start::Another) => return ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: the desk cannot take its place in {}: {error}", places.data.display());
            return ExitCode::FAILURE;
        }
    };
    let mut context = tauri::generate_context!();
    context.set_assets(Box::new(Pages));
    let built = shell(Builder::<tauri::Wry>::default())
        .plugin(window_state())
        .menu(menu::bar)
        .on_menu_event(|app, event| menu::chosen(app, &event))
        .setup(move |app| set_up(app, place, places, &files))
        .build(context);
    match built {
        Ok(app) => {
            app.run(|app, event| {
                if let RunEvent::ExitRequested { api, .. } = event
                    && !app.state::<Manners>().leaving.load(Ordering::Relaxed)
                {
                    // The runtime ends in order first.
                    api.prevent_exit();
                    quit(app);
                }
            });
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: the window cannot be shown: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What any window of the desk may do; tests put theirs around it.
pub(crate) fn shell<R: Runtime>(builder: Builder<R>) -> Builder<R> {
    builder.manage(Manners::default()).invoke_handler(tauri::generate_handler![call::call]).on_page_load(|webview, load| {
        if load.event() == tauri::webview::PageLoadEvent::Started
            && let Some(desk) = webview.try_state::<Arc<Desk>>()
        {
            desk.page_gone();
        }
    })
}

fn window_state<R: Runtime>() -> tauri::plugin::TauriPlugin<R> {
    let kept = StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED | StateFlags::FULLSCREEN;
    tauri_plugin_window_state::Builder::new().with_state_flags(kept).build()
}

fn set_up<R: Runtime>(
    app: &App<R>,
    place: single::Listening,
    places: Places,
    files: &[PathBuf],
) -> Result<(), Box<dyn std::error::Error>> {
    let (desk, handle) = (Desk::open(places), app.handle().clone());
    files.iter().for_each(|path| desk.show(path));
    let (first, shown) = (handle.clone(), desk.clone());
    place.listen(move |files| {
        files.iter().for_each(|path| shown.show(path));
        come_up(&first);
    });
    app.manage(desk.clone());
    tauri::async_runtime::spawn(watch::files(desk.clone()));
    tauri::async_runtime::spawn(watch::runtime(desk.clone()));
    tauri::async_runtime::spawn(tray::run(handle, desk.clone()));
    tauri::async_runtime::spawn(async move {
        // The pages show why, and what to do.
        if let Err(reason) = desk.sit_down().await {
            tracing::warn!(reason, "the runtime that was chosen last cannot be asked");
        }
    });
    open(app)
}

fn open<R: Runtime>(app: &App<R>) -> Result<(), Box<dyn std::error::Error>> {
    let window = WebviewWindowBuilder::new(app, MAIN, WebviewUrl::App("index.html".into()))
        .title("Ampline")
        .inner_size(1280.0, 820.0)
        .min_inner_size(640.0, 480.0)
        .initialization_script(LANGUAGE)
        // Links to elsewhere have no place in this window.
        .on_navigation(|url| url.scheme() == "tauri" || url.host_str() == Some("tauri.localhost"))
        .build()?;
    let closing = window.clone();
    window.on_window_event(move |event| {
        if let WindowEvent::CloseRequested { api, .. } = event {
            api.prevent_close();
            if closing.state::<Manners>().has_tray.load(Ordering::Relaxed) {
                drop(closing.hide());
            } else {
                quit(closing.app_handle());
            }
        }
    });
    Ok(())
}

/// A dialog for files above the window.
pub(crate) fn dialog<R: Runtime>(window: &WebviewWindow<R>) -> rfd::AsyncFileDialog {
    rfd::AsyncFileDialog::new().set_parent(window)
}

/// Shows the window in front of others.
pub(crate) fn come_up<R: Runtime>(app: &AppHandle<R>) {
    if let Some(window) = app.get_webview_window(MAIN) {
        // A window manager may refuse any of these.
        drop(window.show());
        drop(window.unminimize());
        drop(window.set_focus());
    }
}

/// Ends the desk: asks where something is not saved, then ends the runtime that it started.
pub(crate) fn quit<R: Runtime>(app: &AppHandle<R>) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let Some(desk) = app.try_state::<Arc<Desk>>().map(|desk| desk.inner().clone()) else { return app.exit(0) };
        let edited = desk.edited().clone();
        if !edited.is_empty() && !leave_unsaved(&app, &edited).await {
            return;
        }
        if app.state::<Manners>().leaving.swap(true, Ordering::Relaxed) {
            return;
        }
        if let Some(window) = app.get_webview_window(MAIN) {
            drop(window.hide());
        }
        desk.leave().await;
        app.exit(0);
    });
}

async fn leave_unsaved<R: Runtime>(app: &AppHandle<R>, edited: &[String]) -> bool {
    come_up(app);
    let mut dialog = rfd::AsyncMessageDialog::new()
        .set_level(rfd::MessageLevel::Warning)
        .set_title("Unsaved changes")
        .set_description(format!(
            "Not saved yet:\n{}\n\nThe desk keeps them as drafts for its next start. Quit?",
            edited.join("\n")
        ))
        .set_buttons(rfd::MessageButtons::YesNo);
    if let Some(window) = app.get_webview_window(MAIN) {
        dialog = dialog.set_parent(&window);
    }
    dialog.show().await == rfd::MessageDialogResult::Yes
}
