//! The one command that pages may call: a tagged request, answered with a value or a refusal that says why.

use std::{path::PathBuf, sync::Arc};

use ampline::cli::profiles;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tauri::{
    Runtime, State, WebviewWindow,
    ipc::{Channel, JavaScriptChannelId},
};
use tokio::sync::broadcast::error::RecvError;

use crate::{
    desk::{Change, Desk},
    files::File,
    key_prompt,
    memory::Choice,
    relay::{self, Piece},
    window,
};

/// Last bytes of a log that are shown.
const LOG_BYTES_MAX: u64 = 256 << 10;
/// Names of unsaved documents that are held.
const EDITED_MAX: usize = 64;

/// What a page asks for.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all_fields = "camelCase")]
pub(crate) enum Asked {
    /// A request to the API.
    #[serde(rename = "request")]
    Request { request: relay::Request },
    /// A request whose answer comes piece by piece.
    #[serde(rename = "stream")]
    Stream { request: relay::Request, channel: JavaScriptChannelId },
    /// Ends a request or a stream.
    #[serde(rename = "cancel")]
    Cancel { id: u64 },
    /// All changes of the desk from now on, and how it stands.
    #[serde(rename = "desk.follow")]
    Follow { channel: JavaScriptChannelId },
    /// What is not saved: closing the window asks for it.
    #[serde(rename = "desk.edited")]
    Edited { names: Vec<String> },
    /// Another runtime.
    #[serde(rename = "runtime.choose")]
    Choose { choice: Choice },
    /// The runtime of a folder, which a person chooses.
    #[serde(rename = "runtime.openFolder")]
    OpenFolder,
    #[serde(rename = "runtime.start")]
    Start,
    #[serde(rename = "runtime.stop")]
    Stop,
    /// The end of the local runtime's log.
    #[serde(rename = "runtime.log")]
    Log,
    #[serde(rename = "profile.list")]
    Profiles,
    /// A runtime elsewhere; its key is asked for outside of the page.
    #[serde(rename = "profile.add")]
    AddProfile { name: String, url: String },
    #[serde(rename = "profile.remove")]
    RemoveProfile { name: String },
    /// A file that a person chooses.
    #[serde(rename = "file.open")]
    OpenFile,
    /// A file that a person has chosen before.
    #[serde(rename = "file.read")]
    ReadFile { path: PathBuf },
    #[serde(rename = "file.save")]
    SaveFile { path: PathBuf, text: String, version: Option<String> },
    /// A new file, where a person wants it.
    #[serde(rename = "file.saveAs")]
    SaveFileAs { text: String, name: String },
    /// No page shows it any more.
    #[serde(rename = "file.close")]
    CloseFile { path: PathBuf },
}

/// Why nothing was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Refusal {
    /// For programs: `unreachable`, `cancelled`, `changed`, `refused`.
    pub(crate) reason: &'static str,
    /// For people.
    pub(crate) message: String,
}

impl Refusal {
    /// What was asked for cannot be done.
    pub(crate) fn asked(message: impl Into<String>) -> Self {
        Self { reason: "refused", message: message.into() }
    }

    /// The runtime does not answer.
    pub(crate) fn unreachable(message: impl Into<String>) -> Self {
        Self { reason: "unreachable", message: message.into() }
    }

    /// The page did not want it any more.
    pub(crate) fn cancelled() -> Self {
        Self { reason: "cancelled", message: "cancelled".to_owned() }
    }

    /// Somebody else wrote the file.
    pub(crate) fn changed(path: &std::path::Path) -> Self {
        let message = format!("{} was changed by another program; look at both before one covers the other", path.display());
        Self { reason: "changed", message }
    }

    /// A file cannot be read or written.
    pub(crate) fn file(path: &std::path::Path, what: &str, error: &std::io::Error) -> Self {
        Self::asked(format!("cannot {what} {}: {error}", path.display()))
    }
}

impl From<String> for Refusal {
    fn from(message: String) -> Self {
        Self::asked(message)
    }
}

