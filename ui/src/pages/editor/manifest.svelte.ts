// The manifest that is being edited: its text, where it comes from, its draft, and what the runtime says of it.
import type { Client } from "../../api/client";
import { files, importFile, type OpenFile } from "../../lib/files";
import { saveFile } from "../../lib/save-file";
import { Drafts } from "./drafts";
import type { Finding } from "./findings";
import { manifestOf } from "./print";

const DRAFT = "amp.yaml";
const CHECK_MS = 200;

/** What is edited. */
export class Manifest {
  text = $state("");
  /** What was opened, deployed or saved last: the text differs from it by what is not saved. */
  base = $state("");
  /** The file of the desktop, where it is one. */
  file = $state.raw<{ path: string; version: string } | undefined>();
  findings = $state.raw<readonly Finding[]>([]);
  checking = $state(false);
  checkError = $state.raw<unknown>();
  /** A draft was there at the start. */
  restoredAt = $state<number | undefined>();
  /** The browser has no room for the draft. */
  isUnsafe = $state(false);
  /** Another program changed or deleted the file. */
  outside = $state<"changed" | "deleted" | undefined>();
  readonly #client: Client;
  readonly #drafts: Drafts;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: AbortController | undefined;

  constructor(client: Client) {
    this.#client = client;
    this.#drafts = new Drafts(client.project);
  }

  get isEdited(): boolean {
    return this.text !== this.base;
  }

  /** The draft where there is one, else what is deployed. */
  async start(): Promise<void> {
    const draft = this.#drafts.load(DRAFT);
    if (draft) {
      this.base = draft.base;
      this.restoredAt = draft.savedAt;
      if (draft.path !== undefined && draft.version !== undefined) await this.#watch(draft.path, draft.version);
      this.edit(draft.text);
      return;
    }
    this.begin(await this.deployed());
  }

  /** What is deployed, as one manifest. */
  async deployed(): Promise<string> {
    const all = await this.#client.get("/v1/projects/{projectIdOrName}/integrations");
    return manifestOf(all.map((one) => one.latestRevision));
  }

  /** Begins with a text that is as it should be. */
  begin(text: string, file?: { path: string; version: string }): void {
    this.base = text;
    this.file = file;
    this.outside = undefined;
    this.restoredAt = undefined;
    this.edit(text);
  }

  /** The text is another: its draft is kept, and it is checked once nothing was typed for a moment. */
  edit(text: string): void {
    this.text = text;
    this.#keep();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.check(), CHECK_MS);
  }

  /** Asks the runtime; an earlier question is called off. */
  async check(): Promise<void> {
    this.#running?.abort();
    const controller = new AbortController();
    this.#running = controller;
    this.checking = true;
    const asked = this.text;
    try {
      const { issues } = await this.#client.post("/v1/manifest:check", {
        body: { sourceYaml: asked },
        signal: controller.signal,
      });
      if (controller.signal.aborted || asked !== this.text) return;
      this.findings = issues;
      this.checkError = undefined;
    } catch (error) {
      if (!controller.signal.aborted) this.checkError = error;
    } finally {
      if (this.#running === controller) this.checking = false;
    }
  }

  /** The text counts as saved: it was deployed, or written to its file. */
  settled(): void {
    this.base = this.text;
    this.restoredAt = undefined;
    this.#keep();
  }

  /** Goes back to what was opened, deployed or saved last. */
  discard(): void {
    this.restoredAt = undefined;
    this.edit(this.base);
  }

  async open(): Promise<void> {
    const desktop = files();
    if (desktop) {
      const chosen = await desktop.open();
      if (chosen) this.#opened(chosen);
      return;
    }
    const chosen = await importFile(".yaml,.yml,text/yaml");
    if (chosen) this.begin(chosen.text);
  }

  async openPath(path: string): Promise<void> {
    const read = await files()?.read(path);
    if (read) this.#opened(read);
  }

  /** Writes the file of the desktop, or gives the browser one to keep. */
  async save(as = false): Promise<void> {
    const desktop = files();
    if (!desktop) {
      saveFile("amp.yaml", this.text, "application/yaml");
      return;
    }
    const text = this.text;
    if (this.file && !as) {
      const version = await desktop.save(this.file.path, text, this.outside === undefined ? this.file.version : null);
      this.file = { path: this.file.path, version };
    } else {
      const made = await desktop.saveAs(text, "amp.yaml");
      if (!made) return;
      this.file = { path: made.path, version: made.version };
    }
    this.outside = undefined;
    this.base = text;
    this.#keep();
  }

  /** Another program wrote a file: nothing is lost by it, a person chooses. */
  changedOutside(path: string, version: string | null): void {
    if (this.file?.path !== path || version === this.file.version) return;
    this.outside = version === null ? "deleted" : "changed";
    // Where it cannot be read, the person is asked, and told why once they take it.
    if (this.outside === "changed" && !this.isEdited) this.openPath(path).catch(() => undefined);
  }

  /** Ends what is under way. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#running?.abort();
  }

  #opened({ path, text, version }: OpenFile): void {
    if (this.file && this.file.path !== path) void files()?.close(this.file.path);
    this.begin(text, { path, version });
  }

  async #watch(path: string, version: string): Promise<void> {
    this.file = { path, version };
    const now = await files()
      ?.read(path)
      .catch(() => null);
    if (now === null) this.outside = "deleted";
    else if (now && now.version !== version) this.outside = "changed";
  }

  #keep(): void {
    const { text, base, file } = this;
    this.isUnsafe = !this.#drafts.keep(DRAFT, { text, base, path: file?.path, version: file?.version, savedAt: Date.now() });
    void files()?.edited(this.isEdited ? [file?.path ?? DRAFT] : []);
  }
}
