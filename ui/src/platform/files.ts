// Files of a person, as the desktop opens, saves and watches them. In a browser there are none: `desktopFiles` is of the desktop's chunk.
import { call, isRefusal } from "../transport/tauri";
import type { ChangedFile, Desk } from "./desk.svelte";

/** A file as it was read. */
export interface OpenFile {
  path: string;
  text: string;
  /** Changes with its content. */
  version: string;
}

/** What may be done with files; a call rejects with a `Refusal` that says why it was not done. */
export interface Files {
  /** A file that the person chooses; nothing where they think better of it. */
  open(): Promise<OpenFile | null>;
  /** A file that the person has chosen before. It is watched from now on. */
  read(path: string): Promise<OpenFile>;
  /** Gives the new version. With a version, it is refused as `changed` where another program wrote meanwhile; without one, it covers that. */
  save(path: string, text: string, version: string | null): Promise<string>;
  /** A new file, where the person wants it. */
  saveAs(text: string, name: string): Promise<OpenFile | null>;
  /** It is not watched any more. */
  close(path: string): Promise<void>;
  /** The files opened last, the latest first. */
  recent(): Promise<string[]>;
  /** What is not saved, by names that the person knows: closing the window asks for it. */
  edited(names: string[]): Promise<void>;
  /** Hears of files that other programs have changed or deleted. */
  onChanged(listener: (file: ChangedFile) => void): () => void;
  /** Hears of files to open: of the command line, or of a second start. */
  onOpen(listener: (path: string) => void): () => void;
  /** Hears of the menu's `file.new`, `file.open`, `file.save`, `file.saveAs`. */
  onMenu(listener: (entry: string) => void): () => void;
}

/** Whether a save was refused because another program wrote meanwhile. */
export function isChanged(error: unknown): boolean {
  return isRefusal(error) && error.reason === "changed";
}

/** The files of a desk. */
export function desktopFiles(desk: Desk): Files {
  return {
    open: () => call("file.open"),
    read: (path) => call("file.read", { path }),
    save: (path, text, version) => call("file.save", { path, text, version }),
    saveAs: (text, name) => call("file.saveAs", { text, name }),
    close: (path) => call("file.close", { path }),
    recent: () => call("file.recent"),
    edited: (names) => call("desk.edited", { names }),
    onChanged: (listener) => desk.onFileChanged(listener),
    onOpen: (listener) => desk.onOpen(listener),
    onMenu: (listener) => desk.onMenu(listener),
  };
}
