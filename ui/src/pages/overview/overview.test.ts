// What needs a person, and figures by minute.
import { expect, test } from "vitest";

import type { Schemas } from "../../api/client";
import { attention } from "./attention";
import { MINUTES, Throughput } from "./throughput";

const sound: Schemas["DestinationState"] = { name: "orders", pending: 0, pendingBytes: 0, dead: 0, delivered: 9, failures: 0 };

function status(change: Partial<Schemas["RuntimeStatus"]>): Schemas["RuntimeStatus"] {
  return {
    project: "p",
    version: "0",
    reads: [],
    destinations: [sound],
    events: { waiting: 0, waitingBytes: 0, dead: 0 },
    ...change,
  };
}

const read: Schemas["ReadStatus"] = { installationId: "i/1", objectName: "contacts", failures: 0 };

test.each<[string, Partial<Schemas["RuntimeStatus"]>, string[]]>([
  ["nothing", {}, []],
  ["a disabled destination", { destinations: [{ ...sound, disabledReason: "gone" }] }, ["bad #/destinations/orders"]],
  ["one that was deleted", { destinations: [{ ...sound, disabledReason: "deleted", gone: true }] }, []],
  ["a failing one", { destinations: [{ ...sound, failures: 2 }] }, ["warn #/deliveries?destination=orders&status=pending"]],
  ["dead letters", { destinations: [{ ...sound, dead: 2 }] }, ["bad #/deliveries?destination=orders&status=dead"]],
  ["a bad connection", { connections: [{ id: "c1", provider: "hubspot" }] }, ["bad #/connections/c1"]],
  [
    "a paused read",
    { reads: [{ ...read, paused: { at: "2026-01-01T00:00:00Z", reason: "x", automatic: true } }] },
    ["bad #/installations/i%2F1"],
  ],
  ["a full disk", { readsHeld: "the disk is full" }, ["bad #/operations"]],
  ["dead events", { events: { waiting: 0, waitingBytes: 0, dead: 1 } }, ["warn #/operations"]],
  [
    "the worst first",
    { destinations: [{ ...sound, failures: 1, dead: 1 }] },
    ["bad #/deliveries?destination=orders&status=dead", "warn #/deliveries?destination=orders&status=pending"],
  ],
])("%s", (_, change, expected) => {
  expect(attention(status(change)).map((one) => `${one.severity} ${one.href}`)).toEqual(expected);
});

test("each delivery counts once, in the state that it is in", () => {
  const throughput = new Throughput();
  const one = { id: 1, occurredAt: "2026-01-01T00:30:10Z", status: "pending" as const, attempts: 1 };
  throughput.add([one, { ...one, id: 2, status: "dead" }, { ...one, id: 3, occurredAt: "2025-12-31T00:00:00Z" }]);
  const now = Date.parse("2026-01-01T00:30:59Z");
  expect(throughput.figures(now)).toMatchObject({ total: 2, failed: 2 });
  throughput.add([{ ...one, status: "delivered" }]);
  const figures = throughput.figures(now);
  expect([figures.messages.at(-1), figures.failures.at(-1), figures.times.length]).toEqual([2, 1, MINUTES]);
  expect(figures.times.at(-1)).toBe(Date.parse("2026-01-01T00:30:00Z") / 1000);
});
