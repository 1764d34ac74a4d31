// The API of the runtime that served these pages: same origin, and the session's cookie instead of a key.
import { EventStreamReader } from "./event-stream";
import {
  Unreachable,
  withQuery,
  type Answer,
  type Method,
  type RequestOptions,
  type StreamOptions,
  type Transport,
} from "./index";

/** Waits between two tries of a stream, in milliseconds; doubled each time up to the most. */
const RETRY_MS = 500;
const RETRY_MS_MAX = 10_000;

/** Reaches the runtime by `fetch`. */
export function httpTransport(fetcher: typeof fetch = (input, init) => fetch(input, init)): Transport {
  return {
    signsIn: true,
    request: (method, path, options) => request(fetcher, method, path, options),
    stream: (path, options) => void follow(fetcher, path, options),
  };
}

async function request(fetcher: typeof fetch, method: Method, path: string, options: RequestOptions = {}): Promise<Answer> {
  const { query, body, headers, signal } = options;
  const isBytes = body instanceof Uint8Array || body instanceof Blob;
  const described: Record<string, string> = body === undefined || isBytes ? {} : { "content-type": "application/json" };
  const sent: RequestInit = {
    method,
    headers: { accept: "application/json", ...described, ...headers },
    credentials: "same-origin",
  };
  if (signal) sent.signal = signal;
  if (body !== undefined) sent.body = isBytes ? (body as BodyInit) : JSON.stringify(body);
  const response = await reach(fetcher, withQuery(path, query), sent);
  const text = await response.text().catch((error: unknown) => Promise.reject(unreachable(error)));
  return answer(response, text);
}

async function reach(fetcher: typeof fetch, path: string, sent: RequestInit): Promise<Response> {
  try {
    return await fetcher(path, sent);
  } catch (error) {
    throw unreachable(error);
  }
}

function unreachable(error: unknown): Error {
  if (error instanceof DOMException && error.name === "AbortError") return error;
  return new Unreachable("the runtime does not answer", { cause: error });
}

function answer(response: Response, text: string): Answer {
  const headers = Object.fromEntries(response.headers.entries());
  const isJson = /[/+]json\b/.test(headers["content-type"] ?? "");
  return { status: response.status, headers, body: text === "" ? undefined : isJson ? decoded(text) : text };
}

function decoded(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

async function follow(fetcher: typeof fetch, path: string, options: StreamOptions): Promise<void> {
  const { query, onEvent, onState, signal } = options;
  let waitMs = RETRY_MS;
  const reader = new EventStreamReader((event) => {
    waitMs = RETRY_MS;
    onEvent(event);
  });
  while (!signal.aborted) {
    onState?.("connecting");
    reader.restart();
    try {
      const headers: Record<string, string> = { accept: "text/event-stream" };
      if (reader.lastId !== "") headers["last-event-id"] = reader.lastId;
      const response = await reach(fetcher, withQuery(path, query), { headers, signal, credentials: "same-origin" });
      if (response.ok && response.body) {
        onState?.("open");
        await drain(response.body, reader);
        onState?.("waiting");
      } else {
        onState?.("waiting", answer(response, await response.text()));
      }
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") break;
      onState?.("waiting", error instanceof Unreachable ? error : new Unreachable("the stream broke off", { cause: error }));
    }
    await pause(reader.retryMs ?? waitMs, signal);
    waitMs = Math.min(waitMs * 2, RETRY_MS_MAX);
  }
  onState?.("closed");
}

async function drain(body: ReadableStream<Uint8Array>, reader: EventStreamReader): Promise<void> {
  const decoder = new TextDecoder();
  const pieces = body.getReader();
  for (;;) {
    const { done, value } = await pieces.read();
    if (done) return;
    reader.push(decoder.decode(value, { stream: true }));
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const end = (): void => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener("abort", end, { once: true });
  });
}
