// What an edited form asks for.
import { expect, test } from "vitest";

import type { Schemas } from "../../api/client";
import { update } from "./update";

const before: Schemas["Destination"] = {
  id: "d1",
  name: "orders",
  type: "webhook",
  metadata: { url: "https://a.example", timeoutMs: 2000 },
  grants: { hosts: [], limits: {}, credentials: {} },
  delivery: {},
  createTime: "2026-01-01T00:00:00Z",
  updateTime: "2026-01-01T00:00:00Z",
  origin: "api",
};

test.each([
  ["nothing", { name: "orders", metadata: before.metadata, secrets: {}, delivery: {} }, undefined],
  [
    "a name",
    { name: "sales", metadata: before.metadata, secrets: {}, delivery: {} },
    { updateMask: ["name"], destination: { name: "sales" } },
  ],
  [
    "a member changed and one taken away",
    { name: "orders", metadata: { url: "https://b.example" }, secrets: {}, delivery: {} },
    { updateMask: ["metadata.url", "metadata.timeoutMs"], destination: { metadata: { url: "https://b.example" } } },
  ],
  [
    "a secret",
    { name: "orders", metadata: before.metadata, secrets: { awsKeyId: "x" }, delivery: {} },
    { updateMask: ["secrets.awsKeyId"], destination: { secrets: { awsKeyId: "x" } } },
  ],
  [
    "a pace",
    { name: "orders", metadata: before.metadata, secrets: {}, delivery: { concurrency: 4 } },
    { updateMask: ["delivery.concurrency"], destination: { delivery: { concurrency: 4 } } },
  ],
])("%s", (_, after, expected) => {
  expect(update(before, after)).toEqual(expected);
});
