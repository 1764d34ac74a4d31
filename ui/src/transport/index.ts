// The seam between pages and a runtime: requests and streams. Pages know this interface; `http` and `tauri` stand behind it.

/** Values of a query: what is undefined, null or empty is left out. */
export type Query = Record<string, string | number | boolean | null | undefined>;

/** The methods of the API. */
export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** What goes with a request besides method and path. */
export interface RequestOptions {
  query?: Query | undefined;
  /** Sent as JSON, unless it is bytes: those go as they are, with a `content-type` of their own among the headers. */
  body?: unknown;
  headers?: Record<string, string> | undefined;
  signal?: AbortSignal | undefined;
}

/** What a runtime answered, whatever its status. */
export interface Answer {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  /** Decoded where it is JSON, text where it is text, undefined where there is none. */
  body: unknown;
}

/** One event of a stream, as `text/event-stream` carries it. */
export interface StreamEvent {
  id: string;
  type: string;
  data: string;
}

/** How a stream stands; `waiting` is between two tries. */
export type StreamState = "connecting" | "open" | "waiting" | "closed";

/** What a stream is told to do. It is tried again by itself, from the last id, until its signal says stop. */
export interface StreamOptions {
  query?: Query | undefined;
  onEvent: (event: StreamEvent) => void;
  onState?: ((state: StreamState, reason?: Unreachable | Answer) => void) | undefined;
  signal: AbortSignal;
}

/** The runtime did not answer at all. */
export class Unreachable extends Error {
  override name = "Unreachable";
}

/** How pages reach a runtime. */
export interface Transport {
  /** Rejects with `Unreachable` where there was no answer, and with an `AbortError` where the signal ended it. */
  request(method: Method, path: string, options?: RequestOptions): Promise<Answer>;
  /** Runs until its signal is aborted. */
  stream(path: string, options: StreamOptions): void;
  /**
   * Whether signing in is this transport's: in a browser the key is exchanged for a cookie, the desktop holds its key in the keyring.
   */
  readonly signsIn: boolean;
}

/** A path with its query, as both transports write it. */
export function withQuery(path: string, query: Query | undefined): string {
  const pairs = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== null && value !== "");
  const text = new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString();
  return text === "" ? path : `${path}?${text}`;
}
