// Splits JSON text into what is coloured; what is no JSON comes out whole, so nothing is lost.

/** A piece of text and what it is. */
export interface Token {
  kind: "key" | "string" | "number" | "word" | "mark";
  text: string;
}

const PIECE = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(true|false|null)\b/g;

/** The tokens of a text; joined they are the text. */
export function tokens(text: string): Token[] {
  const found: Token[] = [];
  let at = 0;
  for (const piece of text.matchAll(PIECE)) {
    if (piece.index > at) found.push({ kind: "mark", text: text.slice(at, piece.index) });
    const [whole, string, colon, number] = piece;
    if (string !== undefined) found.push({ kind: colon === undefined ? "string" : "key", text: string });
    else found.push({ kind: number === undefined ? "word" : "number", text: whole });
    if (colon !== undefined) found.push({ kind: "mark", text: colon });
    at = piece.index + whole.length;
  }
  if (at < text.length) found.push({ kind: "mark", text: text.slice(at) });
  return found;
}
