// The API by way of the desktop: its one command carries requests and streams, and adds the key that no page ever sees.
import { Channel, invoke } from "@tauri-apps/api/core";

import { httpTransport } from "./http";
import type { Transport } from "./index";

/** Bytes on their way: as they are where they are text. */
type Body = { text: string } | { base64: string };

/** How an answer begins. */
interface Head {
  status: number;
  headers: Record<string, string>;
}

/** What comes of a stream. */
type Piece = { head: Head } | { text: string } | { end: string | null };

/** The desktop did not do what it was asked; the message says why, and what to do. */
export class Refused extends Error {
  override name = "Refused";
  readonly reason: "unreachable" | "cancelled" | "changed" | "refused";

  constructor({ reason, message }: { reason: Refused["reason"]; message: string }) {
    super(message);
    this.reason = reason;
  }
}

/** Statuses whose answers have no body, so that `Response` takes none. */
const BODILESS = [204, 205, 304];

let lastId = 0;

/** Calls the one command. Rejects with a `Refused`. */
export async function call<T>(kind: string, content: object = {}): Promise<T> {
  try {
    return await invoke<T>("call", { asked: { kind, ...content } });
  } catch (error) {
    throw typeof error === "object" && error !== null && "message" in error
      ? new Refused(error as Refused)
      : new Refused({ reason: "refused", message: String(error) });
  }
}

/** Reaches the runtime that the desktop is at. */
export function tauriTransport(): Transport {
  return { ...httpTransport(carry), signsIn: false };
}

/** `fetch`, by the command: so that both transports share everything above it. */
async function carry(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  const id = ++lastId;
  const headers = Object.fromEntries(new Headers(init.headers));
  const request = {
    id,
    method: init.method ?? "GET",
    path: input instanceof Request ? input.url : input.toString(),
    headers,
    body: await encoded(init.body),
  };
  const signal = init.signal ?? undefined;
  signal?.throwIfAborted();
  const cancel = (): void => void call("cancel", { id });
  signal?.addEventListener("abort", cancel, { once: true });
  if (headers["accept"] === "text/event-stream") return flowing(request, signal, cancel);
  try {
    const { status, headers, body } = await call<Head & { body: Body }>("request", { request });
    return new Response(BODILESS.includes(status) ? null : decoded(body), { status, headers });
  } catch (error) {
    throw toldAs(messageOf(error), signal);
  } finally {
    signal?.removeEventListener("abort", cancel);
  }
}

/** An answer whose body goes on while its pieces come. */
function flowing(request: object, signal: AbortSignal | undefined, cancel: () => void): Promise<Response> {
  return new Promise((resolve, reject) => {
    const encoder = new TextEncoder();
    const channel = new Channel<Piece>();
    let pieces: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({ start: (controller) => void (pieces = controller), cancel });
    channel.onmessage = (piece) => {
      if ("head" in piece) resolve(new Response(body, piece.head));
      else if ("text" in piece) pieces?.enqueue(encoder.encode(piece.text));
      else end(piece.end);
    };
    const end = (reason: string | null): void => {
      signal?.removeEventListener("abort", cancel);
      const error = reason === null ? undefined : toldAs(reason, signal);
      if (!error) pieces?.close();
      else pieces?.error(error);
      // The head did not come, or nobody waits for it any more.
      reject(error ?? new TypeError("the runtime answered with nothing"));
    };
    call("stream", { request, channel }).catch((error: unknown) => end(messageOf(error)));
  });
}

/** What `fetch` would have thrown. */
function toldAs(message: string, signal: AbortSignal | undefined): Error {
  return signal?.aborted ? new DOMException("the request was cancelled", "AbortError") : new TypeError(message);
}

/** What a rejected call says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function encoded(body: BodyInit | null | undefined): Promise<Body | null> {
  if (body === null || body === undefined) return null;
  if (typeof body === "string") return { text: body };
  const bytes = new Uint8Array(await new Response(body).arrayBuffer());
  let binary = "";
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return { base64: btoa(binary) };
}

function decoded(body: Body): BodyInit {
  return "text" in body ? body.text : Uint8Array.from(atob(body.base64), (char) => char.charCodeAt(0));
}
