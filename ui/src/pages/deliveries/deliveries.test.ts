// Filters, the feed of rows and the export. Doubles: pages of the log out of an array.
import { expect, test } from "vitest";

import type { Schemas } from "../../api/client";
import { exported, line } from "./export";
import { Feed, type Load } from "./feed.svelte";
import { asked, fits, fromQuery, idOf, moment } from "./filters";

type Delivery = Schemas["DeliverySummary"];
const UUID = "0192f1a0-0000-7000-8000-000000000001";

function delivery(id: number, change: Partial<Delivery> = {}): Delivery {
  const fixed = { destination: "orders", objectName: "contacts", groupRef: "acme", status: "delivered" as const };
  return { id, eventId: UUID, occurredAt: "2026-01-01T00:00:00Z", size: 10, attempts: 1, ...fixed, ...change };
}

/** Pages of this log, the newest first. */
function pages(log: Delivery[], size: number): Load {
  return (token) => {
    const begin = Number(token ?? 0);
    const results = log.slice(begin, begin + size);
    return Promise.resolve({ results, nextPageToken: begin + size < log.length ? String(begin + size) : undefined });
  };
}

const ids = (feed: Feed): number[] => Array.from({ length: feed.count }, (_, index) => feed.row(index)?.id ?? -1);

test("the address says which deliveries", () => {
  const query = new URLSearchParams(`status=dead&destination=orders&eventId=${UUID}&since=24h&other=1`);
  expect(fromQuery(query)).toEqual({ status: "dead", destination: "orders", eventId: UUID, since: "24h" });
  expect(fromQuery(new URLSearchParams("status=gone&eventId=1"))).toEqual({});
});

test("times are absolute where they are asked for", () => {
  expect(moment("15m", 1_000_000)).toBe(100_000);
  expect(moment("yesterday", 0)).toBeUndefined();
  expect(asked({ since: "1h", status: "dead" }, 3_600_000)).toEqual({ status: "dead", since: "1970-01-01T00:00:00.000Z" });
  expect(asked({ until: "never" }, 0)).toEqual({});
});

test.each([
  ["12", { delivery: 12 }],
  [` ${UUID.toUpperCase()} `, { eventId: UUID }],
  ["orders", undefined],
  ["", undefined],
])("%o is an id of", (text, expected) => {
  expect(idOf(text)).toEqual(expected);
});

test("a delivery fits or not", () => {
  const one = delivery(1);
  expect(fits(one, {})).toBe(true);
  expect(fits(one, { status: "dead" })).toBe(false);
  expect(fits(one, { since: "2026-01-01T00:00:00Z", until: "2026-01-01T00:00:01Z" })).toBe(true);
  expect(fits(one, { until: "2026-01-01T00:00:00Z" })).toBe(false);
});

test("older pages come behind, live deliveries in front, each once", async () => {
  const feed = new Feed(
    {},
    pages(
      [5, 4, 3, 2, 1].map((id) => delivery(id)),
      2,
    ),
  );
  await feed.more();
  expect(ids(feed)).toEqual([5, 4]);
  feed.take([delivery(7), delivery(6), delivery(4, { status: "dead" })]);
  expect(ids(feed)).toEqual([7, 6, 5, 4]);
  expect(feed.row(3)?.status).toBe("dead");
  expect([7, 6, 5, 4, 3].map((id) => feed.index(id))).toEqual([0, 1, 2, 3, undefined]);
  await feed.more();
  await feed.more();
  expect(ids(feed)).toEqual([7, 6, 5, 4, 3, 2, 1]);
  expect(feed.done).toBe(true);
});

test("nothing moves under a reader who is further down", async () => {
  const feed = new Feed({ status: "delivered" }, pages([delivery(1)], 10));
  await feed.more();
  feed.scrolled(false);
  feed.take([delivery(2), delivery(3, { status: "dead" })]);
  expect([ids(feed), feed.held]).toEqual([[1], 1]);
  feed.scrolled(true);
  expect([ids(feed), feed.held]).toEqual([[2, 1], 0]);
});

test("a load that fails can be tried again", async () => {
  let isDown = true;
  const load = pages([delivery(1)], 10);
  const feed = new Feed({}, (token, signal) => (isDown ? Promise.reject(new Error("down")) : load(token, signal)));
  await feed.more();
  expect(feed.error).toBeInstanceOf(Error);
  isDown = false;
  await feed.more();
  expect([ids(feed), feed.error]).toEqual([[1], undefined]);
});

test("a million rows cost no more than ten", async () => {
  const feed = new Feed(
    {},
    pages(
      Array.from({ length: 1_000_000 }, (_, at) => delivery(2_000_000 - at)),
      100_000,
    ),
  );
  while (!feed.done) await feed.more();
  const begin = performance.now();
  for (let id = 2_000_001; id <= 2_001_000; id += 1) feed.take([delivery(id)]);
  expect(performance.now() - begin).toBeLessThan(1_000);
  expect([feed.count, feed.row(0)?.id, feed.row(feed.count - 1)?.id]).toEqual([1_001_000, 2_001_000, 1_000_001]);
});

test("a file holds every row, and no formula", async () => {
  const log = [delivery(2, { reason: '=cmd|"x", line\nbreak' }), delivery(1)];
  const { text, rows, cut } = await exported(pages(log, 1), "csv", new AbortController().signal, () => undefined);
  expect([rows, cut]).toEqual([2, false]);
  expect(text.split("\n")[0]).toMatch(/^id,eventId,status,/);
  expect(text).toContain(`"'=cmd|""x"", line\nbreak"`);
  expect(JSON.parse(line(delivery(1), "jsonl"))).toEqual(delivery(1));
});
