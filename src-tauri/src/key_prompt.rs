//! Asks for a key in a dialog of the desktop, outside of the pages: what is typed never enters a web view.

use ampline::secrets::Secret;
use tauri::{Runtime, WebviewWindow};

use crate::call::Refusal;

/// The key for a runtime; nothing where the person thinks better of it.
#[cfg(target_os = "linux")]
pub(crate) async fn ask<R: Runtime>(window: &WebviewWindow<R>, name: &str, url: &str) -> Result<Option<Secret>, Refusal> {
    let (tell, told) = tokio::sync::oneshot::channel();
    let text = format!("The key that {url} has given out. It is kept in the keyring of this system, as ampline/{name}.");
    let asking = window.clone();
    let shown = window.run_on_main_thread(move || prompt(asking.gtk_window().ok(), &text, tell));
    shown.map_err(|error| Refusal::asked(format!("no dialog can be shown: {error}")))?;
    told.await.map_err(|_| Refusal::asked("the dialog was closed with its window"))
}

/// Shows the dialog and comes back at once; the answer is told when it is there.
#[cfg(target_os = "linux")]
fn prompt(above: Option<gtk::ApplicationWindow>, text: &str, tell: tokio::sync::oneshot::Sender<Option<Secret>>) {
    use gtk::{InputPurpose, ResponseType, prelude::*};

    /// Most characters of a key.
    const CHARS_MAX: i32 = 4_096;

    let dialog = gtk::Dialog::with_buttons(
        Some("Key of the runtime"),
        above.as_ref(),
        gtk::DialogFlags::MODAL | gtk::DialogFlags::DESTROY_WITH_PARENT,
        &[("Cancel", ResponseType::Cancel), ("Keep", ResponseType::Accept)],
    );
    dialog.set_default_response(ResponseType::Accept);
    let words = gtk::Label::builder().label(text).wrap(true).max_width_chars(56).xalign(0.0).build();
    let entry = gtk::Entry::builder().visibility(false).input_purpose(InputPurpose::Password).max_length(CHARS_MAX).build();
    entry.set_activates_default(true);
    let content = dialog.content_area();
    content.set_spacing(12);
    content.set_border_width(18);
    content.pack_start(&words, false, false, 0);
    content.pack_start(&entry, false, false, 0);
    let tell = std::cell::Cell::new(Some(tell));
    dialog.connect_response(move |dialog, response| {
        let text = entry.text().trim().to_owned();
        let key = (response == ResponseType::Accept && !text.is_empty()).then(|| Secret::new(text));
        if let Some(tell) = tell.take() {
            // Who asked may be gone by now.
            drop(tell.send(key));
        }
        dialog.close();
    });
    dialog.show_all();
}

/// Other systems are not packaged for yet.
#[cfg(not(target_os = "linux"))]
pub(crate) async fn ask<R: Runtime>(_window: &WebviewWindow<R>, name: &str, url: &str) -> Result<Option<Secret>, Refusal> {
    let command = format!("ampline profile add {name} --url {url} --keyring ampline/{name} --key-stdin");
    Err(Refusal::asked(format!("the key is not asked for here; give it with `{command}`")))
}
