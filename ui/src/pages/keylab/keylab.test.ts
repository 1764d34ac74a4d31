// The key lab's logic: what is completed where, and which messages share a key.
import { describe, expect, test } from "vitest";

import { collisions } from "./collisions";
import { namesAt, quoted, unitsOf, writtenPath } from "./names";

describe("names", () => {
  test.each([
    ["", [], 0],
    ["join('/', [met", [], 11],
    ["metadata.", ["metadata"], 9],
    ["join('', [metadata.\"event", ["metadata"], 19],
    ["data.result[0].fields.em", ["data", "result", "0", "fields"], 22],
  ])("before the cursor of %j", (before, path, from) => expect(writtenPath(before)).toEqual({ path, from }));

  test("nothing is named within a text", () => {
    expect(writtenPath("join('met")).toBeUndefined();
  });

  test.each([
    [[], "s3", "time", true],
    [[], "kinesis", "time", false],
    [["metadata"], "s3", `"event-id"`, true],
    [["time"], "s3", "rfc3339_nano", true],
    [["time"], "kinesis", "date", false],
    [["data"], "s3", "groupRef", true],
    [["data", "resultInfo"], "s3", "type", true],
    [["data", "nothing"], "s3", "type", false],
  ] as const)("%j for %s has %s: %s", (path, destination, label, isThere) => {
    const message = { groupRef: "g", resultInfo: { type: "inline" } };
    expect(namesAt(path, destination, message).some((one) => one.label === label)).toBe(isThere);
  });

  test("names are quoted where JMESPath asks for it", () => {
    expect([quoted("groupRef"), quoted("event-id"), quoted("2x")]).toEqual(["groupRef", `"event-id"`, `"2x"`]);
  });

  test("positions count characters", () => expect(unitsOf("😀a", 1)).toBe(2));
});

test("keys that several messages have are counted, the most shared first", () => {
  const keys = ["a", "b", "a", null, "b", "b", "c", null];
  const found = collisions(keys.map((key, index) => ({ id: String(index), label: "", key })));
  expect([...found]).toEqual([
    ["b", 3],
    ["a", 2],
  ]);
});
