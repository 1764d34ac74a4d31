// The desktop around these pages: which runtime it is at, its menu, and its files. Nothing of it is there in a browser.
import { Channel } from "@tauri-apps/api/core";

import type { ChangedFile } from "../lib/files";
import { go, href } from "../lib/router.svelte";
import type { Session } from "../lib/session.svelte";
import { call } from "../transport/tauri";
import { Unreachable } from "../transport";

/** Which runtime is meant. */
export type Choice = { kind: "own" } | { kind: "folder"; path: string } | { kind: "profile"; name: string };

/** How the runtime of this machine stands. */
export type LocalState =
  | { state: "stopped" | "starting" | "stopping" }
  | { state: "running"; project: string; ours: boolean }
  | { state: "failed"; reason: string };

/** How the desk stands. */
export interface Standing {
  choice: Choice;
  local: LocalState | null;
  trouble: string | null;
  troubles: number;
}

/** A runtime elsewhere. */
export interface Profile {
  name: string;
  url: string;
  project: string | null;
}

/** What the desk tells by itself. */
type Change =
  | { kind: "standing"; value: Standing }
  | { kind: "menu"; value: string }
  | { kind: "file"; value: ChangedFile }
  | { kind: "open"; value: string };

/** Where the entries of the menu lead. */
const PLACES: Record<string, string> = {
  "go.overview": "/",
  "go.deliveries": "/deliveries",
  "go.destinations": "/destinations",
  "go.editor": "/manifest",
  "go.key-lab": "/keys",
  "go.operations": "/operations",
};

/** The desk. */
export class Desk {
  standing = $state.raw<Standing | undefined>();
  /** Whether the choice of a runtime is shown. */
  choosing = $state(false);
  /** Whether the log of the local runtime is shown. */
  showsLog = $state(false);
  readonly #session: Session;
  #menu = new Set<(entry: string) => void>();
  #files = new Set<(file: ChangedFile) => void>();
  #opens = new Set<(path: string) => void>();
  /** Files to open before anybody could. */
  #waiting: string[] = [];

  constructor(session: Session) {
    this.#session = session;
  }

  /** Hears of what the desk tells, as long as the pages are there. */
  follow(): void {
    const channel = new Channel<Change>();
    channel.onmessage = (change) => this.#take(change);
    void call("desk.follow", { channel });
  }

  /** Hears of the entries of the menu that pages serve: `file.new`, `file.open`, `file.save`, `file.saveAs`. */
  onMenu(listener: (entry: string) => void): () => void {
    return heard(this.#menu, listener);
  }

  /** Hears of files that other programs have changed. */
  onFileChanged(listener: (file: ChangedFile) => void): () => void {
    return heard(this.#files, listener);
  }

  /** Hears of files that are to be opened: by the command line, or a second start. */
  onOpen(listener: (path: string) => void): () => void {
    const ended = heard(this.#opens, listener);
    for (const path of this.#waiting.splice(0)) listener(path);
    return ended;
  }

  start = (): Promise<unknown> => call("runtime.start");
  stop = (): Promise<unknown> => call("runtime.stop");
  log = (): Promise<string> => call("runtime.log");
  openFolder = (): Promise<unknown> => call("runtime.openFolder");
  choose = (choice: Choice): Promise<unknown> => call("runtime.choose", { choice });
  profiles = (): Promise<Profile[]> => call("profile.list");
  removeProfile = (name: string): Promise<boolean> => call("profile.remove", { name });
  /** Asks for the key in a dialog of the desktop; false where it was cancelled. */
  addProfile = (name: string, url: string): Promise<boolean> => call("profile.add", { name, url });

  #take(change: Change): void {
    if (change.kind === "standing") this.#stand(change.value);
    else if (change.kind === "menu") this.#chosen(change.value);
    else if (change.kind === "file") for (const listener of this.#files) listener(change.value);
    else if (this.#opens.size > 0) for (const listener of this.#opens) listener(change.value);
    else {
      this.#waiting.push(change.value);
      go(href("/manifest"));
    }
  }

  /** Another runtime is another session; one that ended is none. */
  #stand(now: Standing): void {
    const before = this.standing;
    this.standing = now;
    if (before && reachable(before) === reachable(now)) return;
    if (reachable(now)) {
      void this.#session.start();
    } else {
      this.#session.trouble = new Unreachable("no runtime runs here");
      this.#session.stage = "unreachable";
    }
  }

  #chosen(entry: string): void {
    const place = PLACES[entry];
    if (place !== undefined) go(href(place));
    else if (entry === "runtime.choose") this.choosing = true;
    else if (entry === "runtime.start") void this.start().catch(() => undefined);
    else if (entry === "runtime.stop") void this.stop().catch(() => undefined);
    else if (entry === "runtime.log") this.showsLog = true;
    else if (this.#menu.size > 0) for (const listener of this.#menu) listener(entry);
    else go(href("/manifest"));
  }
}

function heard<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Which runtime can be asked, in a word; empty where none can. */
function reachable({ choice, local, trouble }: Standing): string {
  if (choice.kind === "profile") return trouble === null ? `profile ${choice.name}` : "";
  return local?.state === "running" ? `${choice.kind} ${"path" in choice ? choice.path : ""}` : "";
}
