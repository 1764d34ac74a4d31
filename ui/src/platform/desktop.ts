// All that the desktop adds to the pages, in one chunk that a browser never loads.
import type { Component } from "svelte";

import type { Session } from "../lib/session.svelte";
import { provideFiles } from "../lib/files";
import { Desk } from "./desk.svelte";
import DeskParts from "./DeskParts.svelte";
import { desktopFiles } from "./files";
import RuntimeButton from "./RuntimeButton.svelte";
import RuntimeStart from "./RuntimeStart.svelte";

export { tauriTransport } from "../transport/tauri";

/** What the shell puts in its places. */
export interface Desktop {
  desk: Desk;
  /** In the navigation. */
  Button: Component<{ desk: Desk }>;
  /** In place of the pages while no runtime answers. */
  Start: Component<{ desk: Desk }>;
  /** Over all pages. */
  Parts: Component<{ desk: Desk }>;
}

/** Makes the desktop's part of these pages; once, at the start. */
export function openDesktop(session: Session): Desktop {
  const desk = new Desk(session);
  provideFiles(desktopFiles(desk));
  desk.follow();
  return { desk, Button: RuntimeButton, Start: RuntimeStart, Parts: DeskParts };
}
