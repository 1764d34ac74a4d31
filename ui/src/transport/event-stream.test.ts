// The parser of event streams against the standard's own examples and pieces cut anywhere.
import { expect, test } from "vitest";

import { EventStreamReader } from "./event-stream";
import type { StreamEvent } from "./index";

function read(pieces: string[]): { events: StreamEvent[]; reader: EventStreamReader } {
  const events: StreamEvent[] = [];
  const reader = new EventStreamReader((event) => events.push(event));
  for (const piece of pieces) reader.push(piece);
  return { events, reader };
}

test.each([
  ["two lines of data", "data: YHOO\ndata: +2\ndata: 10\n\n", [{ id: "", type: "message", data: "YHOO\n+2\n10" }]],
  ["a comment says nothing", ": test stream\n\ndata: first\nid: 1\n\n", [{ id: "1", type: "message", data: "first" }]],
  [
    "only one space is taken off",
    "data:test\n\ndata:  test\n\n",
    [
      { id: "", type: "message", data: "test" },
      { id: "", type: "message", data: " test" },
    ],
  ],
  ["types and ids", "event: deliveries\nid: 7\ndata: []\n\n", [{ id: "7", type: "deliveries", data: "[]" }]],
  [
    "ends of lines of all kinds",
    "data: a\r\n\r\ndata: b\r\rdata: c\n\n",
    [
      { id: "", type: "message", data: "a" },
      { id: "", type: "message", data: "b" },
      { id: "", type: "message", data: "c" },
    ],
  ],
  ["nothing without data", "event: x\n\n", []],
  ["what has no end yet waits", "data: a\n", []],
])("%s", (_, text, expected) => {
  expect(read([text]).events).toEqual(expected);
  expect(read(text.split("")).events, "cut at every character").toEqual(expected);
});

test("a new connection forgets the half event and keeps the id", () => {
  const { events, reader } = read(["id: 5\ndata: whole\n\ndata: ha"]);
  reader.restart();
  reader.push("data: next\n\n");
  expect(events.map((event) => event.data)).toEqual(["whole", "next"]);
  expect(reader.lastId).toBe("5");
});

test("the server says how long to wait", () => {
  expect(read(["retry: 1500\n\n"]).reader.retryMs).toBe(1500);
  expect(read(["retry: soon\n\n"]).reader.retryMs).toBeUndefined();
});

test("an endless event is refused", () => {
  expect(() => read(["data: ".padEnd(9_000_000, "x"), "x".repeat(9_000_000)])).toThrow(RangeError);
});
