// Where a line of amp.yaml stands: its path in the document, read line by line so that a text that is half written has places too.

/** A step of a path: a key, or the number of an item. */
export type Step = string | number;

/** A key or an item of a list, as a line begins it. */
export interface Node {
  path: Step[];
  /** Counted from 0. */
  line: number;
  /** The column at which the key, or what follows the dash, begins; counted from 0. */
  column: number;
  /** What stands behind the colon on the same line, or behind the dash where there is no key. */
  value: string;
}

/** What stands under the cursor. */
export interface Place {
  /** The map or list in which it stands, or the key whose value it is. */
  path: Step[];
  kind: "key" | "value";
  /** What of it is written up to the cursor. */
  written: string;
  /** The column at which that begins. */
  from: number;
  /** The column at which keys of this map begin. */
  indent: number;
}

interface Open {
  column: number;
  step: Step;
  isItem: boolean;
  /** Items begun in it so far. */
  items: number;
}

const KEY = /^(?<key>"[^"]*"|'[^']*'|[^\s#'"[\]{}&*!|>-][^:#]*?|-[^\s:#][^:#]*?)\s*:(?:\s+(?<value>.*))?$/;
const BLOCK = /^(?:[|>][+-]?\d*)\s*(?:#.*)?$/;

/** Reads lines in order and knows what is open. */
class Reader {
  readonly nodes: Node[] = [];
  readonly open: Open[] = [];
  #blockBelow: number | undefined;
  #rootItems = 0;
  readonly #depthMax: number;

  /** What lies deeper than so many steps is read, but not listed. */
  constructor(depthMax = Number.MAX_SAFE_INTEGER) {
    this.#depthMax = depthMax;
  }

  /** Takes a line; comments, blank lines and the lines of a block of text begin nothing. */
  take(text: string, line: number): void {
    const start = text.search(/\S/);
    if (start < 0 || text[start] === "#") return;
    if (this.#blockBelow !== undefined) {
      if (start > this.#blockBelow) return;
      this.#blockBelow = undefined;
    }
    const rest = this.#dashes(text, start, line);
    const found = KEY.exec(rest.text.trimEnd());
    if (!found?.groups) return;
    this.close(rest.column, false);
    const key = (found.groups["key"] ?? "").replace(/^(["'])(.*)\1$/, "$2");
    const value = (found.groups["value"] ?? "").trim();
    if (BLOCK.test(value)) this.#blockBelow = rest.column;
    this.open.push({ column: rest.column, step: key, isItem: false, items: 0 });
    this.#list(line, rest.column, value);
  }

  /** Opens an item for each dash; gives what follows them. */
  #dashes(text: string, start: number, line: number): { text: string; column: number } {
    let column = start;
    while (/^-(\s|$)/.test(text.slice(column))) {
      this.close(column, true);
      const parent = this.open.at(-1);
      const step = parent ? parent.items++ : this.#rootItems++;
      this.open.push({ column, step, isItem: true, items: 0 });
      const gap = text.slice(column + 1).search(/\S/);
      const next = gap < 0 ? column + 2 : column + 1 + gap;
      this.#list(line, next, text.slice(next).trim());
      column = next;
    }
    return { text: text.slice(column), column };
  }

  /** Closes what a line at a column does not stand in. A list may stand at the column of its key. */
  close(column: number, isDash: boolean): void {
    for (let top = this.open.at(-1); top; top = this.open.at(-1)) {
      const isOver = top.column > column || (top.column === column && (!isDash || top.isItem));
      if (!isOver) return;
      this.open.pop();
    }
  }

  #list(line: number, column: number, value: string): void {
    if (this.open.length <= this.#depthMax) this.nodes.push({ path: this.path(), line, column, value });
  }

  path(): Step[] {
    return this.open.map((one) => one.step);
  }
}

/** Everything that lines begin, in their order, as deep as so many steps. */
export function nodesOf(lines: readonly string[], depthMax?: number): Node[] {
  const reader = new Reader(depthMax);
  lines.forEach((text, line) => reader.take(text, line));
  return reader.nodes;
}

/** The key at a line and a column, both counted from 0; undefined beside one. */
export function keyAt(
  lines: readonly string[],
  line: number,
  column: number,
): { path: Step[]; key: string; column: number } | undefined {
  const text = lines[line] ?? "";
  const start = keyColumnOf(text);
  const key = KEY.exec(text.slice(start).trimEnd())?.groups?.["key"];
  if (key === undefined || column < start || column > start + key.length) return undefined;
  const reader = new Reader(0);
  for (let at = 0; at <= line; at++) reader.take(lines[at] ?? "", at);
  return { path: reader.path(), key, column: start };
}

/** The other keys of the map in which a line stands whose keys begin at a column. */
export function siblingsAt(lines: readonly string[], line: number, column: number): string[] {
  const found: string[] = [];
  // Gives whether the map goes on beyond this line.
  const look = (text: string, isAbove: boolean): boolean => {
    const start = text.search(/\S/);
    if (start < 0 || text[start] === "#") return true;
    const isEnd = start < column;
    if (keyColumnOf(text) === column && (isAbove || !isEnd)) {
      const key = KEY.exec(text.slice(column).trimEnd())?.groups?.["key"];
      if (key !== undefined) found.push(key);
    }
    return !isEnd;
  };
  const beginsHere = (lines[line] ?? "").slice(0, column).includes("-");
  for (let at = line - 1; !beginsHere && at >= 0; at--) if (!look(lines[at] ?? "", true)) break;
  for (let at = line + 1; at < lines.length; at++) if (!look(lines[at] ?? "", false)) break;
  return found;
}

/** Where the key of a line would begin: behind its dashes. */
function keyColumnOf(text: string): number {
  return /^\s*(?:-\s+)*/.exec(text)?.[0].length ?? 0;
}

/** Whether a line that is written so far ends within a comment. */
export function isRemark(text: string): boolean {
  return /(^|\s)#/.test(text);
}

/** What stands at a line and a column, both counted from 0; undefined within a comment. */
export function placeAt(lines: readonly string[], line: number, column: number): Place | undefined {
  const text = (lines[line] ?? "").slice(0, column);
  if (isRemark(text)) return undefined;
  const reader = new Reader(0);
  for (let at = 0; at < line; at++) reader.take(lines[at] ?? "", at);
  const head = /^(\s*(?:-\s+)*)(.*)$/.exec(text);
  const keyColumn = head?.[1]?.length ?? 0;
  const rest = head?.[2] ?? "";
  const found = /^("[^"]*"|'[^']*'|[^\s:][^:]*?)\s*:\s+(.*)$/.exec(rest);
  if (found) {
    reader.take(`${text} `, line);
    const written = found[2] ?? "";
    return { path: reader.path(), kind: "value", written, from: column - written.length, indent: keyColumn };
  }
  if (/:\S*$/.test(rest)) return undefined;
  // A dash opens its item; the key that is being written is not there yet.
  if (text.includes("-") && keyColumn > 0) reader.take(text.slice(0, keyColumn), line);
  reader.close(keyColumn, false);
  return { path: reader.path(), kind: "key", written: rest, from: column - rest.length, indent: keyColumn };
}

/** An entry of the outline. */
export interface OutlineEntry {
  label: string;
  note: string;
  line: number;
  depth: number;
}

/** `integrations`, item, section, `objects`, item and its name. */
const OUTLINE_DEPTH = 6;

/** Integrations, and under each what is read, written and subscribed. */
export function outlineOf(lines: readonly string[]): OutlineEntry[] {
  const nodes = nodesOf(lines, OUTLINE_DEPTH);
  const values = new Map(nodes.map((node) => [JSON.stringify(node.path), node.value]));
  const value = (path: Step[]): string | undefined => values.get(JSON.stringify(path))?.replace(/^(["'])(.*)\1$/, "$2");
  return nodes.flatMap(({ path, line }) => {
    const [root, , section, objects, index] = path;
    if (root !== "integrations") return [];
    if (path.length === 2) {
      const label = value([...path, "name"]) ?? "without a name";
      return [{ label, note: value([...path, "provider"]) ?? "", line, depth: 0 }];
    }
    if (path.length === 3 && typeof section === "string" && ["proxy", "watchSchema"].includes(section))
      return [{ label: section, note: "", line, depth: 1 }];
    if (path.length === 5 && objects === "objects" && typeof index === "number") {
      const label = value([...path, "objectName"]) ?? value([...path, "mapToName"]) ?? "object";
      return [{ label, note: String(section), line, depth: 1 }];
    }
    return [];
  });
}
