// Forms out of schemas: those of our own sinks, as they are shipped, and what other people's may hold.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import { expect, test } from "vitest";

import { collect, fieldsOf, initial, type FormValues, type Schema } from "./schema-form";

const shipped = (sink: string): Schema =>
  JSON.parse(readFileSync(resolve("../sink-plugins", sink, "config.schema.json"), "utf8")) as Schema;

test.each([
  ["webhook", "url:text* headers:pairs timeoutMs:number allowHttp:boolean"],
  ["s3", "bucket:text* region:text* keyTemplate:text storageClass:text endpointUrl:text envelope:select allowHttp:boolean"],
  ["kinesis", "streamName:text* region:text* endpointUrl:text partitionKeyTemplate:text maxRecordKiB:number allowHttp:boolean"],
  ["postgres", "tableName:text* schemaName:text"],
  ["hosted-store", "endpoint:text*"],
])("the form of %s", (sink, expected) => {
  const fields = fieldsOf(shipped(sink));
  expect(fields.map((one) => `${one.key}:${one.control}${one.required ? "*" : ""}`).join(" ")).toBe(expected);
});

test("an older spelling is shown where it is in use", () => {
  const fields = fieldsOf(shipped("kinesis"), { kinesisStreamName: "orders" });
  expect(fields.some((one) => one.key === "kinesisStreamName")).toBe(true);
});

const webhook = fieldsOf(shipped("webhook"));
const nothing = initial(webhook, {});

test.each<[string, FormValues, Record<string, unknown>, string[]]>([
  ["what is needed is missing", {}, {}, ["url"]],
  ["defaults are not filled in", { url: "https://a.example" }, { url: "https://a.example" }, []],
  ["a form that the pattern refuses", { url: "ftp://a.example" }, {}, ["url"]],
  ["a number out of bounds", { url: "https://a.example", timeoutMs: "10" }, { url: "https://a.example" }, ["timeoutMs"]],
  ["a number that is none", { url: "https://a.example", timeoutMs: "soon" }, { url: "https://a.example" }, ["timeoutMs"]],
  ["half a number", { url: "https://a.example", timeoutMs: "1500.5" }, { url: "https://a.example" }, ["timeoutMs"]],
  ["a sound number", { url: "https://a.example", timeoutMs: "1500" }, { url: "https://a.example", timeoutMs: 1500 }, []],
  [
    "headers",
    {
      url: "https://a.example",
      headers: [
        ["x-a", "1"],
        ["", ""],
      ],
    },
    { url: "https://a.example", headers: { "x-a": "1" } },
    [],
  ],
  ["a header without a name", { url: "https://a.example", headers: [["", "1"]] }, { url: "https://a.example" }, ["headers"]],
  [
    "a header twice",
    {
      url: "https://a.example",
      headers: [
        ["a", "1"],
        ["a", "2"],
      ],
    },
    { url: "https://a.example" },
    ["headers"],
  ],
  ["a tick", { url: "https://a.example", allowHttp: true }, { url: "https://a.example", allowHttp: true }, []],
])("%s", (_, given, metadata, faults) => {
  const result = collect(webhook, { ...nothing, ...given });
  expect(result.metadata).toEqual(metadata);
  expect(Object.keys(result.faults)).toEqual(faults);
});

test("what is configured comes back as it was", () => {
  const metadata = { url: "https://a.example/x", headers: { "x-a": "1" }, timeoutMs: 2000, allowHttp: true };
  expect(collect(webhook, initial(webhook, metadata))).toEqual({ metadata, faults: {} });
});

test("what no control can say is JSON", () => {
  const schema: Schema = {
    properties: { routes: { type: "array", items: { type: "object" } }, tags: { type: "array", items: { type: "string" } } },
  };
  const fields = fieldsOf(schema);
  expect(fields.map((one) => one.control)).toEqual(["json", "list"]);
  expect(collect(fields, { routes: '[{"a":1}]', tags: ["x", ""] }).metadata).toEqual({ routes: [{ a: 1 }], tags: ["x"] });
  expect(Object.keys(collect(fields, { routes: "[", tags: [] }).faults)).toEqual(["routes"]);
});
