// Files of a person, as the desktop opens, saves and watches them.
import type { Files } from "../lib/files";
import { call } from "../transport/tauri";
import type { Desk } from "./desk.svelte";

/** The files of a desk; a call rejects with a `Refused`. */
export function desktopFiles(desk: Desk): Files {
  return {
    open: () => call("file.open"),
    read: (path) => call("file.read", { path }),
    save: (path, text, version) => call("file.save", { path, text, version }),
    saveAs: (text, name) => call("file.saveAs", { text, name }),
    close: (path) => call("file.close", { path }),
    edited: (names) => call("desk.edited", { names }),
    onChanged: (listener) => desk.onFileChanged(listener),
    onOpen: (listener) => desk.onOpen(listener),
    onMenu: (listener) => desk.onMenu(listener),
  };
}
