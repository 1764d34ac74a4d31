// Edits that are not saved yet, kept in the browser so that a reload or a crash loses none.

/** An unsaved text, and what it was made of. */
export interface Draft {
  text: string;
  /** The text that it began with: a draft that equals it is none. */
  base: string;
  /** The file that it belongs to; none for a text of the editor's own. */
  path?: string | undefined;
  /** The version of that file that it began with. */
  version?: string | undefined;
  /** Milliseconds since 1970. */
  savedAt: number;
}

/** Characters of a draft that are kept at most; browsers hold some five million for an origin. */
const CHARS_MAX = 1_500_000;

/** The drafts of one project. */
export class Drafts {
  readonly #prefix: string;
  readonly #storage: Storage;

  constructor(project: string, storage: Storage = localStorage) {
    this.#prefix = `ampline.draft/${project}/`;
    this.#storage = storage;
  }

  /** The draft of a name; undefined where there is none or it cannot be read. */
  load(name: string): Draft | undefined {
    const text = this.#storage.getItem(this.#prefix + name);
    if (text === null) return undefined;
    try {
      const draft = JSON.parse(text) as Partial<Draft>;
      if (typeof draft.text !== "string" || typeof draft.base !== "string" || typeof draft.savedAt !== "number") return undefined;
      return draft as Draft;
    } catch {
      return undefined;
    }
  }

  /** Keeps a draft, or forgets it where nothing differs; says whether the text is safe. */
  keep(name: string, draft: Draft): boolean {
    if (draft.text === draft.base) {
      this.forget(name);
      return true;
    }
    if (draft.text.length + draft.base.length > CHARS_MAX) return false;
    try {
      this.#storage.setItem(this.#prefix + name, JSON.stringify(draft));
      return true;
    } catch {
      // The browser's room is used up, or it keeps nothing at all.
      return false;
    }
  }

  forget(name: string): void {
    this.#storage.removeItem(this.#prefix + name);
  }
}
