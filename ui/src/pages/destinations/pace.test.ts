// The pace as it is typed, shown and read back.
import { expect, test } from "vitest";

import { ApiError } from "../../api/client";
import { readPace, refusedPace, seconds, typedPace } from "./pace";

const nothing = typedPace({});

test.each([
  [5, "5 s"],
  [0, "0 s"],
  [90, "90 s"],
  [300, "5 min"],
  [7_200, "2 h"],
  [432_000, "5 d"],
])("%d seconds", (value, shown) => {
  expect(seconds(value)).toBe(shown);
});

test.each([
  {},
  { concurrency: 1 },
  { ratePerSecond: 0.5, retryDelaysSeconds: [] },
  { retryDelaysSeconds: [0, 30, 300, 86_400], disableAfterSeconds: 0, backlogMegabytes: 20 },
])("%j is read back as it is shown", (delivery) => {
  expect(readPace(typedPace(delivery))).toEqual({ delivery, faults: {} });
});

test.each([
  { concurrency: "many" },
  { concurrency: "1.5" },
  { retryDelaysSeconds: "5 s and 1 min" },
  { retryDelaysSeconds: "5,,6" },
  { disableAfterSeconds: "a week" },
])("%j is told of", (typed) => {
  const { delivery, faults } = readPace({ ...nothing, ...typed });
  expect(delivery).toEqual({});
  expect(Object.keys(faults)).toEqual(Object.keys(typed));
});

test("what the runtime refuses stands at its member", () => {
  const issues = [
    { in: "body" as const, name: "destination.delivery.concurrency", detail: "is more than 1024" },
    { in: "body" as const, name: "delivery.retryDelaysSeconds[3]", detail: "is less than 0" },
    { in: "body" as const, name: "metadata.concurrency", detail: "is another" },
  ];
  const problem = {
    type: "about:blank",
    title: "",
    status: 422,
    detail: "",
    instance: "",
    requestId: "",
    time: "",
    retryable: false,
  };
  const error = new ApiError({ status: 422, headers: {}, body: { ...problem, issues } });
  expect(refusedPace(error)).toEqual({ concurrency: "is more than 1024", retryDelaysSeconds: "is less than 0" });
  expect(refusedPace(new Error("another"))).toEqual({});
});
