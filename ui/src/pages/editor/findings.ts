// The runtime's findings at their places in the text. Its offsets count bytes of UTF-8, an editor's count UTF-16.
import type { Schemas } from "../../api/client";

/** A finding of the runtime. */
export type Finding = Schemas["ManifestFinding"];

/** A part of a text, in UTF-16 units. */
export interface Range {
  from: number;
  to: number;
}

/** Offsets in UTF-16 units for offsets in bytes of UTF-8, which must ascend. */
export function fromBytes(text: string, offsets: readonly number[]): number[] {
  const found: number[] = [];
  let bytes = 0;
  let at = 0;
  for (const wanted of offsets) {
    while (at < text.length && bytes < wanted) {
      const code = text.codePointAt(at) ?? 0;
      bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
      at += code < 0x10000 ? 1 : 2;
    }
    found.push(at);
  }
  return found;
}

/** The changes of a fix, in order and in UTF-16 units. */
export function changesOf(text: string, fix: Schemas["ManifestFix"]): (Range & { insert: string })[] {
  const edits = [...fix.edits].sort((one, other) => one.start - other.start);
  const offsets = fromBytes(
    text,
    edits.flatMap((edit) => [edit.start, edit.end]),
  );
  return edits.map((edit, index) => ({ from: offsets[index * 2] ?? 0, to: offsets[index * 2 + 1] ?? 0, insert: edit.text }));
}

/**
 * What is underlined for a finding: from its column to the end of the word, key or text that begins there.
 *
 * @param line - the text of its line, which begins at `start`
 */
export function rangeOf(line: string, start: number, column: number): Range {
  const points = Array.from(line);
  const from = points.slice(0, Math.max(0, column - 1)).join("").length;
  const rest = line
    .slice(from)
    .replace(/\s+#.*$/, "")
    .trimEnd();
  const word = /^(["']).*?\1|^[^\s:]+/.exec(rest)?.[0] ?? rest;
  return { from: start + from, to: start + from + Math.max(word.length, from < line.length ? 1 : 0) };
}