/// Does what a page asks for.
#[tauri::command]
pub(crate) async fn call<R: Runtime>(
    desk: State<'_, Arc<Desk>>,
    webview: WebviewWindow<R>,
    asked: Asked,
) -> Result<Value, Refusal> {
    let desk = desk.inner().clone();
    match asked {
        Asked::Request { request } => value(desk.relay.request(request).await?),
        Asked::Stream { request, channel } => {
            let channel: Channel<Piece> = channel.channel_on(webview.as_ref().clone());
            desk.relay.stream(request, |piece| channel.send(piece).is_ok()).await?;
            Ok(Value::Null)
        }
        Asked::Cancel { id } => {
            desk.relay.cancel(id);
            Ok(Value::Null)
        }
        Asked::Follow { channel } => {
            follow(&desk, &channel.channel_on(webview.as_ref().clone())).await;
            Ok(Value::Null)
        }
        Asked::Edited { names } => {
            *desk.edited() = names.into_iter().take(EDITED_MAX).collect();
            Ok(Value::Null)
        }
        Asked::Choose { .. } | Asked::OpenFolder | Asked::Start | Asked::Stop | Asked::Log => {
            on_runtimes(&desk, &webview, asked).await
        }
        Asked::Profiles | Asked::AddProfile { .. } | Asked::RemoveProfile { .. } => on_profiles(&desk, &webview, asked).await,
        _ => on_files(&desk, &webview, asked).await,
    }
}

async fn on_runtimes<R: Runtime>(desk: &Arc<Desk>, webview: &WebviewWindow<R>, asked: Asked) -> Result<Value, Refusal> {
    match asked {
        Asked::Choose { choice } => desk.choose(choice).await?,
        Asked::OpenFolder => {
            match window::dialog(webview).set_title("Folder with amp.yaml or ampline.toml").pick_folder().await {
                Some(folder) => desk.choose(Choice::Folder { path: folder.path().to_owned() }).await?,
                None => return Ok(Value::Null),
            }
        }
        Asked::Start => desk.start().await?,
        Asked::Stop => desk.stop().await?,
        _ => {
            return value(
                blocking({
                    let desk = desk.clone();
                    move || end_of_log(&desk)
                })
                .await?,
            );
        }
    }
    value(desk.standing())
}

async fn on_profiles<R: Runtime>(desk: &Arc<Desk>, webview: &WebviewWindow<R>, asked: Asked) -> Result<Value, Refusal> {
    match asked {
        Asked::AddProfile { name, url } => {
            let Some(key) = key_prompt::ask(webview, &name, &url).await? else { return Ok(json!(false)) };
            blocking(move || Ok(profiles::keep(&name, &url, &key)?)).await?;
            Ok(json!(true))
        }
        Asked::RemoveProfile { name } => {
            desk.forget(&name).await?;
            Ok(json!(true))
        }
        _ => value(blocking(|| Ok(profiles::known()?)).await?),
    }
}

async fn on_files<R: Runtime>(desk: &Arc<Desk>, webview: &WebviewWindow<R>, asked: Asked) -> Result<Value, Refusal> {
    match asked {
        Asked::OpenFile => {
            let Some(chosen) = window::dialog(webview).add_filter("amp.yaml", &["yaml", "yml"]).pick_file().await else {
                return Ok(Value::Null);
            };
            let desk = desk.clone();
            value(blocking(move || desk.files.read(&desk.opened(chosen.path()))).await?)
        }
        Asked::ReadFile { path } => {
            let desk = desk.clone();
            value(blocking(move || desk.files.read(&path)).await?)
        }
        Asked::SaveFile { path, text, version } => {
            let desk = desk.clone();
            value(blocking(move || desk.files.save(&path, &text, version.as_deref())).await?)
        }
        Asked::SaveFileAs { text, name } => {
            let dialog = window::dialog(webview).set_file_name(name).add_filter("amp.yaml", &["yaml", "yml"]);
            let Some(chosen) = dialog.save_file().await else { return Ok(Value::Null) };
            let desk = desk.clone();
            value(blocking(move || save_as(&desk, chosen.path(), text)).await?)
        }
        Asked::CloseFile { path } => {
            desk.files.close(&path);
            Ok(Value::Null)
        }
        _ => Err(Refusal::asked("this is not about files")),
    }
}

/// The dialog has asked already whether a file that is there may be covered.
fn save_as(desk: &Desk, path: &std::path::Path, text: String) -> Result<File, Refusal> {
    let path = desk.opened(path);
    let version = desk.files.save(&path, &text, None)?;
    Ok(File { path, text, version })
}

/// Tells a page of all changes until it is gone. Who lagged behind is told how it stands.
async fn follow(desk: &Desk, channel: &Channel<Change>) {
    let (mut changes, mut page) = (desk.changes(), desk.page());
    let mut next = Change::Standing(desk.standing());
    for path in desk.take_waiting() {
        desk.tell(Change::Open(path));
    }
    while channel.send(next).is_ok() {
        let change = tokio::select! {
            change = changes.recv() => change,
            _ = page.changed() => return,
        };
        next = match change {
            Ok(change) => change,
            Err(RecvError::Lagged(_)) => Change::Standing(desk.standing()),
            Err(RecvError::Closed) => return,
        };
    }
}

