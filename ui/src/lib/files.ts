// Files of a person: the desktop gives them to the editor through this interface, a browser has none and offers import and export instead.

/** A file as it was read. */
export interface OpenFile {
  path: string;
  text: string;
  /** Changes with its content. */
  version: string;
}

/** A file that another program changed or deleted. */
export interface ChangedFile {
  path: string;
  /** Null where it is gone. */
  version: string | null;
}

/** What the editor does with files; a call rejects with a reason that a person can read. */
export interface Files {
  /** A file that the person chooses; null where they think better of it. */
  open(): Promise<OpenFile | null>;
  /** A file that was chosen before; it is watched from now on. */
  read(path: string): Promise<OpenFile>;
  /** Gives the new version. With a version, it is refused where another program wrote meanwhile; without one, it covers that. */
  save(path: string, text: string, version: string | null): Promise<string>;
  /** A new file, where the person wants it. */
  saveAs(text: string, name: string): Promise<OpenFile | null>;
  /** It is not watched any more. */
  close(path: string): Promise<void>;
  /** What is not saved, by names that the person knows: closing the window asks for it. */
  edited(names: string[]): Promise<void>;
  onChanged(listener: (file: ChangedFile) => void): () => void;
  onOpen(listener: (path: string) => void): () => void;
  /** Hears of the menu's `file.new`, `file.open`, `file.save`, `file.saveAs`. */
  onMenu(listener: (entry: string) => void): () => void;
}

let provided: Files | undefined;

/** The desktop gives its files, once and before any page is shown. */
export function provideFiles(files: Files): void {
  provided = files;
}

/** The files of the desktop; undefined in a browser. */
export function files(): Files | undefined {
  return provided;
}

/** Has the person choose a file of the browser's; undefined where they think better of it. */
export function importFile(accept: string): Promise<{ name: string; text: string } | undefined> {
  return new Promise((resolve, reject) => {
    const input = document.createElement("input");
    input.type = "file";
    input.accept = accept;
    input.addEventListener("cancel", () => resolve(undefined));
    input.addEventListener("change", () => {
      const [file] = input.files ?? [];
      if (!file) resolve(undefined);
      else file.text().then((text) => resolve({ name: file.name, text }), reject);
    });
    input.click();
  });
}
