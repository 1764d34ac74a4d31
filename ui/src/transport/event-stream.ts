// Reads `text/event-stream` out of pieces of text, as the HTML standard describes it (section 9.2.6).
import type { StreamEvent } from "./index";

/** Most characters of an event; a stream that goes beyond is not ours. */
const EVENT_CHARS_MAX = 16_000_000;

/** Takes pieces in and calls back for every whole event. */
export class EventStreamReader {
  #rest = "";
  #type = "";
  #data: string[] = [];
  #chars = 0;
  /** The last id seen: where to resume. */
  lastId = "";
  /** How long the server asks to wait before the next try, in milliseconds. */
  retryMs: number | undefined;

  readonly #onEvent: (event: StreamEvent) => void;

  constructor(onEvent: (event: StreamEvent) => void) {
    this.#onEvent = onEvent;
  }

  /** A new connection: what was cut off in the middle is forgotten, the last id is not. */
  restart(): void {
    this.#rest = "";
    this.#type = "";
    this.#data = [];
    this.#chars = 0;
  }

  /** The next piece. */
  push(piece: string): void {
    const text = this.#rest + piece;
    // A carriage return at the end may be half of a line's end.
    const whole = text.endsWith("\r") ? text.slice(0, -1) : text;
    const lines = whole.split(/\r\n|\n|\r/);
    this.#rest = (lines.pop() ?? "") + text.slice(whole.length);
    for (const line of lines) this.#line(line);
    if (this.#rest.length + this.#chars > EVENT_CHARS_MAX) throw new RangeError("an event of the stream is too large");
  }

  #line(line: string): void {
    if (line === "") {
      this.#end();
      return;
    }
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    this.#chars += line.length;
    if (name === "event") this.#type = value;
    else if (name === "data") this.#data.push(value);
    else if (name === "id" && !value.includes("\0")) this.lastId = value;
    else if (name === "retry" && /^\d{1,6}$/.test(value)) this.retryMs = Number(value);
  }

  #end(): void {
    const data = this.#data.join("\n");
    const had = this.#data.length > 0;
    const type = this.#type === "" ? "message" : this.#type;
    this.#data = [];
    this.#type = "";
    this.#chars = 0;
    if (had) this.#onEvent({ id: this.lastId, type, data });
  }
}