fn end_of_log(desk: &Desk) -> Result<String, Refusal> {
    use std::io::{Read, Seek, SeekFrom};

    let path = desk.log()?;
    let read = || -> std::io::Result<String> {
        let mut file = std::fs::File::open(&path)?;
        let end = file.seek(SeekFrom::End(0))?;
        file.seek(SeekFrom::Start(end.saturating_sub(LOG_BYTES_MAX)))?;
        let mut bytes = Vec::new();
        file.take(LOG_BYTES_MAX).read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    };
    match read() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        read => read.map_err(|error| Refusal::file(&path, "read", &error)),
    }
}

/// Off the threads that carry requests.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Refusal> + Send + 'static) -> Result<T, Refusal> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Refusal::asked(format!("it broke off: {error}")))?
}

fn value(value: impl Serialize) -> Result<Value, Refusal> {
    serde_json::to_value(value).map_err(|error| Refusal::asked(format!("the answer cannot be written: {error}")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tauri::{
        WebviewWindowBuilder,
        test::{INVOKE_KEY, get_ipc_response, mock_builder, mock_context, noop_assets},
        webview::InvokeRequest,
    };

    use super::*;
    use crate::desk::Places;

    /// What a page gets for what it asks, or why it does not; with a file that a person has opened, and no runtime.
    fn answers(rows: &[(Value, Result<Value, &str>)]) {
        let home = tempfile::tempdir().unwrap();
        let desk = Desk::open(Places {
            memory: home.path().join("desk.json"),
            own: home.path().join("own"),
            data: home.path().to_owned(),
        });
        let file = home.path().join("amp.yaml");
        std::fs::write(&file, "specVersion: 1.0.0\n").unwrap();
        desk.opened(&file);
        let app = window::shell(mock_builder()).manage(desk).build(mock_context(noop_assets())).unwrap();
        let page = WebviewWindowBuilder::new(&app, "main", Default::default()).build().unwrap();
        for (asked, expected) in rows {
            let asked = asked.to_string().replace("{file}", file.to_str().unwrap());
            let body = json!({ "asked": serde_json::from_str::<Value>(&asked).unwrap() });
            let request = InvokeRequest {
                cmd: "call".into(),
                callback: tauri::ipc::CallbackFn(0),
                error: tauri::ipc::CallbackFn(1),
                url: "tauri://localhost".parse().unwrap(),
                body: body.into(),
                headers: Default::default(),
                invoke_key: INVOKE_KEY.to_owned(),
            };
            match (get_ipc_response(&page, request), expected) {
                (Ok(answer), Ok(expected)) => assert_eq!(answer.deserialize::<Value>().unwrap(), *expected, "{asked}"),
                (Err(refused), Err(expected)) => assert!(refused.to_string().contains(expected), "{asked}: {refused}"),
                (answer, _) => panic!("{asked}: {:?}", answer.map(|body| body.deserialize::<Value>().unwrap())),
            }
        }
    }

    #[test]
    fn the_one_command_does_what_it_may_and_says_why_where_it_does_not() {
        let request = |id: u64, method: &str, path: &str| json!({ "id": id, "method": method, "path": path });
        answers(&[
            (json!({ "kind": "request", "request": request(1, "GET", "/v1/projects") }), Err("unreachable")),
            (json!({ "kind": "cancel", "id": 7 }), Ok(Value::Null)),
            (json!({ "kind": "nonsense" }), Err("nonsense")),
            (json!({ "kind": "request", "request": { "id": 1 } }), Err("method")),
            (json!({ "kind": "runtime.start" }), Err("no folder with a runtime is open")),
            (json!({ "kind": "runtime.log" }), Err("no folder with a runtime is open")),
            (
                json!({ "kind": "runtime.choose", "choice": { "kind": "folder", "path": "/no/such" } }),
                Err("neither amp.yaml nor"),
            ),
            (json!({ "kind": "file.read", "path": "/etc/passwd" }), Err("was not opened by you")),
            (json!({ "kind": "file.save", "path": "{file}", "text": "x", "version": "0" }), Err("changed")),
            (json!({ "kind": "desk.edited", "names": ["amp.yaml"] }), Ok(Value::Null)),
        ]);
    }
}
