// @vitest-environment node
// The transport over `fetch`: what is sent, what comes back, and how a stream goes on. The double is `fetch` itself.
import { expect, test, vi } from "vitest";

import { httpTransport } from "./http";
import { Unreachable, type StreamEvent, type StreamState } from "./index";

function answering(...answers: (Response | Error)[]) {
  const calls: { input: string; init: RequestInit }[] = [];
  const fetcher = ((input: string, init: RequestInit) => {
    calls.push({ input, init });
    const next = answers.shift() ?? new Error("no more answers");
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
  }) as typeof fetch;
  return { calls, transport: httpTransport(fetcher) };
}

test("a body goes as JSON, a query without what is empty", async () => {
  const { calls, transport } = answering(Response.json({ id: 1 }, { status: 201 }));
  const answer = await transport.request("POST", "/v1/x", { query: { a: "1 2", b: undefined, c: "" }, body: { n: 1 } });
  expect(answer).toMatchObject({ status: 201, body: { id: 1 } });
  expect(calls[0]?.input).toBe("/v1/x?a=1+2");
  expect(calls[0]?.init).toMatchObject({ method: "POST", body: '{"n":1}', headers: { "content-type": "application/json" } });
});

test("bytes go as they are, under their own type", async () => {
  const { calls, transport } = answering(new Response(null, { status: 204 }));
  const body = new Uint8Array([0, 97, 115, 109]);
  const answer = await transport.request("POST", "/v1/sinks", { body, headers: { "content-type": "application/wasm" } });
  expect(answer).toMatchObject({ status: 204, body: undefined });
  expect(calls[0]?.init.body).toBe(body);
});

test("nobody there is another thing than a refusal", async () => {
  const { transport } = answering(new TypeError("Failed to fetch"), Response.json({ detail: "no" }, { status: 404 }));
  await expect(transport.request("GET", "/v1/x")).rejects.toBeInstanceOf(Unreachable);
  await expect(transport.request("GET", "/v1/x")).resolves.toMatchObject({ status: 404 });
});

test("a stream that breaks off goes on behind the last event", async () => {
  vi.useFakeTimers();
  const stream = (text: string): Response => new Response(text, { headers: { "content-type": "text/event-stream" } });
  const { calls, transport } = answering(stream("id: 1\ndata: a\n\n"), new TypeError("down"), stream("id: 2\ndata: b\n\n"));
  const events: StreamEvent[] = [];
  const states: StreamState[] = [];
  const controller = new AbortController();
  const second = new Promise<void>((resolve) => {
    transport.stream("/v1/live", {
      signal: controller.signal,
      onState: (state) => states.push(state),
      onEvent: (event) => {
        events.push(event);
        if (event.id === "2") resolve();
      },
    });
  });
  await vi.advanceTimersByTimeAsync(5_000);
  await second;
  controller.abort();
  await vi.runAllTimersAsync();
  vi.useRealTimers();
  expect(events.map((event) => event.data)).toEqual(["a", "b"]);
  expect(calls[2]?.init.headers).toMatchObject({ "last-event-id": "1" });
  expect(states.slice(0, 5)).toEqual(["connecting", "open", "waiting", "connecting", "waiting"]);
  expect(states.at(-1)).toBe("closed");
});
